"""The forms of keys that several collectors share."""

from __future__ import annotations

from collectors import html
from monitor.core.collector import KeyForm


def is_address(key: str) -> bool:
    """True if it is an address of the web."""
    return html.link("", key) is not None


ADDRESS = KeyForm(is_address, "http:// 或 https:// 开头的地址")
