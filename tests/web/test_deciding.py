"""Deciding in the pages: one case, many at once, two people at once, and taking it back."""

from __future__ import annotations

import io
import re
import threading
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from httpx2 import Client, Response
from openpyxl import load_workbook
from starlette.testclient import TestClient

from monitor.core.account import AccountStatus, Platform
from monitor.core.case import Closing
from monitor.core.decision import Ruling
from monitor.core.finding import Finding, Proposal, State, Strength
from monitor.core.rules import plt_01, twn_01
from monitor.store import Store, cases, tables
from tests.documents.word.build import paragraphs
from tests.store.build import enrol
from tests.web.browser import Browser
from tests.web.conftest import client_of
from tests.web.county import NOW, OVERDUE, Surroundings, account
from tests.web.person import Person
from tests.web.serving import served
from tests.web.sessions import token_in
from tests.web.test_cases import opened
from tests.web.test_pages import text_of

SITE = {"sec-fetch-site": "same-origin"}
ACCOUNTS = tuple(account(f"ZJ-{number:02}", f"示例镇{number}", unit="示例镇人民政府") for number in range(12))


def trouble(account_id: str, **changes: object) -> Finding:
    values: dict[str, object] = {
        "rule": twn_01.ID,
        "account": account_id,
        "unit": "示例镇人民政府",
        "area": "示例县",
        "state": State.VIOLATED,
        "strength": Strength.IN_PRINCIPLE,
        "proposals": (Proposal.CONSOLIDATE,),
        "clause": "乡镇（街道）原则上不开设",
        "because": "乡镇开设的账号。",
        "episode": "1",
    }
    return Finding(**(values | changes))  # type: ignore[arg-type]  # as above


@pytest.fixture
def numbers(empty: Store) -> list[int]:
    """Return the cases of a dozen accounts that wait for the joint review."""
    enrol(empty, *ACCOUNTS, OVERDUE, at=NOW - timedelta(days=30))
    with empty.begin() as tx:
        return [opened(tx, trouble(one.id)) for one in ACCOUNTS]


@pytest.fixture
def office(empty: Store, around: Surroundings, numbers: list[int]) -> TestClient:
    del numbers
    return client_of(empty, around)


def send(office: TestClient, page: str, address: str, **fields: object) -> Response:
    shown = office.get(page).text
    seen = re.search(r'name="seen" value="([^"]*)"', shown)
    given = {"csrf": token_in(shown), "seen": seen[1] if seen else "", "next": ""} | fields
    return office.post(address, data=given, headers=SITE, follow_redirects=False)


def decided(office: TestClient, number: int, ruling: str, **fields: object) -> Response:
    page = f"/cases/{number}"
    return send(office, page, f"{page}/decisions", ruling=ruling, **fields)


def rows(store: Store, table: sa.Table) -> list[sa.Row[tuple[object, ...]]]:
    with store.read() as tx:
        return list(tx.execute(sa.select(table).order_by(table.c.id)))


def audited(store: Store) -> list[tuple[str, str]]:
    return [(row.action, row.object) for row in rows(store, tables.acts)]


def test_a_case_is_decided_with_a_document_and_a_day_and_the_page_says_so(
    empty: Store, office: TestClient, numbers: list[int]
) -> None:
    number = numbers[0]
    given = {
        "consolidated-into": "示例发布",
        "consolidated-on": "2026-05-18",
        "consolidated-document": "〔2026〕3号",
        "consolidated-note": "研判",
    }
    with empty.begin() as tx:
        tx.execute(sa.update(tables.cases).values(opened_at=NOW - timedelta(days=3)))
    answer = decided(office, number, "consolidated", **given)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/{number}")
    page = text_of(office.get(f"/cases/{number}").text)
    assert "已登记清理整合：“示例镇0”" in page
    assert "清理整合 操作员，依据〔2026〕3号，归集到示例发布（不在台账上）：研判" in page
    assert "现在的决定：清理整合 操作员，5月18日，依据〔2026〕3号，归集到示例发布（不在台账上）。" in page
    assert "已登记清理整合" not in text_of(office.get(f"/cases/{number}").text), "a notice is said once"
    assert audited(empty) == [("case consolidate", str(number))]


