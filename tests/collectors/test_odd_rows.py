"""A row of JSON that is no object is a row all the same: the newest post may be in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from monitor.core.observation import Covers, Timeline
from tests.collectors.test_platforms import Case, normal_pages, page, seen

ODD: tuple[object, ...] = ("x", 0, None, [], True)


def lists(value: Any) -> Iterator[list[Any]]:  # noqa: ANN401 - JSON
    """Yield every list that holds an object, however deep."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if isinstance(value, list) and any(isinstance(row, dict) for row in value):
        yield value
    for entry in inside:
        yield from lists(entry)


def lists_of_all() -> list[Any]:
    return [param for param in normal_pages() if param.values[0].page.body.lstrip()[:1] == b"{"]


@pytest.mark.parametrize("case", lists_of_all())
def test_a_row_that_is_no_object_is_never_silently_dropped(case: Case) -> None:
    whole = seen(case.module, case.page)
    assert isinstance(whole, Timeline)
    if whole.covers is not Covers.ALL:
        return
    answer = json.loads(case.page.body)
    for rows in lists(answer):
        for place, row in enumerate(rows):
            for odd in ODD:
                rows[place] = odd
                body = json.dumps(answer).encode()
                got = seen(case.module, page(body, case.page.at, case.page.url, headers=dict(case.page.headers)))
                if isinstance(got, Timeline) and got.covers is Covers.ALL:
                    assert len(got.posts) == len(whole.posts), (odd, row)
            rows[place] = row
