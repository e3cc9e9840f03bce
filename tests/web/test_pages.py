import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from monitor.core.account import Role, Source
from monitor.core.calendar import beijing_date
from monitor.core.case import StepKind
from monitor.core.observation import Reason, timeline
from monitor.core.phrases import Names, day, with_week
from monitor.core.record import NewRecord, RecordKind, Result
from monitor.core.rules import per_01
from monitor.core.subject import SubjectKind
from monitor.queries.accounts import LISTED as LINES
from monitor.queries.messages import LISTED
from monitor.queries.start import StartStep
from monitor.store import Store, StoreError, Tx
from monitor.store.audit import Act, record_audit
from monitor.store.cases import cases
from monitor.store.looks import record
from monitor.store.outbox import Draft, messages, save_draft
from monitor.store.overview import account_rows
from monitor.store.records import save_records
from monitor.store.roster import Sources, sync_sources
from monitor.web import create_app
from tests.store.build import enrol
from tests.web.conftest import client_of
from tests.web.county import (
    ACCOUNTS,
    DINGTALK,
    HOSTILE,
    LATELY,
    MAIL,
    NEAR,
    NOW,
    OFFICE,
    OVERDUE,
    PHONE,
    SCRIPT,
    UNSEEN,
    Surroundings,
    account,
    fill,
    looks,
    posts,
)


def every_page(county: Store) -> list[str]:
    with county.read() as tx:
        sent = [f"/messages/{kept.message.id}" for kept in messages(tx)]
        found = [f"/cases/{case.id}" for case in cases(tx)]
    own = [f"/accounts/{quote(account.id)}" for account in ACCOUNTS]
    lists = [
        "/",
        "/accounts",
        "/cases",
        "/messages",
        "/imports",
        "/looks",
        "/records/new?kind=training",
        "/system",
        "/audit",
        "/orders",
        "/decisions",
        "/decisions?show=ending",
        "/decisions?show=basis",
        "/reports",
        "/reports/dictionary",
        "/reports/county-sheet",
        "/rights",
        "/?light=red",
        "/accounts?task=people",
        "/messages?state=held",
        "/messages?state=failed",
        "/messages?state=sent",
        "/messages/release",
        "/messages/withhold",
        "/messages/test",
        "/mutes",
        "/start",
        "/start/own",
        *(f"/start?step={step.value}" for step in StartStep),
        "/system/settings",
        "/system/tokens",
        "/system/hooks",
        "/proposals",
        f"/units/{quote(OVERDUE.unit)}",
    ]
    return [*lists, *own, *found, *sent, "/nowhere"]


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split())


def names_in(page: str) -> list[str]:
    """Return the accounts of a page's table, in its order."""
    return [unescape(name) for name in re.findall(r'<td class="name"><a [^>]*>([^<]*)</a>', page)]


def test_today_begins_with_what_is_to_be_done_and_counts_the_accounts_of_each_light(client: TestClient) -> None:
    page = text_of(client.get("/").text)
    assert "今天要办4项 5月19日（周二） · 最近采集3分钟前" in page
    assert "■ 超期 1 ▲ 临近超期 1 ？ 未能核查 1 ○ 尚未核查 0 ● 正常 3 ◆ 已豁免 0 － 不要求更新 1" in page
    assert "合格率80%（5个中1个不合格；未核查1个、豁免0个不计入）" in page


def test_the_most_urgent_comes_first_and_of_one_light_the_main_account(client: TestClient) -> None:
    assert names_in(client.get("/accounts").text)[:4] == ["示例交通", "示例教育", "示例水利", "示例发布"]


