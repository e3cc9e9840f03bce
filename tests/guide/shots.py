"""What the pictures of the guide show: a page, what is done on it before, and the part of it that is taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.web.browser import Browser

DESK, PHONE = 1100, 390
Doing = Callable[[Browser, Mapping[str, str]], object]
"""What is done on a page, with the words for what there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One picture."""

    name: str
    page: str
    prepare: Doing = lambda *_: None
    selector: str = "body"
    height: int = 620
    """How much of a long page is shown at most."""
    width: int = DESK


def follow(selector: str) -> Doing:
    """Return what clicks a link or a button that leads on."""
    return lambda browser, _: browser.click(selector, is_leaving=True)


def click(selector: str) -> Doing:
    """Return what clicks something that stays."""
    return lambda browser, _: browser.click(selector)


def several(*steps: Doing) -> Doing:
    """Return what does one thing after another."""

    def do(browser: Browser, words: Mapping[str, str]) -> None:
        for step in steps:
            step(browser, words)

    return do


def filled(**fields: str) -> Doing:
    """Return what fills in fields, by their names; a line below stands for a hyphen."""

    def do(browser: Browser, _: Mapping[str, str]) -> None:
        for name, text in fields.items():
            browser.fill(f"main form [name='{name.replace('_', '-')}']", text)

    return do


def chosen(selector: str, value: str) -> Doing:
    """Return what chooses an entry of a list."""
    return lambda browser, _: browser.evaluate(
        f"(() => {{ const one = document.querySelector({selector!r}); one.value = {value!r};"
        " one.dispatchEvent(new Event('change', {bubbles: true})); })()"
    )


def uploaded(which: str) -> Doing:
    """Return what sends one of the files."""

    def do(browser: Browser, words: Mapping[str, str]) -> None:
        browser.choose("#file", Path(words[which]))
        browser.click("form.upload button", is_leaving=True)

    return do


def _tick(browser: Browser, _: Mapping[str, str]) -> None:
    browser.evaluate("[...document.querySelectorAll('[data-tick]')].slice(0, 3).forEach(one => one.click())")


OFFICE = (
    Shot(name="today", page="/"),
    Shot(name="accounts", page="/accounts"),
    Shot(name="account", page="/accounts/{red}"),
    Shot(name="number", page="/accounts/{red}", prepare=follow("form.inline button"), height=420),
    Shot(name="looks", page="/looks?due=0", height=480),
    Shot(name="held", page="/messages?state=held"),
    Shot(
        name="release",
        page="/messages?state=held",
        prepare=follow(".batch button"),
        height=420,
    ),
    Shot(name="cases", page="/cases?wait=office", prepare=_tick),
    Shot(
        name="decide",
        page="/cases?wait=office",
        prepare=several(
            _tick,
            chosen("#ruling", "retained"),
            follow(".batch button"),
            filled(document="〔2026〕3号纪要", note="群众关注度高"),
        ),
    ),
    Shot(
        name="exempt",
        page="/cases/{overdue}",
        prepare=several(click("#choice-exempted"), filled(exempted_document="〔2026〕9号批复")),
        selector="main",
        height=760,
    ),
    Shot(name="review", page="/review", height=560),
    Shot(name="mute", page="/mutes", prepare=filled(why="机构改革"), height=560),
    Shot(name="imports", page="/imports", height=560),
    Shot(name="upload", page="/imports/new?kind=roster", height=520),
    Shot(name="faults", page="/imports/new?kind=roster", prepare=uploaded("faulty"), height=560),
    Shot(name="preview", page="/imports/new?kind=roster", prepare=uploaded("right"), height=560),
    Shot(name="unit", page="/units/{unit}", height=560),
    Shot(name="rights", page="/rights", height=560),
    Shot(name="system", page="/system", height=480),
    Shot(name="settings", page="/system/settings", height=480),
    Shot(name="users", page="/users", height=360),
    Shot(name="new-user", page="/users/new", height=560),
    Shot(name="audit", page="/audit", height=420),
)
"""Of an office on its morning; the words in braces are what there is of that kind."""

FIRST = (Shot(name="first-link", page="{first}", height=520),)
"""Of an office that nobody has logged in to yet."""

BEGINNING = (
    Shot(name="start", page="/start", height=520),
    Shot(name="start-hold", page="/start?step=hold", height=520),
)
"""Of an office on its first day."""

LOGIN = (Shot(name="login", page="/login", height=420),)
"""Of the same office, by somebody who has not logged in."""

_FIELD = "article input[name=link]"


def _paste(browser: Browser, words: Mapping[str, str]) -> None:
    browser.fill(_FIELD, f"示例县发布的一篇文章 {words['link']} 复制后打开")


BY_LINK = (
    Shot(name="phone", page="/k/{token}", width=PHONE, height=780),
    Shot(name="phone-pasted", page="/k/{token}", prepare=_paste, width=PHONE, height=780),
    Shot(
        name="phone-green",
        page="/k/{token}",
        prepare=several(_paste, follow("article button")),
        width=PHONE,
        height=780,
    ),
)
"""Of a liaison's page, in this order: the last one changes it."""