def test_a_decision_is_taken_back_by_a_decision(empty: Store, office: TestClient, numbers: list[int]) -> None:
    decided(office, numbers[0], "retained", **{"retained-note": "仍需要"})
    answer = decided(office, numbers[0], "revoked", **{"revoked-note": "登记有误"})
    assert answer.status_code == 303
    assert [row.ruling for row in rows(empty, tables.decisions)] == [Ruling.RETAINED, Ruling.REVOKED]
    assert "没有有效的决定" not in text_of(office.get(f"/cases/{numbers[0]}").text)
    assert "撤销这个决定" not in text_of(office.get(f"/cases/{numbers[0]}").text)


def test_a_refused_form_keeps_what_was_typed_and_names_its_fields(
    empty: Store, office: TestClient, numbers: list[int]
) -> None:
    answer = decided(office, numbers[0], "exempted", **{"exempted-note": "整合期间，请留意"})
    assert answer.status_code == 422
    assert "整合期间，请留意" in answer.text
    assert '<a href="#exempted-document">' in answer.text
    assert re.search(r'id="exempted-document"[^>]*aria-invalid="true"', answer.text)
    assert "<title>有误：" in answer.text
    assert rows(empty, tables.decisions) == []


@pytest.mark.parametrize(
    ("ruling", "field", "text", "said"),
    [
        ("", "x", "", "请选择怎么办。"),
        ("retained", "retained-on", "明天", "日期应写作2026-05-19。"),
        ("retained", "retained-on", "2026-05-20", "决定日期不能晚于今天。"),
        ("exempted", "exempted-until", "2026-05-18", "有效期不能早于今天。"),
    ],
)
def test_what_cannot_be_read_or_is_no_day_is_one_sentence(
    empty: Store, office: TestClient, numbers: list[int], ruling: str, field: str, text: str, said: str
) -> None:
    given = {"retained-note": "甲", "exempted-note": "甲", "exempted-document": "乙", field: text}
    answer = decided(office, numbers[0], ruling, **given)
    assert answer.status_code == 422
    assert said in text_of(answer.text)
    assert rows(empty, tables.decisions) == []


def test_what_cannot_be_decided_is_absent_and_the_page_says_why(empty: Store, office: TestClient) -> None:
    with empty.begin() as tx:
        number = opened(tx, trouble(OVERDUE.id, rule=plt_01.ID, strength=Strength.MANDATORY, state=State.VIOLATED))
    page = office.get(f"/cases/{number}").text
    assert 'value="exempted"' not in page
    assert "不能豁免；事实有误的，请更正台账或清单。" in text_of(page)
    assert decided(office, number, "exempted", **{"exempted-note": "甲"}).status_code == 422


def test_no_page_of_a_case_tells_of_a_command(office: TestClient, numbers: list[int]) -> None:
    for page in ("/cases", f"/cases/{numbers[0]}", "/review"):
        assert "xuncha " not in text_of(office.get(page).text).replace("巡查", "")


def test_whoever_was_slower_is_told_by_whom_and_when_and_keeps_what_they_typed(
    empty: Store, around: Surroundings, office: TestClient, numbers: list[int]
) -> None:
    page = f"/cases/{numbers[0]}"
    shown = office.get(page).text
    mine = {
        "csrf": token_in(shown),
        "seen": re.findall(r'name="seen" value="([^"]*)"', shown)[0],
        "ruling": "deregistered",
        "deregistered-document": "〔2026〕9号",
    }
    decided(office, numbers[0], "retained", **{"retained-note": "仍需要"})
    around.clock.now = NOW + timedelta(minutes=2)
    answer = office.post(f"{page}/decisions", data=mine, headers=SITE, follow_redirects=False)
    assert answer.status_code == 409
    said = text_of(answer.text)
    assert "操作员已在09:05登记“保留”，您的决定没有登记。" in said
    assert "现在 操作员登记“保留”：仍需要 您填的 注销；文号或纪要编号：〔2026〕9号" in said
    assert "按现在的情况重新登记" in said
    assert len(rows(empty, tables.decisions)) == 1


