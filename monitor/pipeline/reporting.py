"""Reports in the office's rhythm: made when they are due, once, and mailed to the operator with their files.

The draft of the week on its first working day, of a month on the first one after it, of a quarter ten days before its
end. That it was made is remembered in the transaction that makes it, so a restart makes none twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time
from functools import partial
from pathlib import Path

from monitor.core.calendar import at_beijing, beijing_date
from monitor.core.message import AttachedFile
from monitor.core.news import Words, signature
from monitor.core.phrases import escaped
from monitor.core.reckoning import Reckoning
from monitor.core.report import BY_RHYTHM, DueReport, KeptReport
from monitor.documents.bulletin import summary
from monitor.documents.document import Document
from monitor.documents.reports import ReportPart, document_of, file_name, template_version
from monitor.documents.writing import NotWrittenError, content_of
from monitor.pipeline.compose import UNNUMBERED
from monitor.pipeline.draft import Drafter
from monitor.pipeline.reckoning import reckon
from monitor.queries.reports import due_now, read_reckoning
from monitor.store import Tx, notes, reports

TOPIC = "report:"
"""The prefix of the topics of messages that carry a report; its number follows."""
ENDINGS = ("docx", "xlsx")
"""The files that go with a message."""
_NOTE = "report made:"
_LONGEST = 600
_HEAVIEST = 10_000_000
"""Bytes of a file that goes with a message: many mail servers take no mail of more than 20 MB, written as text."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporter:
    """Makes the reports that are due."""

    drafter: Drafter
    hour: time
    mail: Collection[str]
    """The channels that carry files: without one that leads to the operator, nothing is mailed."""
    config: Path | None
    """The folder of the settings, in which the office's own templates lie."""

    async def make_due(self, now: datetime) -> int:
        """Make the reports whose hour has come; return how many were made."""
        store, made = self.drafter.store, 0
        while due := await store.query(lambda tx: self._due(tx, now)):
            reckoning = await store.query(partial(self._reckoned, due=due, now=now))
            keep = partial(self._keep, due=due, reckoning=reckoning, now=now)
            made += await store.write(keep, durable=True)
        return made

    def _due(self, tx: Tx, now: datetime) -> DueReport | None:
        """Return the first report whose hour has come and which was not made for that."""
        found = due_now(tx, now, self.drafter.rules_in_force.calendar)
        come = (due for due in found if now >= at_beijing(due.on, self.hour))
        return next((due for due in come if notes.get_note(tx, _note(due)) is None), None)

    def _reckoned(self, tx: Tx, due: DueReport, now: datetime) -> Reckoning:
        return reckon(tx, self.drafter.rules_in_force, due.period, now=now)

    def _keep(self, tx: Tx, due: DueReport, reckoning: Reckoning, now: datetime) -> bool:
        """Keep a report and write the message about it, unless that was done meanwhile; return whether it was."""
        if notes.get_note(tx, _note(due)) is not None:
            return False
        notes.put_note(tx, _note(due), now.isoformat())
        if reckoning.is_empty:
            return False
        made = reports.NewReport(kind=due.kind, reckoning=reckoning, template=template_version(due.kind, self.config))
        number = reports.keep(tx, made, by=BY_RHYTHM, at=now)
        words = self._words(due, number, reckoning, now)
        self.drafter.tell_operator(tx, words, f"{TOPIC}{number}", now, by=self.mail)
        return True

    def _words(self, due: DueReport, number: int, reckoning: Reckoning, now: datetime) -> Words:
        composer = self.drafter.composer
        what = f"{due.kind.label}（{due.period.label}）"
        page = composer.addresses.report_page(number)
        lines = [
            f"### 【报表】{what}草稿",
            *(escaped(sentence, _LONGEST) for sentence in summary(reckoning)),
            f"附件为docx和xlsx草稿，请核对后使用，没有附上的请在页面下载；数据截至{beijing_date(now).month}月{beijing_date(now).day}日。",
            *([f"[查看和重做]({page})"] if page else []),
            signature(UNNUMBERED, composer.setting(now)),
        ]
        return Words(subject=f"【报表】{what}草稿", body="\n\n".join(lines))

    async def files(self, topic: str) -> tuple[AttachedFile, ...]:
        """Return the files that go with a message of a topic; none with those that carry no report."""
        number = topic.removeprefix(TOPIC)
        if number == topic or not number.isdecimal():
            return ()
        found = await self.drafter.store.query(lambda tx: read_reckoning(tx, int(number)))
        return await asyncio.to_thread(self._written, *found) if found else ()

    def _written(self, kept: KeptReport, reckoning: Reckoning) -> tuple[AttachedFile, ...]:
        document = document_of(ReportPart.TEXT, kept.kind, reckoning, self.drafter.composer.office)
        written = (self._file(file_name(kept, ReportPart.TEXT, ending), document) for ending in ENDINGS)
        return tuple(file for file in written if file is not None)

    def _file(self, name: str, document: Document) -> AttachedFile | None:
        """Return a file; None, with a line in the log, where it cannot be written or is too large for a mail."""
        try:
            content = content_of(name, document, self.config)
        except NotWrittenError as error:
            _log.warning("report not attached", extra={"file": name, "problem": str(error)})
            return None
        if len(content) > _HEAVIEST:
            _log.warning("report not attached", extra={"file": name, "problem": f"{len(content)} bytes"})
            return None
        return AttachedFile(name=name, content=content)


def _note(due: DueReport) -> str:
    return f"{_NOTE}{due.kind.value} {due.period.key}"
