"""The life of an account through the commands of an office: decided on, closed, opened again, come back."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from monitor.app.clock import now
from monitor.core.calendar import beijing
from tests.cli.office import HEADER, Office

ROSTER = (*HEADER, "平台标识", "单位层级", "状态", "注销日期", "粉丝数", "采集方式")
DECISION = ("账号ID", "规则", "决定", "决定人", "日期")
RECORD = ("类型", "对象", "日期", "内容")
STEPS = (("备案", "2026-04-03"), ("公告", "2026-04-08"), ("申请", "2026-04-30"))


def row(
    id_: str = "A01", status: str = "运行", closed_on: str = "", followers: int = 900, level: str = "县属单位"
) -> tuple[object, ...]:
    """Return a row of the roster."""
    return (id_, "示例发布", "微信订阅号", "示例县教育局", f"gh_{id_}", level, status, closed_on, followers, "人工")


@pytest.fixture
def begun(office: Office) -> Office:
    """Return an office whose account is being deregistered, applied for at its platform."""
    roster(office, row())
    decide(office, "2026-04-01")
    mark(office, *STEPS)
    return office


def roster(office: Office, *rows: tuple[object, ...], on: str | None = None) -> None:
    words = ("--as-of", on) if on else ()
    office.type("import", "roster", office.table(*rows, header=ROSTER, name="台账.csv"), *words).done()


def decide(office: Office, on: str) -> None:
    given = office.table(("A01", "TWN-01", "注销", "县府办", on), header=DECISION, name="决定.csv")
    office.type("import", "decisions", given).done()


def mark(office: Office, *steps: tuple[str, str]) -> None:
    rows = [("注销进度", "A01", on, step) for step, on in steps]
    office.type("import", "records", office.table(*rows, header=RECORD, name="进度.csv")).done()


def judged(office: Office, at: str, rule: str = "DRG-01", *, known_at: str | None = "now") -> Mapping[str, object]:
    """Return what a rule says of the account at a moment."""
    words = ("--known-at", known_at) if known_at else ()
    said = office.type("evaluate", "--at", f"{at} 12:00", *words, "--account", "A01", "--all", "--json").json
    (one,) = [finding for finding in said if finding["rule"] == rule]
    return dict(one)


def reported(office: Office, period: str) -> list[Mapping[str, object]]:
    out = office.folder / "进度.json"
    office.type("report", "deregistration", "--period", period, "--known-at", "now", "--out", out).done()
    return list(json.loads(out.read_text("utf-8"))["rows"])


def test_a_confirmation_outside_its_window_starts_the_application_anew(begun: Office) -> None:
    assert "冻结期至5月7日" in str(judged(begun, "2026-05-06")["because"])
    mark(begun, ("确认", "2026-05-06"))
    void = judged(begun, "2026-05-06")
    assert void["state"] == "needs_review"
    assert "请于5月12日（周二）前（含当日）向平台申请注销" in str(void["because"])
    assert "5月6日的确认在冻结期内（至5月7日），无效，原申请失效，须重新申请" in str(void["because"])
    mark(begun, ("确认", "2026-05-08"))
    assert "核实平台已无该账号" in str(judged(begun, "2026-05-09")["because"])


def test_followers_counted_later_move_no_freeze(begun: Office) -> None:
    roster(begun, row(followers=20_000), on="2026-05-02")
    assert "冻结期至5月7日" in str(judged(begun, "2026-05-06")["because"])
    roster(begun, row(followers=20_000), on="2026-04-29")
    assert "冻结期至5月30日" in str(judged(begun, "2026-05-06")["because"])


def test_an_application_that_comes_too_early_is_a_warning(office: Office) -> None:
    roster(office, row())
    decide(office, "2026-04-01")
    mark(office, ("公告", "2026-04-08"), ("申请", "2026-04-20"))
    said = judged(office, "2026-04-21")
    assert said["state"] == "warning"
    assert str(said["because"]).endswith("申请时公告期未满（公告期至4月29日），未登记备案。")


def test_an_account_that_goes_on_again_starts_afresh(begun: Office) -> None:
    mark(begun, ("确认", "2026-05-08"))
    roster(begun, row(status="已注销", closed_on="2026-05-20"), on="2026-05-20")
    roster(begun, row(), on="2026-06-10")
    assert judged(begun, "2026-06-09")["state"] == "ok"
    for day in ("2026-06-10", "2026-07-31"):
        assert judged(begun, day)["state"] == "not_applicable"
    assert [mapping["归档"] for mapping in reported(begun, "2026-05")] == ["2026-05-20"]
    assert reported(begun, "2026-07") == []
    decide(begun, "2026-08-03")
    anew = judged(begun, "2026-08-04")
    assert anew["state"] == "ok"
    assert str(anew["because"]).startswith("已于8月3日决定注销，请于8月10日（周一）前（含当日）办理备案")
    assert "逾期" not in str(judged(begun, "2026-08-09")["because"])
    (line,) = reported(begun, "2026-08")
    assert (line["决定"], line["备案"], line["下一步"]) == ("2026-08-03", None, "备案")


def test_a_decision_that_was_carried_out_is_put_to_no_review_again(office: Office) -> None:
    """A township's account is put to the joint review, with what was decided about it."""

    def decided(period: str) -> object:
        out = office.folder / "研判.json"
        office.type("report", "review", "--period", period, "--known-at", "now", "--out", out).done()
        (line,) = json.loads(out.read_text("utf-8"))["rows"]
        return line["事实"]

    roster(office, row(level="乡镇街道"))
    decide(office, "2026-04-01")
    assert "2026-04-01 “乡镇（街道）账号” 注销（县府办）" in str(decided("2026-04"))
    roster(office, row(level="乡镇街道", status="已注销", closed_on="2026-05-20"), on="2026-05-20")
    roster(office, row(level="乡镇街道"), on="2026-06-10")
    assert "注销（县府办）" not in str(decided("2026-06"))


