"""`make screens`: take every page and form at 1280 and 390 pixels, and on paper, as each kind of visitor sees it."""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

from starlette.applications import Starlette

from monitor.actions.actor import EVERYTHING, Actor, Origin
from monitor.actions.cases import DecideCommand
from monitor.actions.cases import decide as decide_on
from monitor.actions.perform import perform
from monitor.actions.users import FirstLinkCommand, issue_first_link
from monitor.core.decision import Ruling
from monitor.core.light import Light
from monitor.store import Store
from monitor.store.cases import cases
from monitor.store.outbox import messages
from monitor.store.sessions import end_all_of
from monitor.store.users import user_named
from monitor.web import create_app
from monitor.web.page_context import Sample
from tests.guide.county import NOW, OPERATOR, OWN, PERSON, READER, lived_in, office, opened, things_in
from tests.guide.rosters import rosters
from tests.guide.shots import BEGINNING, BY_LINK, DESK, OFFICE, Shot, filled, follow, several
from tests.screens.walk import Walk
from tests.services import require_chromium
from tests.web.browser import Browser, browser
from tests.web.permits import LINK, visit
from tests.web.serving import listened
from tests.web.sessions import SECRET, Closed

BUILT = Path("build") / "screens"
LONE = ("/", "/looks", "/mutes", "/proposals", "/review", "/review/sheet", "/users/new", "/records/new?kind=training")
"""Where a walk begins: at the page of today, and at those that are led to by what there is on a certain day only."""

MADE = tuple(
    Shot(name=f"report-{number}", page="/reports", prepare=follow(f".due-reports li:nth-child({number}) button"))
    for number in (3, 2)
)
"""The monthly report of last month and the weekly one, which other pages show."""


def main(arguments: Sequence[str]) -> int:
    """Take the pictures, and say what was wrong with pages."""
    parser = argparse.ArgumentParser(prog="python -m tests.screens", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=BUILT, help="where the pictures go")
    parser.add_argument("--county", type=Path, metavar="FOLDER", help="keep the county's database, and use it again")
    parser.add_argument("--only", nargs="+", metavar="WHO", help="of these visitors alone")
    given = parser.parse_args(arguments)
    given.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        kept = given.county or Path(temporary)
        kept.mkdir(parents=True, exist_ok=True)
        with browser(require_chromium(), Path(temporary) / "profile") as chromium:
            taking = Taking(chromium=chromium, folder=given.folder, kept=kept, temporary=Path(temporary))
            for who, take in VISITORS.items():
                if not given.only or who in given.only:
                    chromium.begin_anew()
                    take(taking, who)
    print("\n".join(taking.complaints) or "没有发现报错或过宽的页面。")  # noqa: T201 - that is what it is for
    return 1 if taking.complaints else 0


