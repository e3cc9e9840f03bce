"""What the guide names is there: pages, pictures, and the words of buttons and links."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest

from monitor.web.auth.needs import NEEDS, OPEN
from tests.guide.shots import BEGINNING, BY_LINK, FIRST, LOGIN, OFFICE, PHONE

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "guide"
CHAPTERS = tuple(sorted(GUIDE.glob("*.md")))
OURS = tuple(path for path in CHAPTERS if path.name != "wechat.md")
"""The chapters that speak of our own pages; the other's buttons are WeChat's."""
TAKEN = {shot.name for shot in (*OFFICE, *FIRST, *BEGINNING, *BY_LINK, *LOGIN)}
WEIGHT = 3_000_000
SHOWN = re.compile(r"(?:\]\(|src=\")pictures/([\w-]+)\.png")


def text(path: Path) -> str:
    return path.read_text("utf-8")


def shown() -> set[str]:
    """Return the names of the pictures that the guide shows."""
    return {name for path in CHAPTERS for name in SHOWN.findall(text(path))}


def words_of_pages() -> str:
    """Return what templates and the code behind them say."""
    sources = (ROOT / "monitor").rglob("*")
    return "\n".join(text(path) for path in sources if path.suffix in {".html", ".py"})


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_every_page_that_the_guide_names_is_there(path: Path) -> None:
    pages = set(re.findall(r"`(/[a-z/-]*)`", text(path)))
    assert pages - NEEDS.keys() - OPEN == set()


def test_the_guide_names_pages() -> None:
    named = {page for path in OURS for page in re.findall(r"`(/[a-z/-]*)`", text(path))}
    assert {"/looks", "/cases", "/messages", "/imports", "/rights"} <= named


def test_every_picture_is_shown_taken_and_there() -> None:
    there = {path.stem for path in (GUIDE / "pictures").iterdir()}
    assert shown() == there
    assert shown() <= TAKEN


def test_every_picture_says_what_it_shows() -> None:
    for path in CHAPTERS:
        assert not re.search(r"!\[\]|alt=\"\"|<img(?![^>]*alt=)", text(path)), path.name


def test_the_pictures_are_pictures_and_small() -> None:
    files = list((GUIDE / "pictures").iterdir())
    assert sum(path.stat().st_size for path in files) <= WEIGHT
    for path in files:
        start = path.read_bytes()[:24]
        assert start[:8] == b"\x89PNG\r\n\x1a\n", path.name
        width, height = struct.unpack(">II", start[16:24])
        assert width in {PHONE, *range(700, 1101)}, path.name
        assert 100 < height <= 800, path.name


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_every_button_and_link_of_the_guide_says_so_on_a_page(path: Path) -> None:
    said = words_of_pages()
    missing = [words for words in re.findall(r"\*\*([^*]+)\*\*", text(path)) if words not in said]
    assert missing == []


def test_the_readmes_lead_to_the_guide() -> None:
    for name in ("README.md", "README.zh-CN.md"):
        assert "(docs/guide/README.md)" in text(ROOT / name), name


def test_the_guide_is_short() -> None:
    for path in OURS:
        steps = [line for line in text(path).splitlines() if re.match(r"\d+\. ", line)]
        assert all(len(line) <= 130 for line in steps), path.name
