"""Tokens at rest: nothing is to be read from them, and nothing is to be made of one in another's place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.seal import Seal

KEY = "0123456789abcdef0123456789abcdef"
ABOUT = ("wechat-official", "shili-fabu", "access")


@given(text=st.text(), about=st.lists(st.text(), max_size=4))
def test_what_is_sealed_is_opened_again(text: str, about: list[str]) -> None:
    assert Seal(KEY).open(Seal(KEY).close(text, about), about) == text


def test_nothing_of_a_text_shows_through_and_no_two_sealings_are_alike() -> None:
    seal = Seal(KEY)
    one, other = seal.close("token-token-token", ABOUT), seal.close("token-token-token", ABOUT)
    assert b"token" not in one
    assert one != other
    assert KEY not in repr(vars(seal))


@pytest.mark.parametrize("about", [(), ABOUT[:2], (*ABOUT[:2], "refresh"), ("wechat-officialshili-fabu", "", "access")])
def test_it_opens_only_beside_what_it_was_sealed_about(about: tuple[str, ...]) -> None:
    assert Seal(KEY).open(Seal(KEY).close("token", ABOUT), about) is None


def test_it_opens_under_no_other_key() -> None:
    assert Seal(KEY[::-1]).open(Seal(KEY).close("token", ABOUT), ABOUT) is None


@given(at=st.integers(min_value=0), bit=st.integers(min_value=0, max_value=7))
def test_a_changed_bit_opens_nothing(at: int, bit: int) -> None:
    sealed = bytearray(Seal(KEY).close("token", ABOUT))
    sealed[at % len(sealed)] ^= 1 << bit
    assert Seal(KEY).open(bytes(sealed), ABOUT) is None


@given(junk=st.binary(max_size=40))
def test_junk_opens_nothing(junk: bytes) -> None:
    assert Seal(KEY).open(junk, ABOUT) is None
