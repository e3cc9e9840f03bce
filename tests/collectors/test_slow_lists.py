"""No page is slow to read: twice the page takes about twice as long, whatever it is made of."""

from __future__ import annotations

from contextlib import suppress
from time import thread_time

import pytest

from collectors import datebox
from monitor.core.observation import LookFailedError
from tests.collectors.pages import AT, look

LINK = '<a href="/c/1.html">县政府召开常务会议</a>'
ROWS = "".join(f'<a href="/c/{place}.html">县政府召开会议</a>' for place in range(2_000))
HOSTILE = {
    "dates in dates": "<div>2026-11-18 " * 1_000 + LINK,
    "rows in rows": f"<div>2026-11-18 {LINK}" * 1_000,
    "one box of dates": f"<div>{'2026-11-18<br>' * 1_500}</div>",
    "one cell of dates": f"<table><tr><td>{'2026-11-18<br>' * 1_500}</td><td>{LINK}</td></tr></table>",
    "dates, then links": f"<div>{'2026-11-18<br>' * 1_500}{ROWS}</div>",
    "one line of dates": f"<div>{'<span>2026-11-18</span>' * 1_500}{LINK}</div>",
    "one sentence of days": f"<p>{'11月18日，<b>x</b>' * 1_000}{LINK}</p>",
    "years": f"<div>{'<i>2026</i>' * 1_500}{LINK}</div>",
    "labels": f"<div>{'发布时间：2026-11-18 来源：x ' * 1_500}</div>",
    "boxes with labels": "<p>发布时间：2026-11-18 来源：x</p>" * 1_500,
    "comments": f"<div class=comments>{f'<p>{LINK}<span>2026-11-18</span></p>' * 1_000}</div>",
    "rows under a long text": f"<div>{'x<b>y</b>' * 9_000}</div>" + f"<div><p>{LINK}<i>2026-11-18</i></p></div>" * 900,
    "tables in tables": f"<table><tr><td>{LINK}<td>2026-11-18<td>" * 500,
    "addresses": ROWS.replace("/c/", "/202611/18/"),
    "attributes": f'<a title="发布时间：2026-11-18 {"x" * 300}" href="/c">县政府召开会议</a>' * 1_000,
    "digits": f"<p>{'1-' * 90_000}{LINK}",
    "refreshes": "<meta http-equiv=refresh content=0 " * 5_000,
}


@pytest.mark.parametrize("shape", HOSTILE)
def test_no_page_is_slow_to_read(shape: str) -> None:
    started = thread_time()
    with suppress(LookFailedError):
        look(HOSTILE[shape])
    assert thread_time() - started < 4


@pytest.mark.parametrize(
    "piece",
    [
        "1-",
        "2026-11-",
        "2026 ",
        "11月",
        "发布时间",
        "(",
        "[2026",
        "星期",
        "，",
        "时间 :",
        "2026年 11月 ",
        "\u200b",
        "Nov ",
        "0:",
    ],
)
def test_no_text_is_slow_to_read(piece: str) -> None:
    started = thread_time()
    for length in (10, 100, 479, 10_000):
        text = (piece * length)[:length]
        for _ in range(20):
            datebox.read(text, AT)
            datebox.tail(text, AT)
            datebox.year_in(text)
            datebox.only_year(text)
    assert thread_time() - started < 1
