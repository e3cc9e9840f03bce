"""Every regular expression is tried with texts made to be slow: twice the text is never four times the work.

The patterns are found by themselves, in whatever the modules hold and in the calls that write one down; the work is
counted step by step, not timed.
"""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from collectors import loose_xml
from tests.backtracking import TooMuchError, finds, steps
from tests.patterns import Found, made_in_functions, module_names, patterns, pumps

SHARES = 8
"""Into so many parts the patterns are shared out, so that tests can run beside each other."""
OF_THE_OFFICE = {
    "monitor.settings": "the office's own settings, read once",
    "monitor.cli": "what the operator types",
}
"""Where texts are written by whoever runs the service."""
MADE = {
    "collectors.datebox._form: _BEGIN + pattern + _CLOCK + _END": None,
    "collectors.html._released: f'</{name}'": re.compile("</title", re.IGNORECASE),
    "collectors.html._released: f'<{name}\\\\b[^<>]*>'": re.compile(r"<title\b[^<>]*>", re.IGNORECASE),
    "collectors.links._form: f'https?://{text}(?![0-9a-zA-Z])'": None,
    "collectors.loose_xml.read: _ROOT % '|'.join(sorted(roots))": re.compile(
        loose_xml._ROOT % "feed|rdf|rss", re.IGNORECASE
    ),
    "collectors.platforms.huawei_store.ask: _NUMBER": None,
    "collectors.platforms.wechat_article._statements: _WORD": None,  # in what was matched as a row of such words
    "collectors.platforms.xiaomi_store._package: stores.PACKAGE": None,
}
"""Patterns that are made while the program runs; None where modules hold what is made, or keys are matched whole."""
FEW, MANY = 20, 40


def in_deep_water(act: Callable[[], None]) -> None:
    """Do something that calls itself thousands of times, on a stack of its own."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            act()
        except BaseException as error:  # noqa: BLE001 - handed on
            failed.append(error)

    with _deep():
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    if failed:
        raise failed[0]


@contextmanager
def _deep() -> Iterator[None]:
    size, depth = threading.stack_size(256 * 1024 * 1024), sys.getrecursionlimit()
    sys.setrecursionlimit(100_000)
    try:
        yield
    finally:
        sys.setrecursionlimit(depth)
        threading.stack_size(size)


def slow(found: Found) -> Iterator[str]:
    """Yield the texts on which a pattern's work grows faster than they do."""
    for head, unit, end in pumps(found.pattern):
        long = head + unit * MANY + end
        try:
            many = steps(found.pattern, long, 400 * len(long) + 2_000, is_search=found.is_searched)
            if many < 12 * len(long):
                continue
            few = steps(found.pattern, head + unit * FEW + end, 10**6, is_search=found.is_searched)
        except TooMuchError:
            yield f"{head!r} + {unit!r} * n: more than a few hundred steps a sign"
            continue
        if many > 2.7 * few:
            yield f"{head!r} + {unit!r} * n: {few} steps, {many} steps"


def is_of_the_office(where: str) -> bool:
    return any(where.startswith(name) for name in OF_THE_OFFICE)


@pytest.mark.parametrize("share", range(SHARES))
def test_no_pattern_is_slow(share: int) -> None:
    def act() -> None:
        made = [Found(pattern, where, is_searched=True) for where, pattern in MADE.items() if pattern]
        chosen = [found for found in [*patterns(), *made][share::SHARES] if not is_of_the_office(found.where)]
        found = {found.where: text for found in chosen if (text := next(slow(found), None))}
        assert found == {}

    in_deep_water(act)


def test_the_patterns_are_found() -> None:
    found = patterns()
    assert len(found) > 300
    where = {entry.where.partition(":")[0].rpartition(".")[0] for entry in found}
    assert {"collectors.answers", "collectors.dates", "alerts.mail", "monitor.logs", "monitor.ledger.workbook"} <= where


def test_what_is_made_while_the_program_runs_is_known() -> None:
    made = {text for name in module_names() if not is_of_the_office(name) for text in made_in_functions(name)}
    assert made == MADE.keys()


@pytest.mark.parametrize(
    ("pattern", "is_searched"),
    [
        (r"(a+)+b", True),
        (r"(a|a)*b", False),
        (r"\s*,", True),
        (r"<dict>.*</dict>", True),
        (r"[\w.]+@x", True),
        (r"x\s*=\s*[\"']?\s*y", True),
        (r"(?:a*b*)*c", False),
        (r"\(\{.*\}\)", True),
    ],
)
def test_a_slow_pattern_would_be_found(pattern: str, is_searched: bool) -> None:  # noqa: FBT001 - how it is used
    in_deep_water(lambda: _is_slow(Found(re.compile(pattern, re.DOTALL), "here", is_searched)))


def _is_slow(found: Found) -> None:
    assert next(slow(found), None) is not None


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"(\w+)-(?P<b>\d{2,3})(?!\d)|x+?y", "ab-1234 xxxy ab-12"),
        (r"(?i)CHAR\s?=(['\"])(.*?)\1", "char ='utf-8' x"),
        (r"(?<!-)[-—]+>|^b$", "a --> ->"),
        (r"(?:a|ab)(?:c|bcd)(?:d*)$", "abcd"),
        (r"(?>a+)b|[^a-c]++c", "aaab ddc"),
    ],
)
def test_the_counting_matches_as_the_engine_does(pattern: str, text: str) -> None:
    """What is counted is a search like the engine's own: both find something in the same beginnings of a text."""
    compiled = re.compile(pattern)

    def act() -> None:
        for end in range(len(text) + 1):
            is_found = compiled.search(text[:end]) is not None
            assert finds(compiled, text[:end]) is is_found, text[:end]

    in_deep_water(act)
