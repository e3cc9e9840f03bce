"""`make guide`: take the pictures of docs/guide anew."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from monitor.actions.actor import EVERYTHING, Actor, Origin
from monitor.actions.perform import perform
from monitor.actions.users import FirstLinkCommand, issue_first_link
from tests.guide.county import NOW, OPERATOR, lived_in, office, opened, things_in
from tests.guide.rosters import rosters
from tests.guide.shots import BEGINNING, BY_LINK, DESK, FIRST, LOGIN, OFFICE, Shot
from tests.services import require_chromium
from tests.web.browser import Browser, browser
from tests.web.permits import LINK, visit
from tests.web.serving import listened
from tests.web.sessions import SECRET

PICTURES = Path(__file__).parents[2] / "docs" / "guide" / "pictures"


def main(arguments: Sequence[str]) -> int:
    """Take the pictures."""
    parser = argparse.ArgumentParser(prog="python -m tests.guide", description=__doc__)
    parser.add_argument("--county", type=Path, metavar="FOLDER", help="keep the county's database, and use it again")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        kept, folder = given.county or Path(temporary), Path(temporary)
        kept.mkdir(parents=True, exist_ok=True)
        with browser(require_chromium(), folder / "profile") as chromium:
            Taking(chromium, folder).everything(kept)
    return 0


class Taking:
    """Takes the pictures."""

    def __init__(self, chromium: Browser, folder: Path) -> None:
        """Take them with a browser; files to upload lie in the folder."""
        self.chromium, self.folder = chromium, folder

    def everything(self, kept: Path) -> None:
        """Go through all counties."""
        self.in_the_county(kept)
        self.on_the_first_day()
        self.on_a_phone()

    def in_the_county(self, kept: Path) -> None:
        """Take the pages of an office on its morning."""
        with lived_in(kept, _tell) as store, office(store) as (_, base):
            words = {**things_in(store), **rosters(self.folder)}
            for shot in LOGIN:
                self.take(shot, base, {})
            self.log_in(base, OPERATOR)
            for shot in OFFICE:
                self.take(shot, base, words)
            self.chromium.forget()

    def on_the_first_day(self) -> None:
        """Take the pages of an office that begins."""
        with opened(self.folder, "first") as store, office(store) as (at, base):
            actor = Actor(name="cli", origin=Origin.COMMAND_LINE, rights=EVERYTHING)
            link = perform(store, issue_first_link, FirstLinkCommand(), actor=actor, now=NOW)
            for shot in FIRST:
                self.take(shot, base, {"first": f"/login/link/{link.secret}"})
            at.user(OPERATOR)
            self.log_in(base, OPERATOR)
            for shot in BEGINNING:
                self.take(shot, base, {})
            self.chromium.forget()

    def on_a_phone(self) -> None:
        """Take a liaison's page, before and after a link is pasted."""
        with opened(self.folder, "phone") as store:
            at = asyncio.run(visit(store))
            with listened(at.client.app) as base:  # type: ignore[arg-type]  # the application under the client
                for shot in BY_LINK:
                    self.take(shot, base, {"token": at.token(), "link": LINK})

    def log_in(self, base: str, name: str) -> None:
        """Log in."""
        self.chromium.look(f"{base}/login", width=DESK)
        self.chromium.fill("input[name=name]", name)
        self.chromium.fill("input[name=password]", SECRET)
        self.chromium.click("main form button", is_leaving=True)

    def take(self, shot: Shot, base: str, words: Mapping[str, str]) -> None:
        """Open a page, do what is done before, and take its picture."""
        self.chromium.look(base + shot.page.format_map(words), width=shot.width)
        shot.prepare(self.chromium, words)
        self.chromium.shoot(PICTURES / f"{shot.name}.png", selector=shot.selector, height=shot.height)


def _tell(done: int, total: int) -> None:
    if done % 10 == 0:
        print(f"{done}/{total}", file=sys.stderr)  # noqa: T201 - it takes a minute


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
