"""docs/security.md names a test for each of its lines, and those are there; two of its lines are shown here."""

from __future__ import annotations

import ast
import hmac
import re
from pathlib import Path

import pytest

from monitor.actions.actor import Actor, Origin
from monitor.web.auth.visitor import Visitor, is_token
from monitor.web.guard import is_shown

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "security.md"
TEMPLATES = ROOT / "monitor" / "web" / "templates"
_ROW = re.compile(r"^\| (?P<line>[^|]+) \| `(?P<file>[\w/.]+)::(?P<test>\w+)` \|$")
SECTIONS = ("The web server", "Log-in and sessions", "Requests that change things", "Rights")


def sections() -> dict[str, list[str]]:
    """Return the rows of each section."""
    _, *parts = DOCUMENT.read_text("utf-8").split("\n## ")
    rows = {part.partition("\n")[0]: part.split("\n") for part in parts}
    return {name: [line for line in lines if line.startswith("| ")][1:] for name, lines in rows.items()}


def named() -> list[tuple[str, str]]:
    """Return the file and the name of every test."""
    found = [_ROW.match(row) for rows in sections().values() for row in rows]
    return [(one["file"], one["test"]) for one in found if one]


def test_every_line_names_its_test() -> None:
    assert tuple(sections()) == SECTIONS
    for name, rows in sections().items():
        assert len(rows) >= 15, name
        for row in rows:
            assert _ROW.match(row), row


@pytest.mark.parametrize(("file", "name"), named())
def test_every_test_that_is_named_is_there(file: str, name: str) -> None:
    there = ast.parse((ROOT / file).read_text("utf-8")).body
    assert name in {one.name for one in there if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize("template", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.name)
def test_no_page_has_htmx_evaluate_anything(template: Path) -> None:
    written = template.read_text("utf-8")
    assert not re.search(r"\bhx-on\b|\bhx-(?:vals|headers|vars)[^>]*=\s*['\"]\s*(?:js|javascript):", written)
    assert not re.search(r"hx-trigger=\"[^\"]*\[", written)
    assert not re.search(r"<[^>]*\son[a-z]+=", written)


@pytest.mark.parametrize("shown", ["", "a", "0" * 63, "0" * 64, "é" * 64, "\ud800"])
def test_secrets_are_compared_whole(shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Comparing takes the same time however much of what was shown is right."""
    compared: list[tuple[bytes, bytes]] = []
    right = hmac.compare_digest

    def noting(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return right(one, other)

    monkeypatch.setattr(hmac, "compare_digest", noting)
    visitor = Visitor(actor=Actor(name="甲", origin=Origin.PAGE, rights=frozenset()), csrf="0" * 64, roles=frozenset())
    assert is_token(shown, visitor) is (shown == "0" * 64)
    if shown.isprintable():
        assert is_shown("0" * 64, f"Bearer {shown}") is (shown == "0" * 64)
    assert {other for _, other in compared} == {b"0" * 64}