def test_of_two_real_requests_at_once_one_wins_and_nothing_is_done_twice(
    empty: Store, around: Surroundings, numbers: list[int]
) -> None:
    begin, answers = threading.Barrier(2), []
    with served(empty, around) as address:
        browsers = [Away(address), Away(address)]
        forms = [
            one.form(numbers[0], ruling) for one, ruling in zip(browsers, ("retained", "deregistered"), strict=True)
        ]

        def post(one: Away, form: dict[str, str]) -> None:
            begin.wait()
            answers.append(one.post(f"/cases/{numbers[0]}/decisions", form))

        threads = [threading.Thread(target=post, args=pair) for pair in zip(browsers, forms, strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for one in browsers:
            one.close()
    assert sorted(answers) == [303, 409]
    assert len(rows(empty, tables.decisions)) == 1
    assert len(audited(empty)) == 1


class Away:
    """A browser without scripts that speaks to a real port."""

    def __init__(self, address: str) -> None:
        self._client = Client(base_url=address, trust_env=False)

    def form(self, number: int, ruling: str) -> dict[str, str]:
        shown = self._client.get(f"/cases/{number}").text
        seen = re.findall(r'name="seen" value="([^"]*)"', shown)[0]
        return {
            "csrf": token_in(shown),
            "seen": seen,
            "ruling": ruling,
            "next": "",
            f"{ruling}-document": "〔2026〕3号",
            f"{ruling}-note": "研判",
        }

    def close(self) -> None:
        self._client.close()

    def post(self, path: str, form: dict[str, str]) -> int:
        return self._client.post(path, data=form, headers=SITE).status_code


def picked(office: TestClient, ruling: str, chosen: list[int]) -> tuple[str, list[str]]:
    address = f"/cases/decide?{urlencode([('case', number) for number in chosen] + [('ruling', ruling)])}"
    shown = office.get(address).text
    return address, re.findall(r'name="pick" value="([^"]*)"', shown)


def test_many_are_decided_by_one_document_with_a_row_of_the_log_each(
    empty: Store, office: TestClient, numbers: list[int]
) -> None:
    chosen = numbers[:10]
    address, picks = picked(office, "consolidated", chosen)
    assert "将登记清理整合10个" in text_of(office.get(address).text)
    answer = send(
        office, address, "/cases/decide", pick=picks, document="〔2026〕3号纪要", note="研判", into="示例发布"
    )
    assert answer.status_code == 303
    assert "已登记10项决定。" in text_of(office.get(answer.headers["location"]).text)
    assert [row.document for row in rows(empty, tables.decisions)] == ["〔2026〕3号纪要"] * 10
    assert audited(empty) == [("case consolidate", str(number)) for number in chosen]


def test_of_many_those_that_changed_meanwhile_are_listed_and_the_rest_is_done(
    empty: Store, office: TestClient, numbers: list[int]
) -> None:
    address, picks = picked(office, "retained", numbers[:3])
    decided(office, numbers[1], "deregistered", **{"deregistered-document": "〔2026〕3号"})
    answer = send(office, address, "/cases/decide", pick=picks, note="研判")
    said = text_of(office.get(answer.headers["location"]).text)
    assert f"已登记2项决定。事项{numbers[1]}没有登记：操作员已在09:05登记“注销”，您的决定没有登记。" in said
    assert len(rows(empty, tables.decisions)) == 3


@pytest.mark.parametrize("ruling", ["consolidated", "deregistered"])
def test_what_ends_an_account_asks_for_a_document_or_minutes(
    empty: Store, office: TestClient, numbers: list[int], ruling: str
) -> None:
    shown = office.get(f"/cases/{numbers[0]}").text
    assert f'<label for="{ruling}-document">文号或纪要编号（必填）</label>' in shown
    answer = decided(office, numbers[0], ruling)
    assert answer.status_code == 422
    assert f'<a href="#{ruling}-document">' in answer.text
    address, picks = picked(office, ruling, numbers[:3])
    assert '<label for="document">文号或纪要编号（必填）</label>' in office.get(address).text
    answer = send(office, address, "/cases/decide", pick=picks)
    assert answer.status_code == 422
    assert '<a href="#document">' in answer.text
    assert rows(empty, tables.decisions) == []


@pytest.mark.parametrize("typed", ["ZJ-03", "示例镇3", "示例镇3（微博）"])
def test_content_goes_to_an_account_of_the_register_by_its_id_or_name(
    empty: Store, office: TestClient, numbers: list[int], typed: str
) -> None:
    given = {"consolidated-document": "〔2026〕3号", "consolidated-into": typed}
    assert decided(office, numbers[0], "consolidated", **given).status_code == 303
    (made,) = rows(empty, tables.decisions)
    assert (made.into, made.into_account, made.note) == ("示例镇3（微博）", "ZJ-03", "")
    assert '归集到<a href="/accounts/ZJ-03">示例镇3（微博）</a>' in office.get(f"/cases/{numbers[0]}").text


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("ZJ-00", "不能归集到账号自己"),
        ("同名", "示例县有2个账号名为“同名”：T-1（微博，示例镇人民政府）、T-2（抖音，示例镇人民政府），请填写账号ID"),
        ("FAR", "是邻县的账号，只能归集到示例县的账号"),
        ("END", "已注销，不能归集到已注销的账号"),
    ],
)
def test_where_content_cannot_go_is_refused_with_the_field(
    empty: Store, office: TestClient, numbers: list[int], typed: str, why: str
) -> None:
    others = (
        replace(ACCOUNTS[0], id="T-1", name="同名"),
        replace(ACCOUNTS[0], id="T-2", name="同名", platform=Platform.DOUYIN),
        replace(ACCOUNTS[0], id="FAR", name="邻居", area="邻县"),
        replace(ACCOUNTS[0], id="END", name="旧号", status=AccountStatus.CLOSED),
    )
    enrol(empty, *ACCOUNTS, OVERDUE, *others, at=NOW - timedelta(days=29))
    given = {"consolidated-document": "〔2026〕3号", "consolidated-into": typed}
    answer = decided(office, numbers[0], "consolidated", **given)
    assert answer.status_code == 422
    assert why in text_of(answer.text)
    assert '<a href="#consolidated-into">' in answer.text
    assert rows(empty, tables.decisions) == []


