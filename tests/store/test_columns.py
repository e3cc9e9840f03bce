from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import exc

from monitor.store import Store, tables
from tests.often import often
from tests.store.build import NOW, account, enrol

zones = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1970, 1, 2), datetime(8999, 12, 30), timezones=zones)  # noqa: DTZ001 - zones are drawn


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=often(50))
@given(moment=moments)
def test_a_moment_comes_back_to_the_microsecond_in_utc(store: Store, moment: datetime) -> None:
    with store.begin() as tx:
        tx.execute(sa.delete(tables.areas))
        tx.execute(sa.insert(tables.areas), {"name": "示例县", "evaluate_at": moment})
        back = tx.scalar(sa.select(tables.areas.c.evaluate_at))

    assert back == moment
    assert back is not None
    assert back.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused(store: Store) -> None:
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(exc.StatementError, match="time zone"), store.begin() as tx:
        tx.execute(sa.insert(tables.areas), {"name": "示例县", "evaluate_at": naive})


def test_moments_are_in_order_whatever_their_zone(store: Store) -> None:
    east, west = timezone(timedelta(hours=8)), timezone(-timedelta(hours=8))
    drawn = [NOW.astimezone(east), (NOW + timedelta(microseconds=1)).astimezone(west), NOW - timedelta(seconds=1)]
    with store.begin() as tx:
        for name, moment in zip("甲乙丙", drawn, strict=True):
            tx.execute(sa.insert(tables.areas), {"name": name, "evaluate_at": moment})
        at = tables.areas.c.evaluate_at
        assert list(tx.scalars(sa.select(at).order_by(at))) == sorted(drawn)


def test_what_is_not_on_a_closed_list_is_refused_by_the_database(store: Store) -> None:
    enrol(store, account())
    with pytest.raises(exc.IntegrityError), store.begin() as tx:
        tx.exec_driver_sql("UPDATE sources SET blind_reason = 'bored'")
