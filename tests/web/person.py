"""Somebody at a browser: what they click, type and touch is counted, and no page may complain."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.web.browser import Browser, Effort

DESK, PHONE = 1280, 390
FORWARD = """[...document.querySelectorAll("main a.act, main form button")]
    .filter(one => one.getBoundingClientRect().width > 0).map(one => one.textContent.trim())"""
"""What the visible buttons of a page say."""


@dataclass
class Person:
    """A person before a window of that width, and what they have done since it was last counted.

    What they do goes through the mouse and the keys: nothing is filled in that has not the focus or was clicked first.
    """

    chromium: Browser
    base: str
    width: int = DESK
    _before: Effort = field(init=False)

    def __post_init__(self) -> None:
        """Begin to count."""
        self.counts_anew()

    @property
    def clicks(self) -> int:
        """How often they clicked or touched since it was last counted."""
        return self.chromium.effort.clicks - self._before.clicks

    @property
    def keys(self) -> int:
        """How many keys they pressed since."""
        return self.chromium.effort.keys - self._before.keys

    @property
    def pages(self) -> int:
        """How many pages were loaded since."""
        return self.chromium.effort.pages - self._before.pages

    def opens(self, path: str) -> str:
        """Open a page by its address, and return what it says."""
        self.chromium.look(path if path.startswith("http") else f"{self.base}{path}", width=self.width)
        return self.says

    def counts_anew(self) -> None:
        """Forget what was counted."""
        self._before = replace(self.chromium.effort)

    def clicks_on(self, selector: str, *, leaves: bool = False) -> str:
        """Click once, and return what the page then says."""
        self.chromium.click(selector, is_leaving=leaves)
        return self.says

    def follows(self, words: str) -> str:
        """Click the first visible link or button of the page with these words, and return what the next page says."""
        return self.clicks_on(self.marked(words), leaves=True)

    def marked(self, words: str, among: str = "main a, main button, main summary, header a") -> str:
        """Return a selector of the first visible element whose words begin so."""
        found = self.chromium.evaluate(f"""(() => {{
            document.querySelectorAll("[data-meant]").forEach(one => one.removeAttribute("data-meant"));
            const one = [...document.querySelectorAll("{among}")].find(
                one => one.offsetParent && one.textContent.trim().startsWith("{words}"));
            one?.setAttribute("data-meant", ""); return Boolean(one); }})()""")
        assert found, f"nothing says {words}: {self.says}"
        return "[data-meant]"

    def types(self, text: str) -> None:
        """Type a text, key by key."""
        self.chromium.type(text)

    def presses(self, key: str) -> None:
        """Press one key that has a name."""
        self.chromium.press(key)

    def fills(self, **fields: str) -> None:
        """Fill in fields of the page, by their names, in which a line below stands for a hyphen."""
        for name, text in fields.items():
            self.pastes(f"main form [name='{name.replace('_', '-')}']", text)

    def pastes(self, selector: str, text: str) -> None:
        """Put a text into a field, which is clicked unless it has the focus already."""
        if not self.chromium.evaluate(f"document.activeElement === document.querySelector({json.dumps(selector)})"):
            self.clicks_on(selector)
        self.chromium.fill(selector, text)

    def chooses(self, selector: str, value: str) -> None:
        """Open a list by a click and choose an entry of it by the arrow keys and Enter."""
        place = f"document.querySelector({json.dumps(selector)})"
        self.clicks_on(selector)
        wanted = f"[...{place}.options].findIndex(one => one.value === {json.dumps(value)}) - {place}.selectedIndex"
        for _ in range(int(str(self.chromium.evaluate(wanted)))):
            self.presses("ArrowDown")
        self.presses("Enter")
        assert self.chromium.evaluate(f"{place}.value") == value

    def uploads(self, file: Path) -> str:
        """Choose a file, send it, and return what the next page says."""
        self.chromium.choose("#file", file)
        return self.clicks_on("form.upload button", leaves=True)

    @property
    def says(self) -> str:
        """The words that the page shows."""
        return str(self.chromium.evaluate("document.body.innerText"))

    @property
    def at(self) -> str:
        """The path of the page."""
        return str(self.chromium.evaluate("location.pathname"))

    @property
    def ways_on(self) -> list[str]:
        """What the visible buttons of the page say."""
        found = self.chromium.evaluate(FORWARD)
        assert isinstance(found, list)
        return found

    def waits_for(self, expression: str, seconds: int = 120) -> None:
        """Return when an expression has become true of the page, which changes by itself."""
        waited = f"""new Promise(done => {{
            const began = Date.now();
            const look = () => ({expression}) ? done(true)
                : Date.now() - began > {seconds * 1000} ? done(false) : setTimeout(look, 20);
            look();
        }})"""
        assert self.chromium.evaluate(waited), f"{expression} never: {self.says}"

    def logs_in(self, name: str, password: str) -> None:
        """Log in by name and password."""
        self.opens("/login")
        self.fills(name=name, password=password)
        assert name in self.clicks_on("main form button", leaves=True)

    def is_told_of_nothing(self) -> None:
        """No page has complained: no error of a script, nothing refused by the policy of contents."""
        assert self.chromium.complaints == []

    def expects_complaints(self, count: int, words: str) -> None:
        """The browser has said this of the last pages so often, and nothing else; it is as it should be."""
        assert len(self.chromium.complaints) == count, self.chromium.complaints
        assert all(words in said for said in self.chromium.complaints), self.chromium.complaints
        self.chromium.complaints.clear()


@contextmanager
def pictured(chromium: Browser, picture: Path) -> Iterator[None]:
    """Keep a picture of the page at which something fails."""
    try:
        yield
    except Exception as error:
        chromium.shoot(picture)
        error.add_note(f"the page is in {picture}")
        raise
