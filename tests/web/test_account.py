"""An account's page: the gravest first, whom to ring up, and nothing that nobody has to read."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa
from starlette.testclient import TestClient

from monitor.core.case import Plan, StepKind
from monitor.core.decision import Ruling
from monitor.core.finding import State, Strength
from monitor.core.observation import timeline
from monitor.store import Store, cases, tables
from monitor.store.looks import record
from tests.store.build import DAY, finding, step
from tests.web.browser import Browser
from tests.web.conftest import client_of
from tests.web.county import NEAR, NOW, OVERDUE, PHONE, UNSEEN, Surroundings, fill, looks, posts
from tests.web.serving import served
from tests.web.test_pages import text_of

MASKED = f"{PHONE[:3]}****{PHONE[-4:]}"


def shown(client: TestClient, account: str = OVERDUE.id) -> str:
    return client.get(f"/accounts/{account}").text


def ask(client: TestClient, account: str) -> int:
    """Press the button that shows the numbers; return the answer's status."""
    (token,) = set(re.findall(r'name="csrf" value="([^"]*)"', shown(client)))
    headers = {"sec-fetch-site": "same-origin"}
    answer = client.post("/contacts", data={"csrf": token, "account": account}, headers=headers, follow_redirects=False)
    return answer.status_code


def acts(store: Store) -> list[tuple[str, str]]:
    with store.read() as tx:
        return [(row.action, row.object) for row in tx.execute(sa.select(tables.acts))]


def test_a_number_is_masked_until_somebody_asks_for_it_and_that_is_written_down(
    empty: Store, around: Surroundings
) -> None:
    fill(empty)
    client = client_of(empty, around)
    assert MASKED in shown(client)
    assert PHONE not in shown(client)
    assert acts(empty) == []
    assert ask(client, OVERDUE.id) == 303
    assert f'href="tel:{PHONE}"' in shown(client)
    assert f'data-copy="{PHONE}"' in shown(client)
    assert acts(empty) == [("contacts show", OVERDUE.unit)]


def test_it_is_shown_of_this_unit_alone_and_in_this_session_alone(empty: Store, around: Surroundings) -> None:
    fill(empty)
    client = client_of(empty, around)
    assert ask(client, OVERDUE.id) == 303
    assert PHONE not in shown(client, NEAR.id)
    assert PHONE in shown(client)
    client.cookies.clear()
    assert PHONE not in shown(client)


def test_nobody_is_shown_the_number_of_an_account_that_is_not_there(county: Store, around: Surroundings) -> None:
    assert ask(client_of(county, around), "X-999") == 404


def test_the_gravest_is_said_first_and_what_is_well_is_folded(empty: Store, around: Surroundings) -> None:
    fill(empty)
    with empty.begin() as tx:
        said = [
            finding(State.OK, account=NEAR.id, rule="PER-01", because="人员齐全。"),
            finding(State.UNKNOWN, account=NEAR.id, rule="REG-01", because="尚未导入已备案清单。"),
            finding(State.VIOLATED, account=NEAR.id, rule="OUT-01", because="外包。", strength=Strength.MANDATORY),
        ]
        cases.save_findings(tx, said, at=NOW)
    whole = shown(client_of(empty, around), NEAR.id)
    page = text_of(whole)
    assert page.index("■ OUT-01： 外包。") < page.index("▲ 临近超期 最近一次更新为")
    assert re.search(r"1项还不能判定：REG-01", page)
    assert re.search(r"\d项未发现问题：[^ ]*联络员、责任领导不全", page)
    opened = re.findall(r'<details class="finding"( open)?>', whole)
    assert [bool(is_open) for is_open in opened] == [True, True, False, False]


