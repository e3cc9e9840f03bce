"""The time in a post's id, on ids and times that stand in public code and on the platforms' own pages."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from collectors import ids
from collectors.dates import Stamp
from monitor.core.observation import Precision

NOW = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("read", "id_", "published", "precision"),
    [
        (ids.weibo, str((1614054527 - 515483463) << 22 | 3), 1614054527, Precision.SECOND),
        (ids.bilibili, str((1700000000 - 1498838400) << 32 | 7), 1700000000, Precision.SECOND),
        (ids.douyin, str(1620905835 << 32 | 99), 1620905835, Precision.AT_LEAST),
        (ids.toutiao, str(1750000000 << 32 | 5), 1750000000, Precision.AT_LEAST),
    ],
)
def test_an_id_tells_the_second_it_was_allotted(
    read: Callable[[str, datetime], Stamp | None], id_: str, published: int, precision: Precision
) -> None:
    stamp = read(id_, NOW)
    assert stamp is not None
    assert abs(stamp.moment.timestamp() - published) <= 1
    assert stamp.precision is precision


@pytest.mark.parametrize("read", [ids.weibo, ids.bilibili, ids.douyin, ids.toutiao])
@pytest.mark.parametrize("id_", ["", "x", "-1", "0", "四六〇八", "9" * 20, "9" * 5000, " 1"])
def test_what_is_no_id_tells_nothing(read: Callable[[str, datetime], Stamp | None], id_: str) -> None:
    assert read(id_, NOW) is None


def test_an_id_of_tomorrow_is_none() -> None:
    assert ids.douyin(str((int(NOW.timestamp()) + 90000) << 32), NOW) is None
