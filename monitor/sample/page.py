"""The page that shows what was sent, as its readers would see it. The content of a message always stays text."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from itertools import groupby
from types import MappingProxyType

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from monitor.core.calendar import beijing
from monitor.sample.tray import Sink, TakenMessage

_AGAIN = "const again = () => getSelection().isCollapsed && location.reload(); setInterval(again, 5000);"
"""Opens the page again every 5 seconds, but while text is selected: that would be lost before it is copied."""
_HASH = b64encode(sha256(_AGAIN.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; script-src 'sha256-{_HASH}'; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""What the page may do: no script runs but its own, whatever a message contains."""

_LARGE = 3
_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_QUOTE = re.compile(r">\s?(.*)")
_ITEM = re.compile(r"[-*]\s+(.*)|\d{1,3}\.\s+(.*)")
_INLINE = re.compile(
    r"\\([!-/:-@\[-`{-~])|\*\*(?=\S)(.+?)\*\*|\[([^\[\]]*)\]\((https?://[^\s()<>\"']+)\)|(?<!\d)@(\d{11})(?!\d)"
)

_TEMPLATES = Environment(
    loader=PackageLoader("monitor.sample"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(taken: tuple[TakenMessage, ...], now: datetime, shared: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return the page with the messages in the order given, and what is there to be pasted, by the account's name."""
    template = _TEMPLATES.get_template("sent.html")
    return template.render(taken=taken, now=now, shared=shared, Sink=Sink, drawn=drawn, clock=_clock, again=_AGAIN)


def drawn(markdown: str) -> Markup:
    """Return the small Markdown that DingTalk draws, as HTML; anything else in it is text."""
    kinds = ((_kind(line), line) for line in markdown.split("\n"))
    return Markup("\n").join(
        _block(kind, [line for _, line in lines]) for kind, lines in groupby(kinds, key=lambda pair: pair[0])
    )


def _kind(line: str) -> str:
    line = line.strip()
    if not line:
        return "blank"
    if _HEADING.fullmatch(line):
        return "heading"
    if _QUOTE.fullmatch(line):
        return "quote"
    return "list" if _ITEM.fullmatch(line) else "text"


def _block(kind: str, lines: list[str]) -> Markup:
    stripped = [line.strip() for line in lines]
    match kind:
        case "heading":
            return Markup().join(map(_heading, stripped))
        case "quote":
            quoted = Markup("<br>").join(_inline(_QUOTE.sub(r"\1", line)) for line in stripped)
            return Markup("<blockquote>{}</blockquote>").format(quoted)
        case "list":
            items = (_inline(_ITEM.sub(lambda found: found[1] or found[2], line)) for line in stripped)
            return Markup("<ul>{}</ul>").format(Markup().join(Markup("<li>{}</li>").format(item) for item in items))
        case "text":
            return Markup("<p>{}</p>").format(_paragraph(lines))
        case _:
            return Markup()


def _heading(line: str) -> Markup:
    """Return a heading: what DingTalk draws large, or only bold."""
    is_large = len(line) - len(line.lstrip("#")) <= _LARGE
    text = _inline(_HEADING.sub(r"\2", line))
    return Markup("<h3>{}</h3>").format(text) if is_large else Markup("<h4>{}</h4>").format(text)


def _paragraph(lines: list[str]) -> Markup:
    """Return lines as one paragraph: two spaces at a line's end break it, as in Markdown."""
    text = Markup()
    for number, line in enumerate(lines):
        if number:
            text += Markup("<br>") if lines[number - 1].endswith("  ") else Markup(" ")
        text += _inline(line.strip())
    return text


def _inline(text: str) -> Markup:
    html, here = Markup(), 0
    for found in _INLINE.finditer(text):
        html += escape(text[here : found.start()]) + _mark(found)
        here = found.end()
    return html + escape(text[here:])


def _mark(found: re.Match[str]) -> Markup:
    escaped, strong, label, target, mobile = found.groups()
    if escaped:
        return escape(escaped)
    if strong:
        return Markup("<strong>{}</strong>").format(_inline(strong))
    if target:
        return Markup('<a href="{}" rel="noreferrer">{}</a>').format(target, label or target)
    return Markup('<span class="call">@{}</span>').format(mobile)


def _clock(moment: datetime) -> str:
    local = beijing(moment)
    return f"{local.month}月{local.day}日 {local:%H:%M:%S}"