def test_what_is_entered_later_changes_nothing_that_was_known_before(begun: Office) -> None:
    first = begun.type("evaluate", "--account", "A01", "--all", "--json").json
    known_then = beijing(now()).isoformat(timespec="microseconds")
    mark(begun, ("终止", "2026-05-06"))
    again = begun.type("evaluate", "--at", known_then, "--account", "A01", "--all", "--json").json
    assert [entry for entry in again if entry["rule"] == "DRG-01"] == [
        entry for entry in first if entry["rule"] == "DRG-01"
    ]
    assert judged(begun, "2026-05-07")["state"] == "not_applicable"


def test_a_closing_without_its_day_is_asked_for(office: Office) -> None:
    roster(office, row(status="已注销"))
    asked = judged(office, "2026-06-01", "REO-01")
    assert asked["state"] == "needs_review"
    assert "请补填注销日期" in str(asked["because"])
    roster(office, row(status="已注销", closed_on="2026-05-20"), on="2026-05-20")
    assert judged(office, "2026-06-01", "REO-01")["state"] == "ok"


@pytest.mark.parametrize(("level", "state"), [("县属单位", "warning"), ("企业", "not_applicable")])
def test_the_same_name_with_a_new_id_is_told_of_a_closed_account(office: Office, level: str, state: str) -> None:
    roster(office, row(status="已注销", closed_on="2026-05-20", level=level), row("A02", level=level))
    assert judged(office, "2026-06-10", "REO-01")["state"] == ("ok" if state == "warning" else state)
    table = ("A02", "2026-06-09 09:00", "一条消息")
    given = office.table(table, header=("账号ID", "发布时间", "标题"), name="发布.csv")
    office.type("import", "posts", given, "--as-of", "2026-06-09 10:00").done()
    said = judged(office, "2026-06-10", "REO-01")
    assert said["state"] == state
    assert ("账号ID A02" in str(said["because"])) is (state == "warning")
