"""Goes through the pages that lead to one another, and through what their forms answer when nothing is filled in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from starlette.applications import Starlette

from tests.bench.served import Kind, kind_of, led_to
from tests.guide.shots import PHONE, Doing, Shot
from tests.web.browser import Browser

WIDTHS = (1280, PHONE)
PARTS = frozenset({"/fresh", "/start/progress"})
"""Addresses of parts of pages."""
LEAVING = frozenset({"/logout", "/me/sessions/end", "/users/N/end-sessions", "/users/N/disable", "/users/N/roles"})
"""Forms after which nobody is logged in any more."""
_REFUSED = re.compile(r"status of 4\d\d")
"""What the browser says of a page that refuses something; which it is meant to."""
_FORMS = """[...document.querySelectorAll("main form[method=post]")].flatMap((form, at) =>
    [...form.querySelectorAll("button:not([type=button]):not(.unseen)")].map((button, number) => [at, number,
        button.getAttribute("formaction") || form.getAttribute("action") || location.pathname,
        [...form.elements].map(one => one.name + (one.type === "hidden" && one.name === "act" ? one.value : ""))
            .concat(button.name + button.value).join(" ")]))"""
_EMPTY = """(() => {{
    document.querySelectorAll("details").forEach(one => {{ one.open = true; }});
    const form = document.querySelectorAll("main form[method=post]")[{at}];
    const button = form && form.querySelectorAll("button:not([type=button]):not(.unseen)")[{number}];
    if (!button) return false;
    form.noValidate = true;
    const typed = ["text", "search", "password", "date", "datetime-local", "textarea"];
    [...form.elements].filter(one => typed.includes(one.type)).forEach(one => {{ one.value = ""; }});
    button.id = "sent-empty";
    return true;
}})()"""
"""True if the form is still there: one that was sent before may have taken it away."""


@dataclass(kw_only=True)
class Walk:
    """One visitor's way through an application."""

    chromium: Browser
    app: Starlette
    base: str
    folder: Path
    who: str
    """What the names of the pictures begin with."""
    seen: set[Kind] = field(default_factory=set)
    forms: set[tuple[str, str]] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)
    """What was wrong with pages, by their picture: errors of the browser, pages that must be scrolled sideways."""

    def pages(self, *starts: str) -> list[str]:
        """Take each kind of page that is reached from some, and print it; return where they are."""
        waiting, taken = list(starts), []
        for address in waiting:  # it grows
            kind = self._kind(address)
            if kind is None or kind in self.seen or not self._is_page(kind):
                continue
            self.seen.add(kind)
            taken.append(address)
            waiting += led_to(address, self.take(address, _named(kind)))
        return taken

    def _kind(self, address: str) -> Kind | None:
        """Return the kind of a page; parameters that are numbers of things, or hold them, are none of its own."""
        kind = kind_of(self.app, address)
        if kind is None:
            return None
        named = [(re.sub(r"\d+", "N", name), value) for name, value in kind[1] if not name.isdigit()]
        return kind[0], tuple(dict.fromkeys(named))

    def _is_page(self, kind: Kind) -> bool:
        """Return True for a page that is not yet known with other parameters together."""
        path, asked = kind
        is_known = any(path == other for other, _ in self.seen)
        return path not in PARTS and not re.search(r"\.\w+$|/files/", path) and not (is_known and len(asked) > 1)

    def take(self, address: str, name: str, prepare: Doing | None = None) -> str:
        """Open an address, take its picture at both widths and on paper, and return the page."""
        return self._take(address, name, prepare or (lambda *_: None), {})

    def _take(self, address: str, name: str, prepare: Doing, words: Mapping[str, str]) -> str:
        """Take one picture; what does not open, or lacks what is to be done on it, is complained of, and empty."""
        try:
            self.chromium.look(self.base + address, width=WIDTHS[0])
            prepare(self.chromium, words)
            return self.shoot(name)
        except (RuntimeError, AssertionError) as error:
            self.complaints.append(f"{self.who}-{name}: {address}: {error}")
            return ""

    def shoot(self, name: str) -> str:
        """Take the page that is open."""
        page = str(self.chromium.evaluate("document.documentElement.outerHTML"))
        for width in WIDTHS:
            sight = self.chromium.resize(width)
            self.chromium.shoot(self.folder / f"{self.who}-{name}-{width}.png")
            self.complaints += [
                f"{self.who}-{name}-{width}: {said}" for said in sight.complaints if not _REFUSED.search(said)
            ]
            if sight.is_too_wide or sight.hidden:
                self.complaints.append(f"{self.who}-{name}-{width}: too wide {' '.join(sight.hidden)}")
        self.chromium.print(self.folder / f"{self.who}-{name}.pdf")
        return page

    def shots(self, shots: Iterable[Shot], words: dict[str, str]) -> None:
        """Take pages on which something is done first."""
        for shot in shots:
            self._take(shot.page.format_map(words), f"done-{shot.name}", shot.prepare, words)

    def refusals(self, pages: Iterable[str]) -> None:
        """Take what each kind of form on the pages answers when it is sent with nothing in its fields."""
        self.chromium.without_scripts()
        for page in pages:
            try:
                forms = tuple(self._forms_of(page))
            except RuntimeError as error:
                self.complaints.append(f"{self.who}-empty: {page}: {error}")
                continue
            for at, number, name in forms:
                self._refusal(page, at, number, name)
        self.chromium.without_scripts(off=False)

    def _refusal(self, page: str, at: int, number: int, name: str) -> None:
        """Take what one button of a form answers, if the form is still there."""
        try:
            self.chromium.look(self.base + page, width=WIDTHS[0])
            if self.chromium.evaluate(_EMPTY.format(at=at, number=number)):
                self.chromium.click("#sent-empty", is_leaving=True)
                self.shoot(f"empty-{name}")
        except RuntimeError as error:
            self.complaints.append(f"{self.who}-empty-{name}: {error}")

    def _forms_of(self, page: str) -> Iterator[tuple[int, int, str]]:
        """Yield the buttons of a page that send a kind of form not met before: form, button, and a name for it."""
        self.chromium.look(self.base + page, width=WIDTHS[0])
        for at, number, action, fields in json.loads(json.dumps(self.chromium.evaluate(_FORMS))):
            path = re.sub(r"\d+|[0-9a-f]{16,}|(?<=/k/).*", "N", unquote(urlsplit(action).path))
            form = (path, re.sub(r"\d+", "N", fields))
            if form not in self.forms and path not in LEAVING:
                self.forms.add(form)
                yield at, number, f"{_plain(path)}-{len(self.forms)}"


def _named(kind: Kind) -> str:
    path, asked = kind
    return _plain(path) + "".join(f"-{name}={value}" if value else f"-{name}" for name, value in asked)


def _plain(path: str) -> str:
    return re.sub(r"[^\w-]+", "_", path).strip("_") or "today"
