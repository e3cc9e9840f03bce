"""Writes the table of platforms in docs/operating.md from `monitor/core/way.py`: `python -m tests.waybook`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from monitor.core.account import Platform
from monitor.core.way import INSTEAD, Way, ways_of

DOCUMENT = Path(__file__).parents[1] / "docs" / "operating.md"
_TABLE = re.compile(r"(\| 平台 \| 采集器 \|[^\n]*\n)(?:\|[^\n]*\n)+")


def written(document: str) -> str:
    """Return the document with the table as it is now."""
    table = "\n".join(_lines()) + "\n"
    return _TABLE.sub(lambda _: table, document, count=1)


def _lines() -> Iterator[str]:
    yield "| 平台 | 采集器 | 参数取自 | 能采集到什么 | 依据截至 | 采集不到时 |"
    yield "|---|---|---|---|---|---|"
    for platform in Platform:
        ways = ways_of(platform)
        for place, way in enumerate(ways):
            said = INSTEAD[platform] if place == 0 else "同上"
            yield f"| {platform.label} | {_named(way)} | {way.key} | {way.said} | {_month(way)} | {said} |"
        if not ways:
            yield f"| {platform.label} | 无 | － | 没有可以自动采集的公开列表 | － | {INSTEAD[platform]} |"


def _named(way: Way) -> str:
    return f"`{way.collector}`" if way.is_default else f"`{way.collector}`（须在采集方式中写明）"


def _month(way: Way) -> str:
    year, month = way.evidence.split("-")
    return f"{year}年{int(month)}月"


if __name__ == "__main__":
    DOCUMENT.write_text(written(DOCUMENT.read_text("utf-8")), "utf-8")
