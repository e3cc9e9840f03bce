"""Somebody at a browser: what they click, type and touch is counted, and no page may complain."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.web.browser import Browser

DESK, PHONE = 1280, 390
FORWARD = """[...document.querySelectorAll("main a.act, main form button")]
    .filter(one => one.getBoundingClientRect().width > 0).map(one => one.textContent.trim())"""
"""What the visible buttons of a page say."""


@dataclass
class Person:
    """A person before a window of that width, and what they have done since it was last counted."""

    chromium: Browser
    base: str
    width: int = DESK
    clicks: int = 0
    keys: int = 0
    pages: int = 0

    def opens(self, path: str) -> str:
        """Open a page by its address, and return what it says."""
        self.pages += 1
        self.chromium.look(path if path.startswith("http") else f"{self.base}{path}", width=self.width)
        return self.says

    def counts_anew(self) -> None:
        """Forget what was counted."""
        self.clicks = self.keys = self.pages = 0

    def clicks_on(self, selector: str, *, leaves: bool = False) -> str:
        """Click once, and return what the page then says."""
        self.clicks += 1
        self.pages += leaves
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
        self.keys += self.chromium.type(text)

    def presses(self, key: str) -> None:
        """Press one key that has a name."""
        self.keys += 1
        self.chromium.press(key)

    def fills(self, **fields: str) -> None:
        """Fill in fields of the page, by their names, in which a line below stands for a hyphen."""
        for name, text in fields.items():
            self.chromium.fill(f"main form [name='{name.replace('_', '-')}']", text)

    def chooses(self, selector: str, value: str) -> None:
        """Choose an entry of a list with the arrow keys; scripts of the page hear of it."""
        self.chromium.evaluate(f"document.querySelector('{selector}').focus()")
        for _ in range(100):
            if self.chromium.evaluate(f"document.querySelector('{selector}').value") == value:
                return
            self.presses("ArrowDown")
        raise AssertionError(f"{selector} has no {value}")

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
