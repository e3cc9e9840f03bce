"""The common part of WeChat's surfaces: an account's identity, and one address for an article wherever it was found."""

from __future__ import annotations

import re
from base64 import b64decode
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

from collectors import html

HOST = "mp.weixin.qq.com"
AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
)
"""Pages are shown to browsers only."""
_BIZ = re.compile(r"[A-Za-z0-9+/]{8,40}={0,2}")
_SHORT = re.compile(r"/s/[A-Za-z0-9_-]{10,40}")
_PARTS = {
    "__biz": _BIZ,
    "mid": re.compile("[0-9]{1,20}"),
    "idx": re.compile("[0-9]{1,2}"),
    "sn": re.compile("[0-9a-f]{8,64}"),
}
"""The parameters that name an article: its account, the message, the place in it, and its signature."""


def is_biz(text: str) -> bool:
    """True if the text is an account's stable id: a number in base 64, as `__biz` has it."""
    if not _BIZ.fullmatch(text) or len(text) % 4:
        return False
    return b64decode(text).isdigit()


def is_article(address: str) -> bool:
    """True if an address is an article's, in its short form (`/s/…`) or its long one (`/s?__biz=…`)."""
    absolute = html.link("", address)
    return absolute is not None and _article(absolute) is not None


def permalink(base: str, href: str) -> str | None:
    """Return an article's address with nothing in it but what names the article; None for what is no address."""
    absolute = html.link(base, unescape(href))
    return (_article(absolute) or absolute) if absolute else None


def message_id(address: str) -> str | None:
    """Return the id by which the official interface calls an article, `mid_idx`; None where the address has none."""
    query = parse_qs(urlsplit(address).query)
    mid, idx = (next(iter(query.get(name, ())), "") for name in ("mid", "idx"))
    return f"{mid}_{idx}" if _PARTS["mid"].fullmatch(mid) and _PARTS["idx"].fullmatch(idx) else None


def long_form(biz: str, mid: str, idx: str, sn: str) -> str | None:
    """Return the address that these four name; None where one of them is missing."""
    named = {"__biz": biz, "mid": mid, "idx": idx, "sn": sn}
    if not all(form.fullmatch(named[name]) for name, form in _PARTS.items()):
        return None
    return f"https://{HOST}/s?{urlencode(named, safe='=')}"


def _article(absolute: str) -> str | None:
    parts = urlsplit(absolute)
    if parts.hostname != HOST:
        return None
    if _SHORT.fullmatch(parts.path):
        return f"https://{HOST}{parts.path}"
    query = parse_qs(parts.query)
    biz, mid, idx, sn = (next(iter(query.get(name, ())), "") for name in _PARTS)
    return long_form(biz, mid, idx, sn) if parts.path == "/s" else None