def test_each_light_has_its_word_its_sign_and_its_deadline(client: TestClient) -> None:
    page = text_of(client.get("/accounts").text)
    assert "■ 超期 16天 示例交通 （微博） 示例县交通运输局 5月3日 5月17日， 已过2天" in page
    assert "▲ 临近超期 12天 示例教育 （微博） 示例县教育局 5月7日 5月21日（周四）" in page
    assert "？ 未能核查 示例水利 （微博） 示例县水利局 最近见到5月14日 " in page
    assert f"{Reason.LOGIN_WALL.label}，请人工核查" in page
    assert "－ 不要求更新 示例办事 （小程序） 示例县教育局 小程序不要求更新" in page


def test_the_next_step_of_the_ladder_is_told(client: TestClient) -> None:
    assert "5月21日（周四）更新预警" in text_of(client.get(f"/accounts/{NEAR.id}").text)


@pytest.mark.parametrize(
    ("light", "names"), [("red", ["示例交通"]), ("grey", ["示例水利"]), ("none", ["示例办事"]), ("amber", ["示例教育"])]
)
def test_accounts_are_filtered_by_light_also_at_the_former_address(
    client: TestClient, light: str, names: list[str]
) -> None:
    assert names_in(client.get(f"/accounts?light={light}").text) == names
    assert names_in(client.get(f"/?light={light}").text) == names


def test_an_unknown_page_is_the_first_or_the_last(client: TestClient) -> None:
    for query in ("page=-1", "page=x", "page=99", "page=%EF%BC%99"):
        assert len(names_in(client.get(f"/accounts?{query}").text)) == len(ACCOUNTS)


@pytest.mark.parametrize("query", ["light=pink", "platform=x", "status=x", "sort=x", "task=x", "colour=red"])
def test_an_unknown_filter_is_refused_in_a_sentence(client: TestClient, query: str) -> None:
    answer = client.get(f"/accounts?{query}")
    assert answer.status_code == 400
    assert re.search("没有“[^”]*”这个条件", answer.text)


def test_every_filter_narrows_the_list_and_an_empty_one_leads_back(client: TestClient) -> None:
    for query, names in (
        ("platform=mini_program", ["示例办事"]),
        ("unit=示例县水利局", ["示例水利"]),
        ("status=active&light=amber", ["示例教育"]),
        ("q=示例教&sort=unit", ["示例教育"]),
        ("area=示例县&light=red&platform=weibo", ["示例交通"]),
    ):
        assert names_in(client.get(f"/accounts?{query}").text) == names, query
    empty = client.get("/accounts?status=closed").text
    assert "没有符合条件的账号。" in text_of(empty)
    assert '<a href="/accounts">去掉条件</a>' in empty


def test_the_former_list_of_accounts_read_by_hand_is_where_they_are_looked_at(client: TestClient) -> None:
    answer = client.get("/?task=hand")
    assert answer.url.path == "/looks"
    assert answer.status_code == 200


def test_the_operators_tasks_lead_to_what_they_are_about(client: TestClient) -> None:
    page = client.get("/").text
    links = re.findall(r'<a class="act[^"]*" href="([^"]*)"', page)
    assert links[0] == "/messages?state=failed"
    assert f"/accounts/{UNSEEN.id}" in links
    assert "补齐联络员、责任领导：示例县教育局" in page
    board = text_of(client.get("/cases?state=office").text)
    assert "示例文旅" in board[board.index(per_01.RULE.title) :]


def test_the_figures_the_deadlines_and_the_matrix_lead_to_accounts(client: TestClient) -> None:
    page = client.get("/").text
    assert '<a href="/accounts?light=red">' in page
    deadlines = page[page.index("接下来的期限") : page.index("各单位")]
    assert names_in(deadlines) == ["示例教育", "示例文旅", SCRIPT, "示例发布"]
    matrix = page[page.index("各单位") :]
    assert f'href="/accounts/{OVERDUE.id}" title="超期"' in matrix
    assert 'platform=weibo" title="临近超期"' in matrix


