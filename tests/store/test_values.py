import json
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.account import Account
from monitor.core.finding import Finding
from monitor.core.observation import Timeline
from monitor.store.values import decode, encode
from tests.store.build import account

st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))


@given(value=st.one_of(st.from_type(Account), st.from_type(Timeline), st.from_type(Finding)))
def test_values_come_back_as_they_were(value: Account | Timeline | Finding) -> None:
    assert decode(type(value), json.loads(json.dumps(encode(value)))) == value


def test_what_a_field_would_hold_anyway_is_not_written() -> None:
    assert encode(account(method=None)) == {
        "id": "A01",
        "name": "示例发布",
        "platform": "weibo",
        "unit": "示例县教育局",
        "area": "示例县",
    }


def test_a_field_that_no_longer_exists_is_passed_over() -> None:
    assert decode(Account, encode(account()) | {"colour": "red"}) == account()


def test_what_has_no_form_in_json_is_refused() -> None:
    @dataclass(frozen=True)
    class Odd:
        part: bytes

    with pytest.raises(TypeError):
        encode(Odd(part=b""))