def test_of_many_each_may_go_somewhere_of_its_own(empty: Store, office: TestClient, numbers: list[int]) -> None:
    address, picks = picked(office, "consolidated", numbers[:3])
    assert f'name="into-{numbers[1]}"' in office.get(address).text
    own = {f"into-{numbers[1]}": "ZJ-07", "into": "示例发布", "document": "〔2026〕3号"}
    assert send(office, address, "/cases/decide", pick=picks, **own).status_code == 303
    assert [row.into for row in rows(empty, tables.decisions)] == ["示例发布", "示例镇7（微博）", "示例发布"]


def test_a_form_for_many_that_lacks_what_one_of_them_asks_for_keeps_none(
    empty: Store, office: TestClient, numbers: list[int]
) -> None:
    kept, moved = numbers[:2]
    address = f"/cases/decide?back=review&ruling-{kept}=retained&ruling-{moved}=consolidated"
    picks = re.findall(r'name="pick" value="([^"]*)"', office.get(address).text)
    assert send(office, address, "/cases/decide", pick=picks).status_code == 422
    assert rows(empty, tables.decisions) == []


def test_an_exemption_lasts_no_longer_than_the_rules_say(empty: Store, office: TestClient, numbers: list[int]) -> None:
    given = {"exempted-note": "整合期间", "exempted-document": "〔2026〕3号"}
    shown = office.get(f"/cases/{numbers[0]}").text
    assert re.search(r'id="exempted-until"[^>]*value="2027-05-19"[^>]*max="2028-05-19"', shown)
    answer = decided(office, numbers[0], "exempted", **given, **{"exempted-until": "2028-05-20"})
    assert answer.status_code == 422
    assert "豁免最长24个月，有效期最晚填2028-05-19" in text_of(answer.text)
    address, picks = picked(office, "exempted", numbers[:2])
    fields = {"note": "整合期间", "document": "〔2026〕3号", "until": "2028-05-20"}
    assert send(office, address, "/cases/decide", pick=picks, **fields).status_code == 422
    assert rows(empty, tables.decisions) == []
    assert decided(office, numbers[0], "exempted", **given, **{"exempted-until": "2028-05-19"}).status_code == 303


