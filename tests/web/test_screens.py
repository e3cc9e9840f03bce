"""The pictures of every page (`make screens`): what a walk takes of each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor.store import Store
from monitor.web import create_app
from tests.guide.shots import Shot, follow
from tests.screens.walk import WIDTHS, Walk
from tests.web.browser import Browser
from tests.web.county import Surroundings, fill
from tests.web.serving import listened


@contextmanager
def walking(chromium: Browser, store: Store, around: Surroundings, folder: Path) -> Iterator[Walk]:
    """Yield a walk through a county of its own."""
    fill(store)
    app = create_app(around.view(store))
    with listened(app) as base:
        yield Walk(chromium=chromium, app=app, base=base, folder=folder, who="somebody")


def test_a_page_is_taken_at_both_widths_and_on_paper_and_so_is_what_its_empty_form_answers(
    chromium: Browser, empty: Store, around: Surroundings, tmp_path: Path
) -> None:
    with walking(chromium, empty, around, tmp_path) as walk:
        walk.take("/mutes", "mutes")
        walk.refusals(["/mutes"])
        assert chromium.evaluate("document.querySelector('.faults') !== null")
    assert walk.complaints == []
    names = {path.name for path in tmp_path.glob("somebody-*")}
    assert {f"somebody-mutes{ending}" for ending in ("-1280.png", "-390.png", ".pdf")} < names
    assert {f"somebody-empty-mutes-1-{width}.png" for width in WIDTHS} < names


def test_what_cannot_be_done_on_a_page_is_said_and_the_walk_goes_on(
    chromium: Browser, empty: Store, around: Surroundings, tmp_path: Path
) -> None:
    shots = (
        Shot(name="none", page="/mutes", prepare=follow(".none-such")),
        Shot(name="mutes", page="/mutes"),
    )
    with walking(chromium, empty, around, tmp_path) as walk:
        walk.shots(shots, {})
    (said,) = walk.complaints
    assert said.startswith("somebody-done-none: /mutes: there is no .none-such")
    assert (tmp_path / "somebody-done-mutes-390.png").exists()
