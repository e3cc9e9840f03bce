"""A token opens what it was made for, until its moment, and whoever changes a letter of it gets nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.token import Permit, Purpose, Refused, TokenKey
from tests.core.build import beijing_time

NOW = beijing_time("2026-05-19 09:00")
KEY = TokenKey(b"a made-up key of thirty-two bytes")
OTHER = TokenKey(b"another made-up key, as long again")
PERMIT = Permit(purpose=Purpose.ACKNOWLEDGE, message="20260519-0123456789ab", until=NOW + timedelta(days=7))


def test_a_token_says_what_it_was_made_for() -> None:
    assert KEY.read(KEY.issue(PERMIT), NOW) == PERMIT


def test_a_token_is_known_by_its_letters() -> None:
    assert KEY.issue(PERMIT) == "a20260519-0123456789ab.6a14f090.Gh6eIc274s42tB3TgX0_4g"


def test_a_token_needs_no_encoding_in_an_address_and_is_short() -> None:
    token = KEY.issue(PERMIT)
    assert re.fullmatch(r"[A-Za-z0-9._-]{1,64}", token)


def test_a_token_ends_at_its_moment() -> None:
    token = KEY.issue(PERMIT)
    assert KEY.read(token, PERMIT.until - timedelta(seconds=1)) == PERMIT
    assert KEY.read(token, PERMIT.until) is Refused.EXPIRED


def test_a_token_of_another_key_is_forged() -> None:
    assert KEY.read(OTHER.issue(PERMIT), NOW) is Refused.FORGED


@pytest.mark.parametrize("changed", [{"purpose": Purpose.PASTE}, {"message": "20260519-0123456789ac"}])
def test_a_signature_is_good_for_one_purpose_and_one_message(changed: dict[str, object]) -> None:
    said, _, mac = KEY.issue(replace(PERMIT, **changed)).rpartition(".")  # type: ignore[arg-type]  # seen in this test
    _, _, signed = KEY.issue(PERMIT).rpartition(".")
    assert mac != signed
    assert KEY.read(f"{said}.{signed}", NOW) is Refused.FORGED


@given(st.integers(0, 100), st.characters(codec="utf-8"))
def test_a_changed_letter_makes_it_forged(place: int, letter: str) -> None:
    token = KEY.issue(PERMIT)
    place %= len(token)
    changed = token[:place] + letter + token[place + 1 :]
    # The last letter carries 4 bits that count and 2 that do not: compared as text, all of them do.
    assert (KEY.read(changed, NOW) is Refused.FORGED) == (changed != token)


@given(st.text())
def test_what_was_never_a_token_is_forged(words: str) -> None:
    assert KEY.read(words, NOW) is Refused.FORGED


def test_a_late_moment_cannot_be_written_in() -> None:
    said, until, mac = KEY.issue(PERMIT).split(".")
    assert KEY.read(f"{said}.{int(until, 16) + 86400:x}.{mac}", NOW) is Refused.FORGED


def test_a_key_is_long_and_never_shown() -> None:
    with pytest.raises(ValueError, match="至少"):
        TokenKey(b"short")
    assert "made-up" not in repr(KEY)


def test_a_message_whose_number_cannot_stand_in_an_address_gets_no_token() -> None:
    with pytest.raises(ValueError, match="a/b"):
        KEY.issue(replace(PERMIT, message="a/b"))


def test_every_refusal_says_why_in_a_sentence() -> None:
    assert all(refused.label.endswith("。") for refused in Refused)
