"""One's own login in a real browser: the code that a phone scans, and passwords that can be looked at."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.store import Store
from monitor.web import create_app
from monitor.web.scan_code import scan_code
from tests.web.browser import Browser
from tests.web.county import Surroundings
from tests.web.serving import listened
from tests.web.sessions import SECRET, Closed, closed
from tests.web.test_frame import SCRIPT

TICKS = "[...document.querySelectorAll('label')].filter(one => one.textContent === '显示密码')"


@pytest.fixture
def office(empty: Store) -> Closed:
    made = closed(empty, Surroundings())
    made.user()
    return made


def log_in(chromium: Browser, address: str) -> None:
    chromium.look(f"{address}/login", width=1280)
    chromium.fill("input[name=name]", "王某")
    chromium.fill("input[name=password]", SECRET)
    chromium.click("main form button", is_leaving=True)


def black(svg: str) -> set[tuple[int, int]]:
    """Return the black modules that a path draws, without the quiet ones around."""
    found = set[tuple[int, int]]()
    column = row = 0.0
    path = re.findall(r' d="(M[^"]*)"', svg)[-1]
    for command, first, second in re.findall(r"([Mmh])(-?[\d.]+)(?: (-?[\d.]+))?", path):
        match command:
            case "M":
                column, row = float(first), float(second)
            case "m":
                column, row = column + float(first), row + float(second)
            case _:
                found |= {(int(row), int(column) + step) for step in range(int(first))}
                column += float(first)
    return {(down - 4, right - 4) for down, right in found}


@settings(max_examples=15)
@given(st.text(min_size=1, max_size=80))
def test_a_code_draws_its_text_and_nothing_that_the_policy_of_the_pages_forbids(text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    drawn = scan_code(text, "<二维码>")
    matrix = segno.make_qr(text, error="m").matrix
    assert black(drawn) == {(down, right) for down, line in enumerate(matrix) for right, one in enumerate(line) if one}
    assert drawn.startswith('<svg role="img" aria-label="&lt;二维码&gt;" viewBox=')
    assert not re.search(r"style|script|href|url\(|\bon\w+=", drawn)


@pytest.mark.parametrize("width", [1280, 390])
def test_the_second_factor_is_set_up_by_a_code_to_scan_beside_its_text(
    chromium: Browser, office: Closed, width: int, tmp_path: Path
) -> None:
    with listened(create_app(office.view)) as address:
        log_in(chromium, address)
        sight = chromium.look(f"{address}/me", width=width, picture=tmp_path / "me.png")
        assert (sight.complaints, sight.is_too_wide) == ((), False)
        assert "身份验证器" in str(chromium.evaluate("document.querySelector('svg.scan').getAttribute('aria-label')"))
        assert chromium.evaluate("document.querySelector('svg.scan').getBoundingClientRect().width > 180")
        assert len(str(chromium.evaluate("document.querySelector('code.secret').textContent"))) == 32


def test_a_password_can_be_looked_at_and_is_hidden_before_it_is_sent(chromium: Browser, office: Closed) -> None:
    kind = "document.querySelector('input[name=password]').type"
    with listened(create_app(office.view)) as address:
        chromium.look(f"{address}/login", width=390)
        assert chromium.evaluate(f"{TICKS}.length") == 1
        assert chromium.evaluate(kind) == "password"
        chromium.evaluate(f"{TICKS}[0].querySelector('input').click()")
        assert chromium.evaluate(kind) == "text"
        chromium.evaluate("addEventListener('submit', event => event.preventDefault())")
        chromium.fill("input[name=name]", "王某")
        chromium.fill("input[name=password]", SECRET)
        chromium.click("main form button")
        assert chromium.evaluate(kind) == "password"


def test_without_scripts_no_tick_stands_there_that_does_nothing(chromium: Browser, office: Closed) -> None:
    with listened(create_app(office.view)) as address:
        chromium.without_scripts()
        try:
            chromium.look(f"{address}/login", width=390)
            assert "显示密码" not in str(chromium.evaluate("document.body.textContent"))
        finally:
            chromium.without_scripts(off=False)
    assert len(SCRIPT.read_bytes()) <= 6 * 1024
