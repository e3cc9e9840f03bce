"""`/reports/sample.xlsx`: a random sample of accounts, drawn by a seed that stands in the file and in the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from secrets import token_hex

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from monitor.actions.documents import Handout
from monitor.core.calendar import beijing_date
from monitor.core.period import BadPeriodError, Period
from monitor.core.spot_check import LONGEST_SEED, is_seed
from monitor.documents import Document
from monitor.documents.spot_check import spot_check
from monitor.queries.spot_check import read_drawable
from monitor.store import Tx
from monitor.web.pages.handing_out import handed_out
from monitor.web.pages.pages import Pages
from monitor.web.paging import whole

MOST = 100_000
"""Accounts that are drawn at once."""


async def sample_xlsx(pages: Pages, request: Request) -> Response:
    """Answer with the sample of a period, as many as asked for or one in ten, by the seed given or one of chance."""
    now, asked = pages.context.clock(), request.query_params
    period, count, seed = _period(asked.get("period", ""), now), _count(asked.get("count", "")), _seed(asked)
    at = period.judged_at(now)

    def read(tx: Tx) -> Document:
        accounts, orders = read_drawable(tx, at=at, known_at=at)
        return spot_check(accounts, orders, period, seed=seed, count=count)

    detail = f"{period.label}，种子{seed}"
    return await handed_out(pages, request, read, Handout.SAMPLE, "随机抽查名单.xlsx", detail)


def _period(written: str, now: datetime) -> Period:
    try:
        period = Period.of(written) if written else Period.around(now)
    except BadPeriodError as error:
        raise HTTPException(400, f"“{written[:40]}”不是期间，请从报表页重新选择。") from error
    if period.first > beijing_date(now):
        raise HTTPException(400, f"{period.label}还没有开始，请选择已开始的期间。")
    return period


def _count(written: str) -> int | None:
    if not written.strip():
        return None
    count = whole(written.strip())
    if not 1 <= count <= MOST:
        raise HTTPException(400, f"抽取个数应为1至{MOST}的整数，不填是十分之一。")
    return count


def _seed(asked: Mapping[str, str]) -> str:
    seed = asked.get("seed", "").strip()
    if seed and not is_seed(seed):
        raise HTTPException(400, f"种子应为1至{LONGEST_SEED}个可见字符，不填则随机生成。")
    return seed or token_hex(8)
