"""What a caller may see: of one area or one unit nothing else is there; it answers 404 as what is nowhere does."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.queries.case import is_case_of
from monitor.queries.lists import is_account_of, is_message_in, read_case
from monitor.queries.messages import read_message
from monitor.store import Tx
from monitor.web.api.operation import Call
from monitor.web.api.problems import ProblemError
from monitor.web.paging import whole

NONE_SUCH = "没有这一项。"
ACCOUNT_ID = {"account_id": "账号ID。"}
NUMBER = {"number": "事项编号。"}
MESSAGE = {"message_id": "消息编号，或其末尾几位。"}


def nothing() -> ProblemError:
    """Return the answer where there is nothing."""
    return ProblemError(404, NONE_SUCH)


def require_all_areas(call: Call, what: str) -> None:
    """Refuse what is the whole office's to a token for one area."""
    if call.actor.area is not None:
        raise ProblemError(403, f"{what}是整个办公室的，只限一个地区的令牌不能使用。")


def require_account(tx: Tx, call: Call, account_id: str) -> None:
    """Raise ProblemError unless an account is the caller's to see; whoever sees all is not asked."""
    if not is_account_of(tx, account_id, call.actor.area, call.actor.own):
        raise nothing()


def require_case(tx: Tx, call: Call, number: int) -> None:
    """Raise ProblemError likewise of a case."""
    actor = call.actor
    if not is_case_of(tx, number, actor.own) or (actor.area and read_case(tx, number, actor.area) is None):
        raise nothing()


def require_cases(tx: Tx, call: Call, numbers: Iterable[int]) -> None:
    """Raise ProblemError unless all of these cases are the caller's to see."""
    for number in numbers:
        require_case(tx, call, number)


def require_message(tx: Tx, call: Call, number: str) -> None:
    """Raise ProblemError likewise of a message, by its number or the end of it."""
    actor = call.actor
    if actor.own is not None and read_message(tx, number, call.now, actor.own) is None:
        raise nothing()
    if not is_message_in(tx, number, actor.area):
        raise nothing()


async def case_of(call: Call) -> int:
    """Return the number of the case that an address names; 404 unless it is the caller's to see."""
    number = whole(call.path["number"])
    await call.query(lambda tx: require_case(tx, call, number))
    return number


async def message_of(call: Call) -> str:
    """Return the number of the message that an address names, likewise."""
    number = call.path["message_id"]
    await call.query(lambda tx: require_message(tx, call, number))
    return number


async def account_of(call: Call) -> str:
    """Return the account that an address names, likewise."""
    account_id = call.path["account_id"]
    await call.query(lambda tx: require_account(tx, call, account_id))
    return account_id