def test_what_has_changed_since_is_said_and_nothing_is_swapped_by_itself(empty: Store, around: Surroundings) -> None:
    fill(empty)
    client = client_of(empty, around)
    page = client.get("/").text
    (address,) = re.findall(r'hx-get="([^"]*)" hx-trigger="every', page)
    assert client.get(address).text.strip() == ""
    with empty.begin() as tx:
        for number in range(3):
            record_audit(tx, Act(at=NOW, actor="王某", action="case close", object=f"{number}"))
    assert text_of(client.get(address).text) == "有3处变化 刷新"
    for odd in ("", "x", "1", "1-2-3", "-1-2", "9" * 40):
        assert client.get(f"/fresh?since={odd}").status_code == 200


def test_accounts_are_found_by_name_unit_and_id(client: TestClient) -> None:
    for wanted in ("交通", "运输局", "jy-003"):
        assert names_in(client.get("/accounts", params={"q": wanted}).text) == ["示例交通"]
    assert "没有与“没有的”相符的账号，请核对名称或编号。" in text_of(client.get("/accounts?q=没有的").text)


def test_an_accounts_page_says_why(client: TestClient) -> None:
    page = text_of(client.get(f"/accounts/{OVERDUE.id}").text)
    assert "最近一次更新为5月3日，已16天未更新，超过2周。" in page
    assert "监测时间点前2周内无更新" in page
    assert re.search(r"证据：核查记录\d+", page)
    assert f"{StepKind.OVERDUE.label}（已16天），告知联络员、责任领导" in page
    assert "近90天有10天发布过内容，超过14天的未更新时段1个" in page


def test_an_accounts_page_says_what_kept_us_from_seeing(client: TestClient) -> None:
    page = text_of(client.get(f"/accounts/{UNSEEN.id}").text)
    assert f"采集异常：{Reason.LOGIN_WALL.label}" in page
    assert "但近24小时未采集到该账号的完整内容" in page
    assert "超过14天的未更新时段0个" in page
    assert "灰底为采集内容不完整的时段" in page


def test_an_accounts_page_says_that_people_have_to_look(empty: Store, around: Surroundings) -> None:
    listed = (account("A1", "示例一", method="人工"), account("A2", "示例二"), account("A3", "示例三"))
    enrol(empty, *listed, at=NOW)
    with empty.begin() as tx:
        sync_sources(
            tx,
            listed[1:2],
            sources=Sources(
                of=lambda account: (Source(account=account.id, collector="weibo", key="1", is_partial=True),),
                every=lambda _: timedelta(hours=6),
            ),
            now=NOW,
        )
    client = client_of(empty, around)
    told = [text_of(client.get(f"/accounts/{account.id}").text) for account in listed]
    assert "该账号不能自动采集，要靠人登记。" in told[0]
    assert "该账号只能采集到部分内容，要靠人登记。" in told[1]
    assert "要靠人登记" not in told[2]


def test_messages_are_told_by_role_and_unit(client: TestClient) -> None:
    page = text_of(client.get("/messages").text)
    assert re.search(r"示例县教育局 （\d条）", page)
    assert re.search(r"发给(联络员甲（联络员）|领导乙（责任领导）)，钉钉", page)
    assert "被拒绝" in text_of(client.get("/messages?state=failed").text)


def test_a_messages_page_shows_the_words_and_the_tries(client: TestClient, county: Store) -> None:
    with county.read() as tx:
        ended = next(kept for kept in messages(tx) if kept.last)
    page = text_of(client.get(f"/messages/{ended.message.id}").text)
    assert f"{SCRIPT} 请联系 @［手机号已隐去］ 或 ［邮箱已隐去］" in page
    assert "###" not in page
    assert "130101" in page


def test_nobodys_number_or_address_is_on_any_page(client: TestClient, county: Store) -> None:
    for address in every_page(county):
        page = client.get(address).text
        for secret in (PHONE, MAIL, DINGTALK):
            assert secret not in page, address
        assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", page), address