@dataclass(kw_only=True)
class Taking:
    """Takes the pictures of one visitor after another."""

    chromium: Browser
    folder: Path
    kept: Path
    """Where the county lies."""
    temporary: Path

    def __post_init__(self) -> None:
        """Nothing is wrong yet."""
        self.complaints: list[str] = []

    @contextmanager
    def county(self, who: str) -> Iterator[Store]:
        """Open a copy of the sample county on its morning, which may be changed."""
        with lived_in(self.kept):
            pass
        shutil.copy(self.kept / "county.db", self.temporary / f"{who}.db")
        with opened(self.temporary, who) as store:
            yield store

    def walk(self, who: str, at: Closed, base: str) -> Walk:
        """Return a visitor's walk."""
        return Walk(
            chromium=self.chromium,
            app=create_app(at.view),
            base=base,
            folder=self.folder,
            who=who,
            complaints=self.complaints,
        )

    def log_in(self, base: str, name: str) -> None:
        """Log in."""
        self.chromium.look(f"{base}/login", width=DESK)
        self.chromium.fill("input[name=name]", name)
        self.chromium.fill("input[name=password]", SECRET)
        self.chromium.click("main form button", is_leaving=True)

    def sample(self, who: str) -> None:
        """Take the sample county as whoever opens it sees it."""
        with self.county(who) as store, office(store, sample=Sample(sent_url="http://127.0.0.1:8025")) as (at, base):
            walk = self.walk(who, at, base)
            walk.shots(MADE, {})
            taken = walk.pages(*LONE, f"/units/{quote(OWN.name)}")
            self.each_of_a_kind(walk, store)
            walk.shots(OFFICE, {**things_in(store), **rosters(self.temporary)})
            walk.refusals(taken)

    def each_of_a_kind(self, walk: Walk, store: Store) -> None:
        """Take a case of every rule, an account of every light, and a message of every state."""
        with store.read() as tx:
            found = {f"case-{case.rule}{'-done' if case.closed_at else ''}": f"/cases/{case.id}" for case in cases(tx)}
            found |= {f"message-{kept.state.value}": f"/messages/{kept.message.id}" for kept in messages(tx)}
        for light in Light:
            self.chromium.look(f"{walk.base}/accounts?light={light.value}", width=DESK)
            first = self.chromium.evaluate("document.querySelector('.board td.name a')?.getAttribute('href')")
            found |= {f"account-{light.value}": str(first)} if first else {}
        for name, address in found.items():
            walk.take(address, name)

    def role(self, who: str) -> None:
        """Take the pages of a role: what it sees, and what its forms answer."""
        with self.county(who) as store, office(store) as (at, base):
            self.log_in(base, ROLES[who])
            walk = self.walk(who, at, base)
            taken = walk.pages(*LONE, "/users", "/me", f"/units/{quote(OWN.name)}")
            walk.refusals(taken)

    def outside(self, who: str) -> None:
        """Take what somebody sees who has not logged in, and what is answered to requests that lead nowhere."""
        with self.county(who) as store, office(store) as (at, base):
            walk = self.walk(who, at, base)
            walk.pages("/login")
            walk.refusals(["/login"])
            self.log_in(base, OPERATOR)
            walk.take("/nowhere", "404")
            walk.take("/accounts?light=none-such", "400")

            def expire() -> None:
                with store.begin() as tx:
                    asked = user_named(tx, OPERATOR)
                    assert asked is not None
                    end_all_of(tx, asked.id)

            number = int(things_in(store)["overdue"])
            case = f"/cases/{number}"
            decide = follow('form[action$="/decisions"] button')
            walk.take(case, "422", several(_exempt, decide))
            walk.take(
                case,
                "409",
                several(
                    _exempt,
                    filled(exempted_document="〔2026〕9号批复", exempted_note="机构改革"),
                    lambda *_: self._decide(store, number),
                    decide,
                ),
            )
            walk.take(case, "expired", several(_exempt, lambda *_: expire(), decide))

    def _decide(self, store: Store, number: int) -> None:
        """Decide about a case as somebody else, who was quicker."""
        actor = Actor(name=PERSON, origin=Origin.COMMAND_LINE, rights=EVERYTHING)
        note, document = "已恢复更新", "〔2026〕3号纪要"
        command = DecideCommand(case=number, ruling=Ruling.RETAINED, titles={}, note=note, document=document)
        perform(store, decide_on, command, actor=actor, now=NOW)

    def first_day(self, who: str) -> None:
        """Take an office that begins: its first link, its pages without a roster, and their forms."""
        with opened(self.temporary, who) as store, office(store, is_bare=True) as (at, base):
            actor = Actor(name="cli", origin=Origin.COMMAND_LINE, rights=EVERYTHING)
            link = perform(store, issue_first_link, FirstLinkCommand(), actor=actor, now=NOW)
            walk = self.walk(who, at, base)
            walk.take(f"/login/link/{link.secret}", "link")
            at.user(OPERATOR)
            self.log_in(base, OPERATOR)
            taken = walk.pages("/start", *LONE)
            walk.shots(BEGINNING, {})
            walk.refusals(taken)

    def phone(self, who: str) -> None:
        """Take a liaison's page: opened, used, and too late."""
        with opened(self.temporary, who) as store:
            at = asyncio.run(visit(store))
            app = at.client.app
            assert isinstance(app, Starlette)
            with listened(app) as base:
                walk = Walk(
                    chromium=self.chromium,
                    app=app,
                    base=base,
                    folder=self.folder,
                    who=who,
                    complaints=self.complaints,
                )
                walk.take(f"/k/{at.token()}", "opened")
                walk.take(f"/k/{at.token(until=at.clock() - timedelta(days=1))}", "410")
                walk.take("/k/nonsense", "404")
                walk.refusals([f"/k/{at.token()}"])
                walk.shots(BY_LINK, {"token": at.token(), "link": LINK})


def _exempt(browser: Browser, _: object) -> None:
    """Choose an exemption, in a form that may be sent with empty fields."""
    browser.evaluate("document.querySelector('#choice-exempted').checked = true")
    browser.evaluate("document.querySelector('#choice-exempted').form.noValidate = true")


ROLES = {"both": OPERATOR, "reader": READER, "unit": PERSON}
VISITORS = {
    "sample": Taking.sample,
    **dict.fromkeys(ROLES, Taking.role),
    "outside": Taking.outside,
    "first": Taking.first_day,
    "phone": Taking.phone,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
