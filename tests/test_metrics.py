import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from monitor.core.account import AccountStatus, Platform
from monitor.core.case import StepKind
from monitor.core.finding import State
from monitor.core.message import MessageState, Outcome
from monitor.core.observation import Blind, Reason, Sight, Timeline, Unchanged
from monitor.metrics import SERIES_CAP, AccountReading, Build, Metrics, Snapshot, outcome_of
from tests.services import require_promtool

NOW = datetime(2026, 5, 19, 1, tzinfo=UTC)
HOSTILE = 'a"b\\c\nd{}'


class Stopwatch:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def reading(account: str = "jy-001", *findings: tuple[str, State]) -> AccountReading:
    return AccountReading(
        account=account,
        name="缙云发布",
        unit="县府办",
        platform=Platform.WEIXIN_SUBSCRIPTION,
        days=3,
        last_published=NOW - timedelta(days=3),
        last_look=NOW - timedelta(hours=1),
        findings=findings or (("UPD-01", State.OK),),
    )


def snapshot(*readings: AccountReading) -> Snapshot:
    return Snapshot(
        at=NOW,
        readings=readings,
        accounts={(Platform.WEIXIN_SUBSCRIPTION, AccountStatus.ACTIVE): len(readings)},
        findings={("UPD-01", State.OK): len(readings)},
        messages={MessageState.QUEUED: 2},
        oldest_waiting=NOW - timedelta(minutes=5),
        open_cases={StepKind.WARN: 1},
        suspended={Platform.WEIBO: True},
        calendar_years=frozenset({2026}),
        cases_without_next_step=0,
        is_online=True,
        is_store_writable=False,
    )


def metrics(stopwatch: Stopwatch | None = None) -> Metrics:
    return Metrics(lambda: NOW, stopwatch or Stopwatch())


def families(text: bytes) -> dict[str, Metric]:
    return {family.name: family for family in text_string_to_metric_families(text.decode())}


def samples(text: bytes, name: str) -> dict[tuple[str, ...], float]:
    """Return the samples of that exact name by the values of their labels, in the order written."""
    return {
        tuple(sample.labels.values()): sample.value
        for family in families(text).values()
        for sample in family.samples
        if sample.name == name
    }


def test_the_state_is_written_as_it_was_read() -> None:
    text = metrics().render(snapshot(reading("jy-001", ("PER-01", State.WARNING), ("UPD-01", State.NOT_APPLICABLE))))
    assert samples(text, "xuncha_account_info") == {("jy-001", "缙云发布", "县府办", "weixin_subscription"): 1}
    assert samples(text, "xuncha_days_since_update") == {("jy-001",): 3}
    assert samples(text, "xuncha_last_published_timestamp_seconds") == {("jy-001",): NOW.timestamp() - 3 * 86400}
    assert samples(text, "xuncha_last_look_timestamp_seconds") == {("jy-001",): NOW.timestamp() - 3600}
    assert samples(text, "xuncha_finding_state") == {("jy-001", "PER-01", "warning"): 1}
    assert samples(text, "xuncha_accounts") == {("weixin_subscription", "active"): 1}
    assert samples(text, "xuncha_outbox_messages")[("queued",)] == 2
    assert samples(text, "xuncha_outbox_oldest_age_seconds") == {(): 300}
    assert samples(text, "xuncha_open_cases")[("warn",)] == 1
    assert samples(text, "xuncha_platform_suspended") == {("weibo",): 1}
    assert samples(text, "xuncha_calendar_year_loaded") == {("2026",): 1, ("2027",): 0}
    assert samples(text, "xuncha_monitor_online") == {(): 1}
    assert samples(text, "xuncha_store_writable") == {(): 0}


def test_what_is_not_known_has_no_sample() -> None:
    bare = AccountReading(account="a", name="a", unit="a", platform=Platform.WEIBO)
    text = metrics().render(Snapshot(at=NOW, readings=(bare,)))
    assert samples(text, "xuncha_days_since_update") == {}
    assert samples(text, "xuncha_app_download_available") == {}
    assert samples(text, "xuncha_cases_without_next_step") == {}
    assert samples(text, "xuncha_monitor_online") == {}
    assert samples(text, "xuncha_store_writable") == {}


