"""The form of a deregistration: its days in their order, what is due next, corrections that keep the old value."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from monitor.core.account import AccountStatus, Platform
from monitor.core.record import RecordKind, Result
from monitor.store import Store, records
from monitor.store.audit import recent_audit
from monitor.web import create_app
from tests.core.closing import RULES
from tests.store.build import enrol
from tests.web.county import NOW, Surroundings, account
from tests.web.sessions import token_in
from tests.web.test_cases import opened
from tests.web.test_deciding import SITE, decided, trouble
from tests.web.test_pages import text_of

ACCOUNT = account("ZJ-01", "示例镇1", unit="示例镇人民政府", platform=Platform.WEIXIN_SUBSCRIPTION, followers=900)
TARGET = account("ZJ-09", "示例发布", unit="示例县政府", platform=Platform.WEIBO)
PAGE = "/accounts/ZJ-01/deregistration"


@pytest.fixture
def office(empty: Store, around: Surroundings) -> TestClient:
    """Return the pages of an office that has decided, on 4 May, that an account goes."""
    enrol(empty, ACCOUNT, at=NOW - timedelta(days=30))
    with empty.begin() as tx:
        number = opened(tx, trouble(ACCOUNT.id))
    app = create_app(replace(around.view(empty), rule_book=lambda _: RULES))
    client = TestClient(app, base_url="http://127.0.0.1:8080", client=("127.0.0.1", 50000))
    given = {"deregistered-document": "〔2026〕3号", "deregistered-on": "2026-05-04"}
    assert decided(client, number, "deregistered", **given).status_code == 303
    assert f'<a href="{PAGE}">登记注销进度</a>' in client.get(f"/cases/{number}").text
    return client


def send(office: TestClient, **days: str) -> tuple[int, str]:
    """Send the form as it is shown with some days changed; return the status and the words of the page that follows."""
    shown = office.get(PAGE).text
    seen = re.search(r'name="seen" value="([^"]*)"', shown)
    now = dict(re.findall(r'type="date" id="(\w+)" name="\1" value="([^"]*)"', shown))
    given = {"csrf": token_in(shown), "seen": seen[1] if seen else ""} | now | days
    answer = office.post(PAGE, data=given, headers=SITE, follow_redirects=False)
    shown = office.get(answer.headers["location"]).text if answer.status_code == 303 else answer.text
    return answer.status_code, text_of(shown)


def kept(store: Store) -> list[tuple[Result | None, str, str]]:
    with store.read() as tx:
        found = records.records(tx)
    return [(one.result, str(one.on), str(one.until)) for one in found if one.kind is RecordKind.DEREGISTRATION]


def test_each_day_is_marked_and_the_next_step_is_named_with_its_deadline(empty: Store, office: TestClient) -> None:
    assert "下一步：备案，请于5月11日（周一）前（含当日）。" in text_of(office.get(PAGE).text)
    status, said = send(office, filed="2026-05-06")
    assert status == 303
    assert "已登记“示例镇1”的注销进度：备案2026-05-06。下一步：公告，请于5月12日（周二）前（含当日）。" in said
    status, said = send(office, announced="2026-05-07", applied="2026-05-08", frozen_until="2026-05-16", confirmed="")
    assert status == 303
    assert "下一步：确认，请于5月23日" in said
    assert kept(empty) == [
        (Result.END_FILED, "2026-05-06", "None"),
        (Result.ANNOUNCED, "2026-05-07", "None"),
        (Result.APPLIED, "2026-05-08", "None"),
        (Result.FROZEN, "2026-05-08", "2026-05-16"),
    ]


@pytest.mark.parametrize(
    ("days", "field", "why"),
    [
        ({"filed": "2026-05-20"}, "filed", "备案日期不能晚于今天。"),
        ({"filed": "2026-05-03"}, "filed", "备案（5月3日）不能早于决定（5月4日）。"),
        ({"filed": "2026-05-08", "announced": "2026-05-07"}, "announced", "公告（5月7日）不能早于备案（5月8日）。"),
        ({"filed": "2026-05-08", "applied": "2026-05-07"}, "applied", "申请（5月7日）不能早于备案（5月8日）。"),
        ({"confirmed": "2026-05-08"}, "confirmed", "请先填写申请的日期，再填写确认。"),
        (
            {"applied": "2026-05-06", "frozen_until": "2026-05-13", "confirmed": "2026-05-10"},
            "confirmed",
            "确认（5月10日）不能早于冻结期满（5月13日）。",
        ),
        ({"applied": "2026-05-06", "frozen_until": "2027-08-13"}, "frozen_until", "冻结期不会超过一年，请核对。"),
        ({"filed": "昨天"}, "filed", "备案应写作2026-05-19。"),
    ],
)
def test_days_out_of_order_are_refused_at_their_field_and_what_was_typed_stays(
    empty: Store, office: TestClient, days: dict[str, str], field: str, why: str
) -> None:
    shown = office.get(PAGE).text
    given = {"csrf": token_in(shown), "seen": "0"} | days
    answer = office.post(PAGE, data=given, headers=SITE)
    assert answer.status_code == 422
    assert why in text_of(answer.text)
    assert f'<a href="#{field}">' in answer.text
    assert all(f'value="{text}"' in answer.text for text in days.values())
    assert kept(empty) == []


def test_a_mistake_is_corrected_in_place_with_a_reason_and_the_old_day_stays_in_the_log(
    empty: Store, office: TestClient, around: Surroundings
) -> None:
    send(office, filed="2026-05-06")
    before = NOW
    around.clock.now = NOW + timedelta(minutes=5)
    status, said = send(office, filed="2026-05-07")
    assert (status, "改动已登记的日期或归集到的账号，请填写更正原因。" in said) == (422, True)
    assert send(office, filed="2026-05-07", why="抄错了一天")[0] == 303
    assert kept(empty) == [(Result.END_FILED, "2026-05-07", "None")]
    with empty.read() as tx:
        acts = [act for act in recent_audit(tx) if act.action == "deregistration mark"]
        then = records.records(tx, known_at=before)
    last = max(acts, key=lambda act: act.at)
    assert (last.before, last.after, last.detail) == ("备案2026-05-06", "备案2026-05-07", "抄错了一天")
    assert [str(one.on) for one in then] == ["2026-05-06"], "what was known then stays judgeable"


def test_of_two_at_once_the_second_is_told(empty: Store, office: TestClient) -> None:
    shown = office.get(PAGE).text
    send(office, filed="2026-05-06")
    late = {"csrf": token_in(shown), "seen": "0", "filed": "2026-05-08"}
    answer = office.post(PAGE, data=late, headers=SITE)
    assert (answer.status_code, "注销进度刚才已有变化" in text_of(answer.text)) == (409, True)
    assert kept(empty) == [(Result.END_FILED, "2026-05-06", "None")]


def test_nothing_to_mark_is_said_and_an_account_that_stays_has_no_form(office: TestClient) -> None:
    status, said = send(office)
    assert (status, "没有改动，请填写新办理的步骤的日期。" in said) == (422, True)
    assert office.get("/accounts/none/deregistration").status_code == 404


@pytest.fixture
def merging(empty: Store, around: Surroundings) -> TestClient:
    """Return the pages of an office that has decided to merge an account, and has not said into which."""
    enrol(empty, ACCOUNT, TARGET, at=NOW - timedelta(days=30))
    with empty.begin() as tx:
        number = opened(tx, trouble(ACCOUNT.id))
    app = create_app(replace(around.view(empty), rule_book=lambda _: RULES))
    client = TestClient(app, base_url="http://127.0.0.1:8080", client=("127.0.0.1", 50000))
    given = {"consolidated-document": "〔2026〕3号", "consolidated-on": "2026-05-04"}
    answer = decided(client, number, "consolidated", **given)
    assert "没有写明归集到哪个账号，请在登记进度时补填。" in text_of(client.get(answer.headers["location"]).text)
    return client


def test_where_the_content_goes_is_filled_in_when_it_has_moved(empty: Store, merging: TestClient) -> None:
    shown = merging.get(PAGE).text
    assert "<button>登记清理整合进度</button>" in shown
    assert "没有写明归集到哪个账号，请在登记进度时补填。" in text_of(shown)
    status, said = send(merging, filed="2026-05-05", moved="2026-05-06")
    assert (status, "没有写明内容迁往哪个账号，请填写“归集到”" in said) == (422, True)
    status, said = send(merging, filed="2026-05-05", into="示例发布")
    assert (status, "填写“归集到”的，请一并填写内容迁移的日期" in said) == (422, True)
    status, said = send(merging, filed="2026-05-05", moved="2026-05-06", into="示例发布")
    assert status == 303
    assert "内容迁移2026-05-06（归集到示例发布（微博））。下一步：公告" in said
    shown = merging.get(PAGE).text
    assert 'value="示例发布（微博）"' in shown
    assert "不在台账中" not in shown
    status, said = send(merging, into="别处的号")
    assert (status, "请填写更正原因" in said) == (422, True)
    status, said = send(merging, into="别处的号", why="写错了")
    assert status == 303
    assert "“别处的号”不在台账中，请核对名称" in text_of(merging.get(PAGE).text)
    with empty.read() as tx:
        moves = [one for one in records.records(tx) if one.kind is RecordKind.MIGRATION]
    assert [one.item for one in moves] == ["别处的号"]
    assert "归集到示例发布（微博）" in recent(empty), "the value before stays in the log"


def recent(store: Store) -> str:
    with store.read() as tx:
        return "".join(f"{act.before}→{act.after}" for act in recent_audit(tx))


def test_the_last_steps_are_called_the_same_above_and_in_the_table(merging: TestClient) -> None:
    marked = {"filed": "2026-05-05", "moved": "2026-05-06", "announced": "2026-05-06", "applied": "2026-05-07"}
    status, said = send(merging, into="示例发布", **marked, frozen_until="2026-05-14", confirmed="2026-05-15")
    assert status == 303
    assert "下一步：核实平台已无该账号" in said
    shown = text_of(merging.get(PAGE).text)
    assert "已不存在 " not in shown.partition("核实平台已无该账号")[0]
    assert shown.count("核实平台已无该账号") == 2, "as the next step, and as its row"


def test_an_account_put_down_as_gone_that_nobody_saw_gone_is_not_said_to_be_verified(
    empty: Store, office: TestClient
) -> None:
    assert send(office, filed="2026-05-05", announced="2026-05-06")[0] == 303
    closed = replace(ACCOUNT, status=AccountStatus.CLOSED, closed_on=NOW.date())
    enrol(empty, closed, at=NOW)
    shown = text_of(office.get(PAGE).text)
    _, _, last = shown.partition("核实平台已无该账号")
    proof, _, archived = last.partition("归档")
    assert "没有核实到" in proof
    assert "已办" not in proof
    assert "已办" in archived
    assert "上一步登记后起算" not in shown, "no step is waited for any more"
    assert shown.count("没有登记") == 3, "the application, the freeze and the confirmation"
