"""Writes the lists of fields in docs/guide/word-templates.md: `python -m tests.documents.word.guide`."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from monitor.documents import DocumentLayout
from monitor.documents.facts import NOTICE
from monitor.documents.word.fields import ATTACHMENTS, BODY, FIELDS, TemplateField

GUIDE = Path(__file__).parents[3] / "docs" / "guide" / "word-templates.md"
FORMS = {
    DocumentLayout.TABLE: "只有一张表的：联合研判表、扣分建议清单、注销进度表等，横排",
    DocumentLayout.BULLETIN: "通报等正式公文",
    DocumentLayout.WEEKLY: "周报",
    DocumentLayout.NOTICE: "整改通知单和回执",
    DocumentLayout.HANDOVER: "账号交接单",
}
HEADS = ("| 文件 | 用于 |", "| 字段 | 内容 |")


def tables() -> Iterator[list[str]]:
    """Yield the rows of every table of the guide, in their order."""
    yield [f"| `{layout.value}.docx` | {said} |" for layout, said in FORMS.items()]
    for fields in (FIELDS, BODY, ATTACHMENTS):
        yield list(rows(fields))
    yield [f"| {name} | {said} |" for name, said in NOTICE.items()]


def rows(fields: Iterable[TemplateField]) -> Iterator[str]:
    """Yield a row for every field."""
    for field in fields:
        kind = "（独占一段）" if field.is_whole else "（列表）" if field.is_list else ""
        yield f"| {field.name}{kind} | {field.said} |"


def written(text: str) -> str:
    """Return the guide with its tables as they are now."""
    made, lines, skipping = tables(), list[str](), False
    for line in text.splitlines():
        skipping = skipping and line.startswith("|")
        if not skipping:
            lines.append(line)
        if line in HEADS:
            lines += ["|---|---|", *next(made)]
            skipping = True
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    GUIDE.write_text(written(GUIDE.read_text("utf-8")), "utf-8")