def test_hostile_words_stay_words(client: TestClient, county: Store) -> None:
    for address in every_page(county):
        page = client.get(address).text
        assert "<script>alert" not in page, address
        assert not re.search(r"""(href|src)=["']?\s*javascript:""", page), address
        assert not re.search(r"<[^>]+\son\w+=", page), address
        assert "\u202e" not in page, address


def test_a_hostile_account_has_its_page(client: TestClient) -> None:
    found = client.get("/accounts", params={"q": "JY/<b>&"}).text
    link = re.search(r'href="(/accounts/(?!new)[^"?]+)"', found)
    assert link
    page = client.get(unescape(link[1]))
    assert page.status_code == 200
    assert f"编号 {HOSTILE.id}" in text_of(page.text)
    assert "链接无法打开，请核对台账" in page.text


def test_search_words_come_back_escaped(client: TestClient) -> None:
    assert "<script>alert" not in client.get("/accounts", params={"q": f'"{SCRIPT}'}).text


def test_every_answer_forbids_what_is_not_ours(client: TestClient, county: Store) -> None:
    for address in [*every_page(county), "/static/xuncha.css", "/healthz", "/metrics"]:
        headers = client.get(address).headers
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"


SCRIPTS = ("htmx.min", "xuncha")


def test_no_page_holds_a_script_or_a_style_of_its_own(client: TestClient, county: Store) -> None:
    for address in every_page(county):
        page = client.get(address).text
        assert re.findall(r"<script[^>]*>", page) == [f'<script src="/static/{name}.js" defer>' for name in SCRIPTS]
        assert "<style" not in page
        assert " style=" not in page


def test_nothing_is_loaded_from_elsewhere(client: TestClient, county: Store) -> None:
    for address in every_page(county):
        page = client.get(address).text
        loaded = re.findall(r'<(?:link|script|img)[^>]*(?:href|src)="([^"]*)"', page)
        assert loaded
        assert all(entry.startswith("/static/") for entry in loaded)
        assert all(client.get(entry).status_code == 200 for entry in set(loaded))


def test_a_page_that_is_not_there_says_so_in_chinese(client: TestClient) -> None:
    for address, sentence in (
        ("/nowhere", "没有这个页面，请核对网址。"),
        ("/accounts/none", "台账中没有这个账号，请核对编号。"),
        ("/messages/none", "没有这条消息，请核对编号。"),
        ("/static/none.css", "没有这个页面，请核对网址。"),
    ):
        answer = client.get(address)
        assert answer.status_code == 404
        assert sentence in answer.text


def test_pages_only_read(client: TestClient) -> None:
    for method in ("POST", "PUT", "DELETE"):
        answer = client.request(method, "/accounts")
        assert answer.status_code == 405
        assert "页面不支持这样的请求" in answer.text


def test_a_fault_of_ours_is_a_page_without_its_details(county: Store, around: Surroundings) -> None:
    around.passes = 7  # type: ignore[assignment]  # a fault
    answer = client_of(county, around).get("/system")
    assert answer.status_code == 500
    assert "页面出错" in answer.text
    assert "TypeError" not in answer.text
    assert "default-src 'self'" in answer.headers["content-security-policy"]


def test_a_database_in_trouble_is_told_in_its_own_words(county: Store, around: Surroundings) -> None:
    class Broken(Store):
        def __init__(self) -> None:
            pass

        async def query(self, work: object) -> object:  # type: ignore[override]  # it never answers
            raise StoreError("数据库文件损坏。")

        glance = query  # type: ignore[assignment]  # nor does this

        def problem(self, *, thorough: bool = False) -> str | None:
            return "数据库文件损坏。"

    client = client_of(Broken(), around)
    for address in ("/", "/accounts", "/messages"):
        answer = client.get(address)
        assert answer.status_code == 503
        assert "数据库文件损坏。" in answer.text
    told = client.get("/metrics")
    assert told.status_code == 200
    assert "xuncha_store_writable" in told.text
    assert "xuncha_accounts{" not in told.text  # nobody knows, and 0 would be a lie
    system = client.get("/system")
    assert system.status_code == 200
    assert text_of(system.text).count("数据库文件损坏。") == 1