def test_whether_an_app_can_be_downloaded_is_told_once_it_is_known() -> None:
    text = metrics().render(snapshot(replace(reading(), is_downloadable=False)))
    assert samples(text, "xuncha_app_download_available") == {("jy-001",): 0}


def test_hostile_words_stay_inside_their_label() -> None:
    text = metrics().render(snapshot(replace(reading(HOSTILE), name=HOSTILE)))
    assert samples(text, "xuncha_account_info") == {(HOSTILE, HOSTILE, "县府办", "weixin_subscription"): 1}


@pytest.mark.parametrize(
    ("sight", "outcome"),
    [(Timeline(), "seen"), (Unchanged(), "unchanged"), (Blind(reason=Reason.LOGIN_WALL), "login_wall")],
)
def test_a_look_is_counted_by_its_outcome(sight: Sight, outcome: str) -> None:
    assert outcome_of(sight) == outcome
    counted = metrics()
    counted.look_done(Platform.WEIBO, sight, 0.3)
    text = counted.render(snapshot())
    assert samples(text, "xuncha_looks_total") == {(outcome, "weibo"): 1}
    assert samples(text, "xuncha_look_duration_seconds_sum") == {("weibo",): 0.3}


def test_tries_to_deliver_are_counted() -> None:
    counted = metrics()
    counted.delivered("group", Outcome.UNANSWERED)
    assert samples(counted.render(snapshot()), "xuncha_deliveries_total") == {("group", "unanswered"): 1}


def test_a_pass_that_ends_well_is_a_success() -> None:
    stopwatch = Stopwatch()
    counted = metrics(stopwatch)
    with counted.pass_timer("look"):
        stopwatch.seconds += 2
    text = counted.render(snapshot())
    assert samples(text, "xuncha_pass_duration_seconds_sum") == {("look",): 2}
    assert samples(text, "xuncha_pass_last_success_timestamp_seconds") == {("look",): NOW.timestamp()}


def test_a_pass_that_breaks_is_timed_and_no_success() -> None:
    counted = metrics()
    with pytest.raises(KeyError), counted.pass_timer("look"):
        raise KeyError
    counted.bug("look")
    text = counted.render(snapshot())
    assert samples(text, "xuncha_pass_duration_seconds_count") == {("look",): 1}
    assert samples(text, "xuncha_pass_last_success_timestamp_seconds") == {}
    assert samples(text, "xuncha_bugs_total") == {("look",): 1}


def test_an_account_that_turned_is_written_as_it_stands_now_and_the_others_as_they_stood() -> None:
    of, other = metrics(), reading("A02", ("UPD-01", State.OK))

    def told(state: State) -> list[bytes]:
        text = of.render(snapshot(reading("A01", ("UPD-01", state)), other))
        return [line for line in text.splitlines() if line.startswith(b"xuncha_")]  # the process itself goes on

    before, after = told(State.WARNING), told(State.VIOLATED)
    turned = [
        line.replace(b'"A01",rule="UPD-01",state="warning"', b'"A01",rule="UPD-01",state="violated"') for line in before
    ]
    assert turned == after != before


def test_every_account_has_its_series_up_to_the_cap() -> None:
    text = metrics().render(snapshot(*(reading(f"a{number}") for number in range(SERIES_CAP))))
    assert len(samples(text, "xuncha_days_since_update")) == SERIES_CAP
    assert samples(text, "xuncha_series_truncated") == {(): 0}


def test_beyond_the_cap_only_accounts_in_trouble_have_series() -> None:
    fine = [reading(f"a{number}") for number in range(SERIES_CAP)]
    text = metrics().render(snapshot(*fine, reading("late", ("UPD-01", State.VIOLATED))))
    assert set(samples(text, "xuncha_account_info")) == {("late", "缙云发布", "县府办", "weixin_subscription")}
    assert samples(text, "xuncha_series_truncated") == {(): 0}


