"""Whom something is about: its key says it whole, and reading the key gives it back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.subject import Subject

NAMES = st.text(min_size=1)
AREAS = NAMES.filter(lambda name: "/" not in name)
SUBJECTS = st.one_of(
    st.builds(Subject.of_account, NAMES), st.builds(Subject.of_unit, AREAS, NAMES), st.builds(Subject.of_area, NAMES)
)


@given(SUBJECTS)
def test_what_is_read_from_a_key_is_what_it_was_the_key_of(subject: Subject) -> None:
    assert Subject.read(subject.key) == subject


@given(SUBJECTS, SUBJECTS)
def test_no_two_subjects_share_a_key(one: Subject, other: Subject) -> None:
    assert (one.key == other.key) is (one == other)


@given(st.none() | st.just("") | NAMES, st.none() | NAMES, NAMES)
def test_an_account_comes_before_its_unit_and_a_unit_before_its_area(
    account: str | None, unit: str | None, area: str
) -> None:
    subject = Subject.named(account, unit, area)
    assert subject.account == (account or None)
    assert subject.unit == (None if account else unit)
    assert subject.area == (None if account else area)