def test_without_a_roster_the_page_says_how_to_begin(empty: Store) -> None:
    page = client_of(empty, Surroundings()).get("/").text
    assert "一步一步来" in page
    assert "下载台账模板" in page
    assert "示例县的演示数据" not in page
    assert client_of(empty, Surroundings()).get("/accounts").status_code == 200


def test_the_sample_says_that_it_is_one(client: TestClient) -> None:
    page = client.get("/").text
    assert "演示数据</strong>，不是真实账号" in page
    assert 'href="http://127.0.0.1:8099/sent"' in page


def test_the_office_can_be_called(client: TestClient) -> None:
    assert OFFICE.phone in client.get("/").text


EVERYWHERE = (
    "/",
    "/healthz",
    "/readyz",
    "/metrics",
    "/metrics/accounts",
    "/api/v1/cases",
    "/k/x",
    "/static/xuncha.css",
)


@pytest.mark.parametrize("address", EVERYWHERE)
def test_only_who_knows_our_name_or_an_address_of_ours_is_answered(client: TestClient, address: str) -> None:
    strange = ("evil.invalid", "evil.invalid:8080", "", "127.0.0.1.evil.invalid", "xuncha", "localhost.evil.invalid")
    for host in (*strange, "0x7f.1", "[::1", "::1]", "127.1", "localhost:x", "localhost@evil.invalid"):
        assert client.get(address, headers={"host": host}).status_code == 421, host
    for host in ("localhost", "LOCALHOST:8080", "[::1]:8080", "127.0.0.1", "10.1.2.3:80", "[2001:db8::1]"):
        assert client.get(address, headers={"host": host}).status_code != 421, host


def test_the_settings_name_further_hosts(county: Store, around: Surroundings) -> None:
    app = create_app(replace(around.view(county), hosts=("Watch.example",)))
    client = TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 50000))
    assert client.get("/healthz", headers={"host": "watch.EXAMPLE:443"}).status_code == 200
    assert client.get("/healthz", headers={"host": "localhost"}).status_code == 421


def test_metrics_can_ask_for_a_token_and_nothing_else_does(county: Store, around: Surroundings) -> None:
    token = "a-made-up-token-that-opens-nothing"
    client = TestClient(
        create_app(replace(around.view(county), metrics_token=token)),
        base_url="http://127.0.0.1",
        client=("127.0.0.1", 50000),
    )
    for address in ("/metrics", "/metrics/accounts"):
        for header in (
            "",
            token,
            f"Basic {token}",
            "Bearer",
            f"Bearer {token[:-1]}",
            f"Bearer {token}x",
            "Bearer \xe9",
        ):
            answer = client.get(address, headers=[(b"authorization", header.encode("latin-1"))])
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert client.get(address, headers={"authorization": f"bearer  {token}"}).status_code == 200
    assert client.get("/healthz").status_code == 200
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("address", ["/k/x", "/k/", "/k/a/b"])
def test_the_address_of_a_signed_link_is_told_to_nobody(client: TestClient, address: str) -> None:
    for answer in (client.get(address), client.head(address), client.post(address), client.put(address)):
        assert answer.headers["referrer-policy"] == "no-referrer"
    assert client.get("/").headers["referrer-policy"] == "same-origin"


def test_a_long_roster_is_turned_page_by_page(empty: Store, around: Surroundings) -> None:
    enrol(empty, *(account(f"A{number:04}", f"账号{number}") for number in range(LINES + 3)), at=NOW)
    client = client_of(empty, around)
    first = client.get("/accounts?sort=unit").text
    assert len(names_in(first)) == LINES
    assert f"第1页，共2页（{LINES + 3}个账号）" in first
    assert 'href="/accounts?sort=unit&amp;page=2"' in first
    assert len(names_in(client.get("/accounts?sort=unit&page=2").text)) == 3
    assert "等待首次采集" in first