def test_too_much_trouble_leaves_out_the_least_grave_and_says_so() -> None:
    near = [reading(f"a{number}", ("UPD-01", State.WARNING)) for number in range(SERIES_CAP)]
    text = metrics().render(snapshot(*near, reading("z-late", ("UPD-01", State.VIOLATED))))
    assert ("z-late",) in samples(text, "xuncha_days_since_update")
    assert len(samples(text, "xuncha_days_since_update")) == SERIES_CAP
    assert samples(text, "xuncha_series_truncated") == {(): 1}


def test_promtool_finds_only_the_days_that_the_law_counts() -> None:
    counted = metrics()
    counted.look_done(Platform.WEIBO, Timeline(), 0.3)
    counted.delivered("group", Outcome.SENT)
    with counted.pass_timer("look"):
        pass
    counted.bug("look")
    text = counted.render(snapshot(replace(reading(HOSTILE), is_downloadable=True)))
    checked = subprocess.run(
        [require_promtool(), "check", "metrics"], input=text, capture_output=True, check=False, timeout=60
    )
    words = checked.stderr.decode() + checked.stdout.decode()
    complaints = [line for line in words.splitlines() if line.strip()]
    assert complaints == ['xuncha_days_since_update use base unit "seconds" instead of "days"']


def test_of_equal_gravity_those_come_first_who_are_not_updated_or_cannot_be_used() -> None:
    closed = [reading(f"a{number}", ("PLT-01", State.VIOLATED)) for number in range(SERIES_CAP)]
    late = reading("z-late", ("PLT-01", State.VIOLATED), ("UPD-01", State.VIOLATED))
    near = reading("z-near", ("UPD-01", State.WARNING))
    text = metrics().render(snapshot(*closed, near, late))
    assert next(iter(samples(text, "xuncha_days_since_update"))) == ("z-late",)
    assert ("z-near",) not in samples(text, "xuncha_days_since_update")
    assert samples(text, "xuncha_series_truncated") == {(): 2}


def test_it_says_whether_the_service_keeps_up_and_has_room() -> None:
    text = metrics().render(
        replace(
            snapshot(reading()),
            is_leader=False,
            loop_lag=0.25,
            looks_due=3,
            oldest_look_due=NOW - timedelta(minutes=2),
            database_size=4096,
            wal_size=0,
            disk_free=10**9,
        )
    )
    said = {
        "xuncha_leader": 0,
        "xuncha_loop_lag_seconds": 0.25,
        "xuncha_roster_accounts": 1,
        "xuncha_looks_due": 3,
        "xuncha_looks_due_oldest_age_seconds": 120,
        "xuncha_database_size_bytes": 4096,
        "xuncha_database_wal_size_bytes": 0,
        "xuncha_database_disk_free_bytes": 10**9,
    }
    assert {name: samples(text, name) for name in said} == {name: {(): value} for name, value in said.items()}


def test_what_nobody_knows_of_the_service_is_not_said() -> None:
    text = metrics().render(snapshot(reading()))
    for name in ("xuncha_leader", "xuncha_loop_lag_seconds", "xuncha_database_size_bytes", "xuncha_build_info"):
        assert samples(text, name) == {}


def test_it_says_which_program_runs_on_what() -> None:
    built = Metrics(lambda: NOW, build=Build(version="1.0", python="3.12.1", database="postgresql"))
    assert samples(built.render(snapshot()), "xuncha_build_info") == {("postgresql", "3.12.1", "1.0"): 1}


def test_it_says_where_its_pages_are_opened_if_anybody_knows() -> None:
    known = Build(version="1.0", python="3.12.1", database="sqlite", pages="https://watch.example.invalid")
    assert samples(Metrics(lambda: NOW, build=known).render(snapshot()), "xuncha_pages_info") == {
        ("https://watch.example.invalid",): 1
    }
    unknown = replace(known, pages="")
    assert samples(Metrics(lambda: NOW, build=unknown).render(snapshot()), "xuncha_pages_info") == {}
