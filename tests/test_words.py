"""The project says one thing by one word, in everything that it says in Chinese."""

from __future__ import annotations

import re

import pytest

from tests.words import FORMER, REASONS, former, texts

_APART = re.compile(
    r"(?<![如或])(?<=[\u4e00-\u9fff]) \d[\d,.]* ?[天个条行项次年月日页]|\d (?:天|个|条|行|项|次|年|月|页)"
)


def test_no_former_word_is_left_but_where_there_is_a_reason() -> None:
    left = {
        f"{words.file}:{words.line}: {word} in {words.text.strip()[:80]!r}"
        for words in texts()
        for word in former(words.text)
        if (words.file, word) not in REASONS
    }
    assert left == set()


def test_a_reason_is_given_only_for_what_stands_there() -> None:
    stands = {(words.file, word) for words in texts() for word in former(words.text)}
    assert set(REASONS) <= stands


@pytest.mark.parametrize("word", FORMER)
def test_each_former_word_would_be_found(word: str) -> None:
    assert former(f"这里{re.sub('[(][^)]*[)]', '', word)}了")


def test_numbers_stand_beside_their_words_without_a_blank() -> None:
    apart = {
        f"{words.file}:{words.line}: {words.text.strip()[:80]!r}" for words in texts() if _APART.search(words.text)
    }
    assert apart == set()