def test_a_county_on_its_first_day_says_how_far_it_is_and_what_is_missing(empty: Store, around: Surroundings) -> None:
    links = ["https://example.invalid/home"] * 14 + [""] * 47
    enrol(empty, *(account(f"A{n:02}", f"账号{n}", homepage=link) for n, link in enumerate(links)), at=NOW)
    seen = [look for n in range(14) for look in looks(f"A{n:02}", (LATELY, timeline(posts(2))))]
    with empty.begin() as tx:
        record(tx, seen, lambda _, look: look.at + timedelta(hours=6))
    page = text_of(client_of(empty, around).get("/").text)
    assert "已核查14/61个；还缺： 主页链接47个 、 已备案清单" in page
    assert "合格率" not in page
    assert "2020" not in page
    assert "接下来的期限" in page
    assert "天 " not in page.partition("全县账号")[2].partition("接下来")[0]


def test_a_long_list_of_messages_has_pages(around: Surroundings, empty: Store) -> None:
    with empty.begin() as tx:
        for number in range(LISTED + 1):
            draft = Draft(channel="duty", role=Role.OPERATOR, person="", subject="摘要", body="正文", topic=f"{number}")
            save_draft(tx, draft, at=NOW, not_before=NOW, held=True)
    client = client_of(empty, around)
    page = client.get("/messages?state=held").text
    assert f"待放行{LISTED + 1}" in text_of(page)
    assert (page.count('name="id"'), client.get("/messages?state=held&page=2").text.count('name="id"')) == (LISTED, 1)


def test_a_message_that_goes_by_itself_says_when(around: Surroundings, empty: Store) -> None:
    with empty.begin() as tx:
        when = NOW + timedelta(days=3)
        draft = Draft(channel="duty", role=Role.LIAISON, person="1", subject="提醒", body="正文", release_at=when)
        number = save_draft(tx, draft, at=NOW, not_before=NOW, held=True)
    client = client_of(empty, around)
    assert "自动放行" in text_of(client.get("/messages").text)
    page = text_of(client.get(f"/messages/{number}").text)
    assert "；无人放行的，5月22日自动放行" in page


def test_the_pages_agree_with_the_store(county: Store, client: TestClient) -> None:
    def ids(tx: Tx) -> list[str]:
        return [row.account.id for row in account_rows(tx, NOW)]

    with county.read() as tx:
        assert len(ids(tx)) == len(names_in(client.get("/accounts").text))


def test_who_is_muted_is_shown_until_when_and_by_whom(empty: Store, around: Surroundings) -> None:
    enrol(empty, account("M-1", "示例供销"), at=NOW - timedelta(days=30))
    today = beijing_date(NOW)
    until = today + timedelta(days=3)
    row = NewRecord(
        kind=RecordKind.MUTE,
        subject=SubjectKind.ACCOUNT,
        name="M-1",
        on=today,
        result=Result.MUTED,
        item="张三",
        until=until,
        text="账号交接",
    )
    with empty.begin() as tx:
        save_records(tx, [row], known_at=NOW)
    client = client_of(empty, around)
    words = f"{day(today)}起，张三登记：账号交接"
    assert "暂停提醒（1）" in text_of(client.get("/messages").text)
    assert f"示例供销 （微博，示例县教育局） 至5月22日（周五） {words}" in text_of(client.get("/mutes").text)
    assert f"提醒暂停至{day(until)}（{day(today)}起，张三登记：账号交接）" in text_of(client.get("/accounts/M-1").text)
    assert f"提醒暂停至{day(until)}" in text_of(client.get("/accounts").text)


