"""Words for a unit's level that rosters were filled in with before are read, and never written."""

from __future__ import annotations

import pytest

from monitor.core.account import FORMER_LEVELS, UnitLevel


@pytest.mark.parametrize(("word", "level"), FORMER_LEVELS.items())
def test_a_former_word_for_a_level_is_read_as_the_level_of_today(word: str, level: UnitLevel) -> None:
    assert UnitLevel.labelled(word) is level
    assert UnitLevel.labelled(level.label) is level
    assert word not in {level.label for level in UnitLevel}


def test_what_was_never_a_word_for_a_level_is_none() -> None:
    assert UnitLevel.labelled("事业单位") is None