def test_who_took_part_is_no_reason_for_an_exemption(empty: Store, office: TestClient, numbers: list[int]) -> None:
    address, picks = picked(office, "exempted", numbers[:2])
    fields = {"pick": picks, "department": ["宣传部（网信办）"], "document": "〔2026〕3号纪要"}
    answer = send(office, address, "/cases/decide", **fields)
    assert answer.status_code == 422
    assert rows(empty, tables.decisions) == []
    assert send(office, address, "/cases/decide", **fields, note="整合期间").status_code == 303
    assert {row.note for row in rows(empty, tables.decisions)} == {"参加部门：宣传部（网信办）。整合期间"}


def test_where_many_changed_meanwhile_their_numbers_are_said_to_the_end(
    empty: Store, office: TestClient, numbers: list[int]
) -> None:
    address, picks = picked(office, "retained", numbers)
    with empty.begin() as tx:
        cases.end(tx, numbers[:-1], Closing.DECIDED, at=NOW)
    answer = send(office, address, "/cases/decide", pick=picks, note="研判")
    listed = "、".join(map(str, sorted(numbers[:-1])))
    said = f"已登记1项决定。{len(numbers) - 1}项没有登记：事项{listed}，请逐项打开查看。"
    assert said in text_of(office.get(answer.headers["location"]).text)


def test_only_an_exemption_ends_by_itself(empty: Store, office: TestClient, numbers: list[int]) -> None:
    fields = {"retained-until": "2026-08-31", "retained-into": "示例发布", "retained-note": "仍需要"}
    assert decided(office, numbers[0], "retained", **fields).status_code == 303
    (made,) = rows(empty, tables.decisions)
    assert (made.valid_until, made.note) == (None, "仍需要")


def test_of_what_is_filled_in_for_many_each_decision_takes_what_it_asks_for(
    empty: Store, office: TestClient, numbers: list[int]
) -> None:
    kept, moved, spared = numbers[:3]
    address = f"/cases/decide?back=review&ruling-{kept}=retained&ruling-{moved}=consolidated&ruling-{spared}=exempted"
    picks = re.findall(r'name="pick" value="([^"]*)"', office.get(address).text)
    fields = {"note": "研判", "document": "〔2026〕3号", "into": "示例发布", "until": "2026-08-31", "on": "2026-05-18"}
    assert send(office, address, "/cases/decide", pick=picks, **fields).status_code == 303
    made = {row.case: row for row in rows(empty, tables.decisions)}
    assert [made[number].note for number in (kept, moved, spared)] == ["研判", "研判", "研判"]
    assert [made[number].into for number in (kept, moved, spared)] == [None, "示例发布", None]
    assert [str(made[number].valid_until) for number in (kept, moved, spared)] == ["None", "None", "2026-08-31"]
    assert made[spared].at == NOW


def test_those_that_cannot_be_decided_stand_apart_with_the_reason(empty: Store, office: TestClient) -> None:
    with empty.begin() as tx:
        number = opened(tx, trouble(OVERDUE.id, rule=plt_01.ID, strength=Strength.MANDATORY, state=State.VIOLATED))
        cases.end(tx, [1], Closing.DECIDED, at=NOW)
    said = text_of(office.get(f"/cases/decide?case=1&case=2&case={number}&ruling=exempted").text)
    assert "登记1项决定？" in said
    assert "不能登记的2项" in said
    assert "已办结" in said


@pytest.mark.parametrize(("query", "said"), [("ruling=retained", "请先勾选要办的事项。"), ("case=1", "请选择决定。")])
def test_an_empty_choice_is_asked_for(office: TestClient, query: str, said: str) -> None:
    assert said in text_of(office.get(f"/cases/decide?wait=office&{query}").text)