def test_what_is_exempted_or_retained_is_called_so_and_not_well(empty: Store, around: Surroundings) -> None:
    fill(empty)
    spared = finding(State.EXEMPTED, account=NEAR.id, because="已24天未更新。已豁免至2027年6月30日（县府办）。")
    kept = replace(spared, rule="PLT-01", because="已决定保留（县府办）。", decided=Ruling.RETAINED)
    with empty.begin() as tx:
        cases.save_findings(tx, [replace(spared, rule="UPD-03", decided=Ruling.EXEMPTED), kept], at=NOW)
    page = text_of(shown(client_of(empty, around), NEAR.id))
    assert re.search(r"◆ 已豁免：[^ ]+，已24天未更新。已豁免至2027年6月30日", page)
    assert re.search(r"1项已豁免：[^ ]*20天", page)
    assert "1项已决定保留：" in page
    assert not re.search(r"项未发现问题：[^ ]*20天", page)


def test_equal_steps_that_follow_each_other_are_one_line(empty: Store, around: Surroundings) -> None:
    fill(empty)
    said = finding(State.WARNING, account=NEAR.id, rule="PER-01")
    with empty.begin() as tx:
        for number in range(9):
            case = cases.open_cases(tx, [NEAR.id], {"PER-01"}).get((NEAR.id, "PER-01"))
            taken = step(StepKind.TASK, number, at=NOW - (18 - 2 * number) * DAY)
            judged = cases.Judgement(finding=said, case=case, plan=Plan(step=taken))
            cases.apply(tx, [cases.Judged(account=NEAR.id, judgements=(judged,), judge_again_at=NOW + DAY)], at=NOW)
    page = text_of(shown(client_of(empty, around), NEAR.id))
    assert f"{StepKind.TASK.label} ×9，5月1日至5月17日" in page


def test_a_number_is_two_clicks_away_from_today(chromium: Browser, empty: Store, around: Surroundings) -> None:
    """From the page of today by the account's name among the deadlines, and by the button on its page."""
    fill(empty)
    with served(empty, around) as address:
        chromium.look(f"{address}/", width=1280)
        for what in ("section[aria-labelledby=deadlines] a[href^='/accounts/']", 'form[action="/contacts"] button'):
            chromium.click(what, is_leaving=True)
        assert chromium.evaluate("document.querySelector('a.tel').getAttribute('href')") == f"tel:{PHONE}"


def test_an_account_that_is_not_on_the_roster_is_not_found_in_a_sentence(client: TestClient) -> None:
    answer = client.get("/accounts/X-999")
    assert answer.status_code == 404
    assert "没有这个账号" in answer.text


def test_the_year_is_drawn_in_two_small_pictures_with_words_and_a_table(county: Store, around: Surroundings) -> None:
    page = shown(client_of(county, around))
    halves = re.findall(r'<svg[^>]* aria-labelledby="year-.*?</svg>', page, re.DOTALL)
    assert len(halves) == 2
    assert all(len(half.encode()) <= 20_000 for half in halves)
    assert "style=" not in "".join(halves)
    text = text_of(page)
    assert "最长的未更新时段16天：5月3日至今" in text
    assert "没有采集到完整内容，不算未更新" in text
    assert re.search(r"2026年5月 \d+条，\d+天 \d+天", text)


def test_an_account_that_is_not_seen_now_is_not_said_to_be_silent_now(county: Store, around: Surroundings) -> None:
    text = text_of(shown(client_of(county, around), UNSEEN.id))
    assert re.search(r"最长的未更新时段11天：5月2日起，截至5月13日", text), text[text.index("近一年") :][:300]


def test_a_post_that_came_after_the_judgement_gives_no_second_deadline(empty: Store, around: Surroundings) -> None:
    """Between a look and the next judgement the sentence tells of the post before: no day is counted from another."""
    fill(empty)
    before = text_of(shown(client_of(empty, around), NEAR.id))
    assert "期限5月21日（周四）" in before
    with empty.begin() as tx:
        record(tx, looks(NEAR.id, (timedelta(minutes=1), timeline(posts(3)))), lambda _, look: look.at + DAY)
    page = text_of(shown(client_of(empty, around), NEAR.id))
    head = page[: page.index("判定依据")]
    assert "正在重新判定" in head
    assert "期限5月" not in head