def test_an_overdue_account_that_is_muted_is_a_task_and_its_case_says_so(county: Store) -> None:
    today = beijing_date(NOW)
    row = NewRecord(
        kind=RecordKind.MUTE,
        subject=SubjectKind.ACCOUNT,
        name=OVERDUE.id,
        on=today,
        result=Result.MUTED,
        item="张三",
        until=today,
        text="换人",
    )
    client = client_of(county, Surroundings())
    head = f"/accounts/{OVERDUE.id}"
    assert "督办" in text_of(client.get(head).text).partition("下一步")[2][:20]
    with county.read() as tx:
        (number,) = (case.id for case in cases(tx) if (case.account, case.rule) == (OVERDUE.id, "UPD-01"))
    assert "提醒暂停" not in text_of(client.get(f"/cases/{number}").text)
    assert "暂停提醒" not in text_of(client.get("/").text)
    with county.begin() as tx:
        save_records(tx, [row], known_at=NOW)
    assert f"提醒暂停至{day(today)}（{day(today)}起，张三登记：换人）" in text_of(client.get(f"/cases/{number}").text)
    paused = f"暂停提醒至{with_week(today, today)}，期间不发提醒"
    assert f"下一步 {paused}" in text_of(client.get(head).text), "no step is announced that will not be sent"
    assert paused in text_of(client.get(f"/cases/{number}").text)
    assert "督办" not in text_of(client.get(head).text).partition("下一步")[2][:40]
    assert "超期而暂停提醒，确认是否继续：“示例交通”（" in text_of(client.get("/").text)
    assert names_in(client.get("/accounts?task=muted").text) == [OVERDUE.name]
    assert client.get(f"/api/v1/accounts/{OVERDUE.id}").json()["muted_until"] == today.isoformat()


def test_pages_say_in_which_area_a_unit_is_where_there_are_several(empty: Store, around: Surroundings) -> None:
    enrol(empty, account("JY-001", "示例教育"), account("JY-009", "邻县教育", area="邻县"), at=NOW - timedelta(days=20))
    several = replace(OFFICE, names=Names(with_area=True))
    for office, is_shown in ((OFFICE, False), (several, True)):
        view = replace(around.view(empty), office=office)
        client = TestClient(create_app(view), base_url="http://127.0.0.1:8080", client=("127.0.0.1", 50000))
        for page in ("/accounts", "/accounts/JY-009"):
            assert ("示例县教育局（邻县）" in client.get(page).text) is is_shown


def test_records_that_name_no_result_are_a_task_and_stand_on_the_page_of_imports(
    empty: Store, around: Surroundings
) -> None:
    enrol(empty, account("A01", "示例发布"), at=NOW)
    today = beijing_date(NOW)
    silent = NewRecord(
        kind=RecordKind.CONTENT_SAFETY, subject=SubjectKind.ACCOUNT, name="A01", on=today, text="查无问题<b>"
    )
    with empty.begin() as tx:
        save_records(tx, [silent], known_at=NOW)
        row = {
            "subject": "account/A01",
            "rule": "SEC-01",
            "area": "示例县",
            "was": "violated",
            "became": "needs_review",
        }
        tx.execute(
            sa.text("INSERT INTO rereadings VALUES (:subject, :rule, :area, :was, :became)"),
            row,
        )
    client = client_of(empty, around)
    assert "补登1条未写明结果的旧记录" in text_of(client.get("/").text)
    page = client.get("/imports").text
    assert "<b>" not in page.partition("查无问题")[2][:20]
    said = text_of(page)
    assert "存在问题、疑似、已处置、不属实、未发现问题" in said
    assert "SEC-01 存在问题 待研判" in said
    with empty.begin() as tx:
        save_records(tx, [replace(silent, result=Result.CLEAN)], known_at=NOW)
    assert "补登" not in text_of(client.get("/").text)
    assert "都已写明" in text_of(client.get("/imports").text)
