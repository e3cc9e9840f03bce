"""Two operators act at the same moment over the network: one wins, the other is told so, and nothing is done twice."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from httpx2 import Client, Response

from monitor.store import Store, tables
from monitor.web import create_app
from tests.store.build import enrol
from tests.web.county import NOW, OVERDUE, Surroundings, fill
from tests.web.serving import listened
from tests.web.sessions import SECRET, closed, text_of, token_in
from tests.web.test_cases import opened
from tests.web.test_deciding import ACCOUNTS, SITE, rows, trouble

NAMES = ("王某", "李某")
DOCUMENT = "〔2026〕3号纪要"
ROUNDS = 4
"""How often each pair is tried: which of two comes first is chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form that somebody has before them, filled in."""

    address: str
    fields: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Operator:
    """Somebody of the office with a browser of their own, without scripts."""

    name: str
    client: Client

    def opens(self, page: str) -> str:
        answer = self.client.get(page)
        assert answer.status_code == 200, answer.text
        return answer.text

    def log_in(self) -> None:
        form = [("csrf", token_in(self.opens("/login"))), ("name", self.name), ("password", SECRET), ("next", "/")]
        assert self.client.post("/login", content=urlencode(form), headers=HEADERS).status_code == 303

    def fills(self, page: str, action: str, *filled: tuple[str, str]) -> Form:
        """Open a page and fill in its form with that address; what it has already stays."""
        shown = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', self.opens(page), re.DOTALL)
        assert shown, f"{page} has no form for {action}"
        own = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', shown[0])
        return Form(address=action, fields=[*own, *filled])

    def sends(self, form: Form) -> Response:
        return self.client.post(form.address, content=urlencode(form.fields), headers=HEADERS)


HEADERS = SITE | {"content-type": "application/x-www-form-urlencoded"}


@contextmanager
def two(store: Store, around: Surroundings) -> Iterator[tuple[Operator, Operator]]:
    """Serve the pages to two operators who have logged in."""
    office = closed(store, around)
    for name in NAMES:
        office.user(name)
    with listened(create_app(office.view)) as address:
        clients = [Client(base_url=address, trust_env=False) for _ in NAMES]
        both = tuple(Operator(name, client) for name, client in zip(NAMES, clients, strict=True))
        try:
            for one in both:
                one.log_in()
            yield both[0], both[1]
        finally:
            for client in clients:
                client.close()


def at_once(both: tuple[Operator, Operator], forms: tuple[Form, Form]) -> tuple[str, str]:
    """Have both send their forms at the same moment; return who won and what the other is told then."""
    begin, answers = threading.Barrier(len(both)), dict[str, Response]()

    def send(one: Operator, form: Form) -> None:
        begin.wait()
        answers[one.name] = one.sends(form)

    threads = [threading.Thread(target=send, args=pair) for pair in zip(both, forms, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = {name: _told(one, answers[name]) for one in both for name in [one.name]}
    ((winner, _),) = [pair for pair in told.items() if pair[1] == ""] or [("", "")]
    assert winner, told
    return winner, next(said for name, said in told.items() if name != winner)


def _told(one: Operator, answer: Response) -> str:
    """Return what somebody is told who did not win; "" for who did."""
    if answer.status_code != 303:
        return text_of(answer.text)
    said = text_of(one.opens(answer.headers["location"]))
    return said if "没有登记" in said else ""


def decides(number: int, ruling: str) -> Callable[[Operator], Form]:
    """Return what fills in the form of one case."""
    page = f"/cases/{number}"
    filled = (("ruling", ruling), (f"{ruling}-document", DOCUMENT), (f"{ruling}-note", "研判"))
    return lambda one: one.fills(page, f"{page}/decisions", *filled)


def decides_many(numbers: list[int], ruling: str) -> Callable[[Operator], Form]:
    """Return what fills in the form of many cases."""
    page = f"/cases/decide?{urlencode([*(('case', number) for number in numbers), ('ruling', ruling)])}"
    return lambda one: one.fills(page, "/cases/decide", ("document", DOCUMENT), ("note", "研判"))


@pytest.fixture
def numbers(empty: Store) -> list[int]:
    """Return the cases of a dozen accounts that wait for the joint review."""
    enrol(empty, *ACCOUNTS, OVERDUE, at=NOW - timedelta(days=30))
    with empty.begin() as tx:
        return [opened(tx, trouble(one.id)) for one in ACCOUNTS]


@pytest.mark.parametrize("rulings", [("retained", "deregistered"), ("retained", "retained")], ids="-".join)
def test_of_two_decisions_at_once_one_stands_and_the_other_is_told_whose(
    empty: Store, around: Surroundings, numbers: list[int], rulings: tuple[str, str]
) -> None:
    with two(empty, around) as both:
        for done, number in enumerate(numbers[:ROUNDS]):
            forms = tuple(decides(number, ruling)(one) for one, ruling in zip(both, rulings, strict=True))
            winner, told = at_once(both, (forms[0], forms[1]))
            assert f"{winner}已在09:05登记" in told
            assert "您的决定没有登记。" in told
            made = rows(empty, tables.decisions)
            assert len(made) == done + 1
            assert made[-1].by == winner


def test_of_two_batches_at_once_every_case_is_decided_once_and_the_other_is_told_of_each(
    empty: Store, around: Surroundings, numbers: list[int]
) -> None:
    chosen = numbers[:10]
    with two(empty, around) as both:
        winner, told = at_once(
            both, (decides_many(chosen, "retained")(both[0]), decides_many(chosen, "deregistered")(both[1]))
        )
    made = rows(empty, tables.decisions)
    assert [row.by for row in made] == [winner] * 10
    assert sum(row.action.startswith("case ") for row in rows(empty, tables.acts)) == 10
    assert all(f"{number}" in told for number in chosen)
    assert f"{winner}已在09:05登记" in told


def test_of_a_batch_and_one_of_its_cases_at_once_that_case_is_decided_once(
    empty: Store, around: Surroundings, numbers: list[int]
) -> None:
    chosen = numbers[:3]
    with two(empty, around) as both:
        forms = (decides_many(chosen, "retained")(both[0]), decides(chosen[1], "deregistered")(both[1]))
        _, told = at_once(both, forms)
    assert "您的决定没有登记。" in told
    made = rows(empty, tables.decisions)
    assert len(made) == len(chosen)


def test_of_two_who_take_a_decision_back_at_once_one_does(
    empty: Store, around: Surroundings, numbers: list[int]
) -> None:
    with two(empty, around) as both:
        for done, number in enumerate(numbers[:ROUNDS]):
            page = f"/cases/{number}"
            assert both[0].sends(decides(number, "retained")(both[0])).status_code == 303
            forms = tuple(_revoking(one, page) for one in both)
            winner, told = at_once(both, (forms[0], forms[1]))
            assert f"{winner}已在09:05" in told
            assert len(rows(empty, tables.decisions)) == 2 * (done + 1)


def _revoking(one: Operator, page: str) -> Form:
    """Fill in the form by which the standing decision is taken back: the second one with that address."""
    _, shown = one.opens(page).split('id="standing"')
    own = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', shown.partition("</form>")[0])
    return Form(address=f"{page}/decisions", fields=[*own, ("revoked-note", "登记有误")])


def test_of_two_who_release_the_same_messages_at_once_one_does(empty: Store, around: Surroundings) -> None:
    fill(empty)
    with empty.read() as tx:
        held = list(tx.scalars(tables.messages.select().with_only_columns(tables.messages.c.id).where(HELD)))
    assert len(held) > 1
    page = f"/messages/release?{urlencode([('id', id_) for id_ in held])}"
    with two(empty, around) as both:
        forms = tuple(one.fills(page, "/messages/release") for one in both)
        winner, told = at_once(both, (forms[0], forms[1]))
    assert "已由他人处理" in told
    assert [row.by for row in rows(empty, tables.message_acts)] == [winner] * len(held)


HELD = tables.messages.c.state == "held"
