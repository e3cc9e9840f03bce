"""Messages as simple HTML, for mail: the same words as the plain part, and the facts as a table.

Nothing in it is fetched from anywhere, nothing tells who has read it, and nothing that a platform or a roster wrote
is markup. Office mail programs drop style sheets: the few styles stand in the elements.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from monitor.core.message import Grid

_MARKS = re.compile(r"\*\*(?P<bold>.+?)\*\*|\[(?P<label>[^\[\]]*)\]\((?P<target>https?://[^)\s]+)\)")
_QUOTE = re.compile(r"^>\s?", re.MULTILINE)
_CELL = 'style="border:1px solid #999;padding:4px 8px;text-align:left"'
_TABLE = 'style="border-collapse:collapse"'


def html(markdown: str, grid: Grid = ()) -> str:
    """Return the small Markdown that messages are written in as a whole HTML document; the table precedes its end."""
    head = '<head><meta charset="utf-8"></head>'
    return f'<!DOCTYPE html>\n<html lang="zh-CN">\n{head}\n<body>\n{fragment(markdown, grid)}\n</body>\n</html>\n'


def fragment(markdown: str, grid: Grid = ()) -> str:
    """Return the same as a piece of HTML."""
    blocks = [block for block in re.split(r"\n{2,}", markdown.strip()) if block]
    closing = blocks.pop() if blocks and blocks[-1].startswith(">") else None
    parts = [*map(_block, blocks), *_table(grid), *([_block(closing)] if closing else [])]
    return "\n".join(parts)


def _block(text: str) -> str:
    if heading := re.match(r"#{1,6}\s+", text):
        title, _, rest = text[heading.end() :].partition("\n")
        return f"<h3>{_inline(title)}</h3>" + (f"\n<p>{_lines(rest)}</p>" if rest else "")
    if text.startswith(">"):
        return f"<p><small>{_lines(_QUOTE.sub('', text))}</small></p>"
    return f"<p>{_lines(text)}</p>"


def _lines(text: str) -> str:
    return "<br>\n".join(_inline(line) for line in text.split("\n"))


def _inline(line: str) -> str:
    """Return a line with its bold words and links; all else is text."""
    done, parts = 0, []
    for mark in _MARKS.finditer(line):
        parts += [escape(line[done : mark.start()]), _marked(mark)]
        done = mark.end()
    return "".join([*parts, escape(line[done:])])


def _marked(mark: re.Match[str]) -> str:
    if mark["bold"] is not None:
        return f"<strong>{escape(mark['bold'])}</strong>"
    return f'<a href="{escape(mark["target"])}">{escape(mark["label"] or mark["target"])}</a>'


def _table(grid: Grid) -> Iterator[str]:
    """Yield the table, if there is one: heads first."""
    if not grid:
        return
    heads, *rows = grid
    yield f"<table {_TABLE}>"
    yield _row("th", heads)
    yield from (_row("td", row) for row in rows)
    yield "</table>"


def _row(element: str, cells: tuple[str, ...]) -> str:
    return "<tr>" + "".join(f"<{element} {_CELL}>{escape(cell)}</{element}>" for cell in cells) + "</tr>"
