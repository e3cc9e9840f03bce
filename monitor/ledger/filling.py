"""One row of records, read into the closed words and the fields of its kind."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date

from monitor.core.forms import (
    FORMS,
    FormItem,
    RecordForm,
    addresses_in,
    folded,
    frozen_until,
    institution_meant,
    is_filing_number,
    presumed,
    target_of,
    understood,
)
from monitor.core.mute import BadMuteError, mute_of, written
from monitor.core.record import NewRecord, RecordKind, Result
from monitor.core.subject import SubjectKind
from monitor.ledger import cells
from monitor.ledger.book import Cell
from monitor.ledger.fault import BadCellError, did_you_mean
from monitor.ledger.sheet import SheetReading, SheetRow

_NOTHING = frozenset({"无", "暂无"})
"""The words for nothing to say, or for none of the things that the kind asks for."""


@dataclass(slots=True)
class Filling:
    """One row of a kind, being read into the fields of its form."""

    reading: SheetReading
    row: SheetRow
    kind: RecordKind
    on: date
    institutions: Collection[str]

    @property
    def form(self) -> RecordForm:
        """The values that a row of this kind allows."""
        return FORMS[self.kind]

    def record(self, subject: SubjectKind, name: str, area: str | None) -> NewRecord | None:
        """Return the row as a record; None where something is wrong, which is then noted."""
        noted = len(self.reading.faults)
        written_text = self.reading.take(self.row, "内容", cells.note) or ""
        record = NewRecord(
            kind=self.kind,
            subject=subject,
            name=name,
            area=area,
            on=self.on,
            result=self._result(),
            item=self._item(),
            until=self.reading.take(self.row, "截止日期", cells.day_until),
            text=written_text,
            attachment=self.reading.take(self.row, "附件", cells.note),
        )
        if len(self.reading.faults) > noted:
            return None
        for completed in (self._with_inline, self._with_item, self._with_result, self._checked):
            record = completed(record)
            if len(self.reading.faults) > noted:
                return None
        return record

    def _blame(self, text: str, column: str) -> None:
        self.reading.blame(self.row, text, column)

    def _result(self) -> Result | None:
        cell = self.row.cells.get("结果")
        if cell is None:
            return None
        if not self.form.results:
            if cells.show(cell) not in _NOTHING:
                self.reading.take(self.row, "结果", self._no_result)
            return None
        says_nothing = cells.show(cell) in _NOTHING
        return (self.reading.require if says_nothing else self.reading.take)(self.row, "结果", self._read_result)

    def _no_result(self, _: Cell) -> None:
        raise BadCellError(f"“{self.kind.label}”没有结果，请留空")

    def _read_result(self, cell: Cell) -> Result | cells.Hinted[Result]:
        word = cells.text(cell)
        found = understood(self.kind, word)
        if found is None:
            labels = [result.label for result in self.form.results]
            near = did_you_mean(word, labels)
            raise BadCellError(f"没有“{cells.show(cell)}”这种结果{near}，可填：{'、'.join(labels)}")
        return found if folded(word) == found.label else cells.Hinted(found, f"“{word}”按“{found.label}”导入")

    def _item(self) -> str:
        for item in FormItem:
            if item is not self.form.item and item.label in self.row.cells:
                read = self._other_item(item)
                self.reading.take(self.row, item.label, read)
        match self.form.item:
            case None:
                return ""
            case FormItem.COUNT:
                number = self.reading.take(self.row, FormItem.COUNT.label, cells.count)
                return "" if number is None else str(number)
            case FormItem.NUMBER:
                return self.reading.take(self.row, FormItem.NUMBER.label, cells.identifier) or ""
            case FormItem.ADDRESS:
                return self.reading.take(self.row, FormItem.ADDRESS.label, _read_addresses) or ""
            case FormItem.NAME if self.kind is RecordKind.INSTITUTION:
                return self.reading.take(self.row, FormItem.NAME.label, self._read_institution) or ""
            case FormItem.NAME | FormItem.PERSON as item:
                return self.reading.take(self.row, item.label, cells.text) or ""

    def _other_item(self, item: FormItem) -> Callable[[Cell], None]:
        def refuse(_: Cell) -> None:
            raise BadCellError(f"“{self.kind.label}”不填“{item.label}”，请留空，需要说明的写在“内容”列")

        return refuse

    def _read_institution(self, cell: Cell) -> str:
        name = cells.text(cell)
        found = institution_meant(name, self.institutions)
        if found is None:
            near = did_you_mean(name, self.institutions)
            raise BadCellError(f"没有“{cells.show(cell)}”这种制度{near}，可填：{'、'.join(self.institutions)}")
        return found

    def _with_inline(self, record: NewRecord) -> NewRecord:
        """Return a mute or a freeze whose last day stands in its text, with that day; others as they are."""
        if record.kind is RecordKind.MUTE and not (record.result or record.item or record.until):
            try:
                found = written(record.text)
            except BadMuteError as error:
                self._blame(str(error), "内容")
                return record
            return replace(record, result=found.result, item=found.by, until=found.until)
        if record.kind is RecordKind.DEREGISTRATION and record.until is None:
            last = frozen_until(record.text)
            if last is not None and record.result in {None, Result.FROZEN}:
                return replace(record, result=Result.FROZEN, until=last)
        return record

    def _with_item(self, record: NewRecord) -> NewRecord:
        """Return it with the item that is the whole of its text, where the item's own column is blank."""
        item = self.form.item
        if item is None or record.item or not (record.text or self.form.needs_item):
            return record
        if item is FormItem.COUNT:
            number = self.reading.require(self.row, "内容", cells.count)
            return record if number is None else replace(record, item=str(number), text=str(number))
        meant = self._item_in(record.text)
        if meant is None and self.form.needs_item:
            if self.kind is RecordKind.INSTITUTION:
                self._blame(f"请填写是哪一项制度，可填：{'、'.join(self.institutions)}", item.label)
            else:
                self._blame(f"请填写{self.form.meaning}", item.label)
        return replace(record, item=meant) if meant else record

    def _item_in(self, text: str) -> str | None:
        match self.kind:
            case RecordKind.INSTITUTION:
                return institution_meant(text, self.institutions)
            case RecordKind.SERVICE_ENTRY:
                return " ".join(addresses_in(text) or ()) or None
            case RecordKind.APP_FILING:
                return text if is_filing_number(text) else None
            case RecordKind.ALIAS | RecordKind.DOMAIN:
                return " ".join(text.split()) or None
            case _:
                return None

    def _with_result(self, record: NewRecord) -> NewRecord:
        """Return it with the result that its text is the word of, or that its being there says; refuses any other."""
        form = self.form
        if not form.results or (record.kind is RecordKind.MUTE and record.result is None):
            return record
        if record.result is not None:
            other = understood(self.kind, record.text) if record.text else None
            if other not in {None, record.result}:
                self._blame(f"结果是“{record.result.label}”，内容却是“{cells.one_line(record.text)}”，请核对", "内容")
            return record
        text = record.text or self._nothing()
        if (said := understood(self.kind, text)) is not None:
            return replace(record, result=said)
        beside = "" if record.item and text == record.text and self._item_in(text) == record.item else text
        if (said := presumed(self.kind, beside, has_item=bool(record.item), on=self.on)) is not None:
            return replace(record, result=said)
        words = "、".join(result.label for result in form.results)
        shown = f"，不能由内容“{cells.one_line(text)}”认定" if text else ""
        self._blame(f"请填写结果{shown}，可填：{words}", "结果")
        return record

    def _nothing(self) -> str:
        """Return 无 where the text is that word: there may be nothing to say, or none of what is asked for."""
        cell = self.row.cells.get("内容")
        return "无" if cell is not None and cells.show(cell) in _NOTHING else ""

    def _checked(self, record: NewRecord) -> NewRecord:
        if record.result is Result.RESUMED and record.until is not None:
            self._blame("恢复提醒的不填截止日期，日期即恢复的一天", "截止日期")
        elif record.kind is RecordKind.MUTE:
            try:
                mute_of(record)
            except BadMuteError as error:
                self._blame(str(error), "截止日期" if "截止日期" in self.row.cells else "内容")
        elif record.until is not None and record.result not in self.form.ending:
            self._blame("只有注销进度的“冻结”和暂停提醒的“暂停”填写截止日期，请留空", "截止日期")
        elif record.until is not None and record.until < record.on:
            self._blame(f"截止日期{record.until}早于日期{record.on}，请核对", "截止日期")
        if record.result is Result.MOVED and target_of(record) is None:
            self._blame("请填写迁往的账号", FormItem.NAME.label)
        return record


def _read_addresses(cell: Cell) -> str:
    found = addresses_in(cells.note(cell))
    if found is None:
        raise BadCellError(f"网址“{cells.show(cell)}”无法识别，请只写网址，多个的用空格隔开，说明写在“内容”列")
    return " ".join(found)