def test_the_review_lists_facts_takes_a_conclusion_each_and_keeps_who_took_part(
    empty: Store, office: TestClient, numbers: list[int]
) -> None:
    page = office.get("/review").text
    assert page.count('name="ruling-') == len(numbers)
    address = (
        f"/cases/decide?back=review&ruling-{numbers[0]}=consolidated&ruling-{numbers[1]}=retained&ruling-{numbers[2]}="
    )
    shown = office.get(address).text
    assert "将登记保留1个、清理整合1个" in text_of(shown)
    answer = send(
        office,
        address,
        "/cases/decide",
        back="review",
        pick=re.findall(r'name="pick" value="([^"]*)"', shown),
        department=["宣传部（网信办）", "融媒体中心"],
        document="〔2026〕3号纪要",
        note="仍需要",
        on="2026-05-19",
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/review")
    made = rows(empty, tables.decisions)
    assert {(row.ruling, row.note) for row in made} == {
        (Ruling.CONSOLIDATED, "参加部门：宣传部（网信办）、融媒体中心。仍需要"),
        (Ruling.RETAINED, "参加部门：宣传部（网信办）、融媒体中心。仍需要"),
    }


def test_the_sheet_that_is_printed_after_deciding_says_what_was_decided_by_which_document_and_when(
    empty: Store, office: TestClient, numbers: list[int]
) -> None:
    decided(office, numbers[0], "retained", **{"retained-note": "群众关注度高", "retained-document": "〔2026〕3号"})
    decided(office, numbers[1], "deregistered", **{"deregistered-document": "〔2026〕4号"})
    decided(office, numbers[2], "retained", **{"retained-note": "有误"})
    decided(office, numbers[2], "revoked")
    said = text_of(office.get("/review/sheet").text)
    assert "保留（操作员，〔2026〕3号，2026-05-19）：群众关注度高" in said
    assert said.count("乡镇开设的账号。") == len(numbers), "once for each"
    assert "注销（操作员，〔2026〕4号，2026-05-19）" in said
    assert "有误" not in said
    assert f"共{len(numbers)}个，其中5月19日已研判2个" in said
    assert "已研判" not in text_of(office.get("/review/sheet?on=2026-05-18").text)
    assert "on=2026-05-19" in office.get("/review").text
    assert office.get("/review/sheet.docx?on=2026-05-19").status_code == 200


def test_the_sheet_of_the_review_has_every_row_and_room_for_four_signatures(
    office: TestClient, numbers: list[int]
) -> None:
    page = office.get("/review/sheet").text
    assert page.count("乡镇开设的账号。") == len(numbers)
    assert page.count("签字：") == 4


@pytest.mark.parametrize("query", ["", "?platform=weibo", "?unit=没有的局"])
def test_the_sheet_is_the_same_on_the_page_in_the_workbook_and_in_word(office: TestClient, query: str) -> None:
    page = office.get(f"/review/sheet{query}").text
    printed = [
        [unescape(re.sub("<br>", "\n", cell)).strip() for cell in re.findall("<td[^>]*>(.*?)</td>", row)]
        for row in re.findall(r"<tr>(.*?)</tr>", page.partition("<tbody>")[2].partition("</tbody>")[0])
    ]
    heads = re.findall('<th scope="col">([^<]+)</th>', page)
    assert heads == ["序号", "账号", "触发规则", "事实", "指数近8周", "粉丝", "单位意见", "建议", "研判结论", "签字"]
    book = load_workbook(io.BytesIO(office.get(f"/review/sheet.xlsx{query}").content)).worksheets[0]
    cells = [["" if cell is None else str(cell) for cell in row] for row in book.iter_rows(values_only=True)]
    at = cells.index(heads)
    table = [row for row in cells[at + 1 :] if row[0].isdigit()]
    assert table == [row for row in printed if len(row) > 1]
    assert (str(book.page_setup.orientation), str(book.page_setup.paperSize)) == ("landscape", "9")
    assert book.print_title_rows == f"${at + 1}:${at + 1}"
    said = paragraphs(office.get(f"/review/sheet.docx{query}").content)
    assert set(heads) <= set(said)
    for name in ("县政府办公室", "宣传部（网信办）", "融媒体中心", "大数据发展中心"):
        assert any(name in text for text in said)
        assert name in page
        assert any(name in cell for row in cells for cell in row)
    for row in table:
        assert row[1].split("\n")[0] in "\n".join(said)


def test_there_is_no_other_sheet_of_the_review(office: TestClient) -> None:
    assert office.get("/review/sheet.pdf").status_code == 404


def test_an_empty_review_says_so(empty: Store, around: Surroundings) -> None:
    enrol(empty, OVERDUE, at=NOW)
    assert "没有待研判的账号。" in text_of(client_of(empty, around).get("/review").text)


@pytest.mark.parametrize("scripts", [True, False])
def test_ten_decisions_take_two_pages_and_sixteen_clicks(
    chromium: Browser, empty: Store, around: Surroundings, numbers: list[int], *, scripts: bool
) -> None:
    with served(empty, around) as address:
        chromium.without_scripts(off=not scripts)
        try:
            person = Person(chromium, address)
            person.opens("/cases")
            person.counts_anew()
            for place in range(1, 11):
                person.clicks_on(f".case-rows li:nth-child({place}) input")
            person.chooses("#ruling", "retained")
            person.clicks_on(".batch button", leaves=True)
            person.fills(document="〔2026〕3号纪要", note="群众关注度高")
            person.clicks_on(".decide button", leaves=True)
        finally:
            chromium.without_scripts(off=False)
    assert person.clicks <= 16
    assert person.pages <= 2, "the page of the consequences, and back"
    assert len(rows(empty, tables.decisions)) == 10
    assert len(audited(empty)) == 10


@pytest.mark.parametrize("width", [1280, 390])
def test_the_pages_of_decisions_are_whole_and_fit(
    chromium: Browser, empty: Store, around: Surroundings, numbers: list[int], width: int, tmp_path: Path
) -> None:
    first = numbers[0]
    pages = ("/cases", f"/cases/{first}", "/review", "/review/sheet", f"/cases/decide?case={first}&ruling=consolidated")
    with served(empty, around) as address:
        for place, page in enumerate(pages):
            sight = chromium.look(f"{address}{page}", width=width, picture=tmp_path / f"{place}-{width}.png")
            assert sight.complaints == (), page
            assert not sight.is_too_wide, page


def test_a_choice_shows_its_consequence_and_fields_by_the_keyboard_alone(
    chromium: Browser, empty: Store, around: Surroundings, numbers: list[int]
) -> None:
    seen = "getComputedStyle(document.querySelector('#choice-consolidated ~ .asks')).display"
    with served(empty, around) as address:
        chromium.look(f"{address}/cases/{numbers[0]}", width=1280)
        assert chromium.evaluate(seen) == "none"
        chromium.evaluate("document.querySelector('#choice-consolidated').focus()")
        chromium.press("Space")
        assert chromium.evaluate(seen) == "block"


def test_after_a_decision_the_notice_leads_to_where_it_is_taken_back(
    empty: Store, office: TestClient, numbers: list[int]
) -> None:
    answer = decided(office, numbers[0], "retained", next=str(numbers[1]), **{"retained-note": "仍需要"})
    shown = office.get(answer.headers["location"]).text
    undo = f"/cases/{numbers[0]}?undo=1#standing"
    link = rf'<a href="{re.escape(undo)}">撤销这个决定</a></p>'
    assert re.search(rf'<p class="notice"[^>]*>已登记保留：[^<]*{link}', shown)
    assert "<details open><summary>撤销这个决定</summary>" in office.get(undo).text
    revoked = decided(office, numbers[0], "revoked")
    assert "撤销这个决定" not in office.get(revoked.headers["location"]).text
    assert [row.ruling for row in rows(empty, tables.decisions)] == [Ruling.RETAINED, Ruling.REVOKED]


def test_of_an_account_that_left_the_roster_the_case_says_so_and_nothing_is_decided(
    empty: Store, office: TestClient, numbers: list[int]
) -> None:
    given = {"exempted-note": "整合期间", "exempted-document": "〔2026〕3号"}
    decided(office, numbers[0], "exempted", **given)
    enrol(empty, *ACCOUNTS[1:], OVERDUE, at=NOW, remove_missing=True)
    page = office.get(f"/cases/{numbers[0]}").text
    assert "账号已移出台账，不再判定和提醒；此前登记的“豁免”保留备查。" in text_of(page)
    assert "怎么办" not in page
    assert f'action="/cases/{numbers[0]}/decisions"' not in page
    late = {"csrf": token_in(office.get(f"/cases/{numbers[1]}").text), "ruling": "revoked", "seen": ""}
    refused = office.post(f"/cases/{numbers[0]}/decisions", data=late, headers=SITE)
    assert "账号已移出台账，不能再登记或撤销决定" in text_of(refused.text)
