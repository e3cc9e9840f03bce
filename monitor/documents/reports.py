"""The documents of a report that was made: its text, its public version, and its lists."""

from __future__ import annotations

from pathlib import Path

from monitor.core.account import Labelled
from monitor.core.news import Office
from monitor.core.reckoning import Reckoning
from monitor.core.report import KeptReport, ReportKind
from monitor.documents.bulletin import bulletin
from monitor.documents.document import Document, DocumentLayout
from monitor.documents.problems import problems, recheck
from monitor.documents.weekly import weekly
from monitor.documents.word.language import TemplateFaultError
from monitor.documents.word.template import read_template


class ReportPart(Labelled):
    """A document of a report; a closed list that names files."""

    TEXT = "text", "正文"
    PUBLIC = "public", "公开稿"
    PROBLEMS = "problems", "问题清单"
    RECHECK = "recheck", "上期问题复查情况"


def parts_of(kind: ReportKind) -> tuple[ReportPart, ...]:
    """Return the documents that a report of a kind has: a weekly report is internal."""
    return tuple(part for part in ReportPart if part is not ReportPart.PUBLIC or kind is not ReportKind.WEEKLY)


def document_of(part: ReportPart, kind: ReportKind, reckoning: Reckoning, office: Office) -> Document:
    """Return a document of a report; `office` is the one that it is of."""
    match part:
        case ReportPart.PROBLEMS:
            return problems(reckoning)
        case ReportPart.RECHECK:
            return recheck(reckoning)
        case ReportPart.PUBLIC:
            return bulletin(reckoning, office, is_public=True)
        case ReportPart.TEXT:
            return weekly(reckoning, office.name) if kind is ReportKind.WEEKLY else bulletin(reckoning, office)


def file_name(kept: KeptReport, part: ReportPart, ending: str) -> str:
    """Return the name of a report's file."""
    said = kept.kind.label if part is ReportPart.TEXT else f"{kept.kind.label}{part.label}"
    return f"{said}_{kept.period.key}_{kept.number}.{ending}"


def template_version(kind: ReportKind, config: Path | None) -> str:
    """Return the version of the template that a report is written by in Word; empty where it cannot be read."""
    try:
        return read_template(
            DocumentLayout.WEEKLY if kind is ReportKind.WEEKLY else DocumentLayout.BULLETIN, config
        ).version
    except (TemplateFaultError, OSError):
        return ""
