"""`make guide`: take the pictures of docs/guide anew. `--all FOLDER` takes every page at two widths, and prints it."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from openpyxl import Workbook

from monitor.actions.actor import EVERYTHING, Actor, Origin
from monitor.actions.perform import perform
from monitor.actions.users import FirstLinkCommand, issue_first_link
from tests.guide.county import NOW, OPERATOR, enrol_users, live_through, office, opened, things_in
from tests.guide.shots import BEGINNING, BY_LINK, DESK, FIRST, LOGIN, OFFICE, PHONE, Shot
from tests.services import require_chromium
from tests.web.browser import Browser, browser
from tests.web.permits import LINK, visit
from tests.web.serving import listened
from tests.web.sessions import SECRET

PICTURES = Path(__file__).parents[2] / "docs" / "guide" / "pictures"
_HEADER = ("账号ID", "账号名称", "平台", "主办单位", "联络员", "联络员手机")
_ROWS = (
    ("XZ01", "示例文旅", "微信订阅号", "示例县文化和广电旅游体育局", "联络员甲", "13800000001"),
    ("XZ02", "示例体育", "微信公众号", "示例县文化和广电旅游体育局", "联络员甲", "13800000001"),
    ("XZ01", "示例博物馆", "抖音", "示例县文化和广电旅游体育局", "联络员甲", "13800000001"),
)


def main(arguments: Sequence[str]) -> int:
    """Take the pictures."""
    parser = argparse.ArgumentParser(prog="python -m tests.guide", description=__doc__)
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="every page and form at 1280 and 390, and on paper")
    parser.add_argument("--county", type=Path, metavar="FOLDER", help="keep the county's database, and use it again")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        kept, folder = given.county or Path(temporary), Path(temporary)
        kept.mkdir(parents=True, exist_ok=True)
        with browser(require_chromium(), folder / "profile") as chromium:
            (given.all or PICTURES).mkdir(parents=True, exist_ok=True)
            Taking(chromium, folder, given.all).everything(kept)
    return 0


class Taking:
    """Takes pictures: those of the guide, or those of everything."""

    def __init__(self, chromium: Browser, folder: Path, everything: Path | None) -> None:
        """Take them with a browser; files to upload lie in the folder."""
        self.chromium, self.folder, self.all = chromium, folder, everything

    def everything(self, kept: Path) -> None:
        """Go through all counties."""
        self.in_the_county(kept)
        self.on_the_first_day()
        self.on_a_phone()

    def in_the_county(self, kept: Path) -> None:
        """Take the pages of an office on its morning."""
        is_new = not (kept / "county.db").exists()
        with opened(kept, "county") as store:
            if is_new:
                asyncio.run(live_through(store, _tell))
            with office(store) as (at, base):
                if is_new:
                    enrol_users(at)
                for shot in LOGIN:
                    self.take(shot, base, {})
                self.log_in(base, OPERATOR)
                words = {**things_in(store), "faulty": self.book("台账.xlsx", 3), "right": self.book("台账改.xlsx", 1)}
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

    def book(self, name: str, rows: int) -> str:
        """Write a roster to upload, and return where it lies."""
        made = Workbook()
        assert made.active
        for row in (_HEADER, *_ROWS[:rows]):
            made.active.append(row)
        made.save(self.folder / name)
        return str(self.folder / name)

    def take(self, shot: Shot, base: str, words: Mapping[str, str]) -> None:
        """Open a page, do what is done before, and take its picture; of everything, at both widths and printed."""
        for width in (1280, PHONE) if self.all else (shot.width,):
            self.chromium.look(base + shot.page.format_map(words), width=width)
            shot.prepare(self.chromium, words)
            if self.all:
                self.chromium.shoot(self.all / f"{shot.name}-{width}.png")
                self.chromium.print(self.all / f"{shot.name}.pdf")
            else:
                self.chromium.shoot(PICTURES / f"{shot.name}.png", selector=shot.selector, height=shot.height)


def _tell(done: int, total: int) -> None:
    if done % 10 == 0:
        print(f"{done}/{total}", file=sys.stderr)  # noqa: T201 - it takes a minute


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
