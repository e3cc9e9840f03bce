"""Far sides that take nothing just now, and those that take nothing for somebody: told apart in any language."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.utils import format_datetime
from time import process_time
from types import ModuleType

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from alerts import dingtalk, dingtalk_work, feishu, wecom, zhezhengding
from alerts.busy import LONG_PAUSE, PAUSE, decoded, says_later, says_too_much
from alerts.channels import open_channel
from alerts.dialect import LONGEST_PAUSE, Dialect
from alerts.http_post import Reply
from monitor.core.message import Attempt, Outcome
from tests.alerts.builders import NOW, clock, message
from tests.alerts.far_sides import Feishu, Government, WeCom, Work, said
from tests.alerts.robot import Answer, Robot, errcode

BUSY_WORDS = [
    "too many request",
    "Too Many Requests",
    "request trigger frequency limit",
    "frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]",
    "send too fast, exceed 20 times per minute",
    "api freq out of limit, hint: [1:2]",
    "api concurrent out of limit",
    "rate limit exceeded",
    "Throttling.User",
    "reach max api daily quota limit",
    "qps exceed limit",
    "system busy, please try again later",
    "internal error",
    "Service is currently unavailable",
    "description:系统异常，请稍后再试;",
    "系统繁忙",
    "服务器开小差了，请稍候重试",
    "请求过于频繁",
    "接口调用超过限制",
    "调用频率超限",
    "并发请求数过多",
    "触发流控",
    "发送速度太快",
    "您的服务器调用钉钉开放平台当前接口的所有请求都被暂时禁用了",
    "网络超时",
    "QPS超限",
    "触发freq限制",
    "流量超限",
    "当日接收消息数超过上限",
    "今日发送条数已达上限",
    "quota exceeded",
    "You have exceeded your API quota",
    "Request limit reached",
    "send message exceed limit",
    "exceed daily limit",
    "The server is too busy",
    "Please wait a moment",
    "slow down",
    "sending rate too high",
    "deadline exceeded",
    "发送次数已用完",
    "今日额度已用完",
    "接口配额不足",
    "每分钟最多发送20条",
    "触发流量控制",
    "请求量过大",
    "当前访问人数过多",
    "接口超时",
    "网络抖动，请重试",
    "系统维护中",
    "機器人發送過於頻繁",
    "請稍後再試",
]
FIELDS = st.sampled_from(
    [
        "errcode",
        "errmsg",
        "code",
        "msg",
        "success",
        "content",
        "status",
        "punish",
        "sub_code",
        "responseCode",
        "errorMsg",
    ]
)
OTHER_WORDS = [
    "sign not match",
    "keywords not in content, more: [https://ding-doc.dingtalk.com/doc]",
    "token is not exist",
    "invalid webhook url, hint: [1234]",
    "content exceed max length 2048",
    "Key Words Not Found",
    "sign match fail or timestamp is not within one hour from current time",
    "param invalid: incoming webhook access token invalid",
    "群已被解散",
    "机器人已被停用",
    "不合法的corpid或corpsecret",
    "内容包含敏感词",
    "operation generated a separate moderate result",
    "message too long",
    "message exceed limit length",
    "消息超过20000字节限制",
    "发送消息超出最大长度",
    "请求超过大小限制",
    "访问超出IP白名单",
    "signature timeout",
    "签名超时",
    "setTimeout(function () { location.href = '/login' }, 10)",
]


async def outcome_of(far: Robot, answer: Answer, address: str | None = None) -> Attempt:
    far.will(answer)
    return await open_channel("渠道", far.url, base_url=far.base_url, clock=clock).send(message(address=address))


@pytest.mark.parametrize("words", BUSY_WORDS)
def test_words_of_being_busy_are_known_in_any_language(words: str) -> None:
    assert says_later(words)


@pytest.mark.parametrize("words", OTHER_WORDS)
def test_other_refusals_are_not_taken_for_being_busy(words: str) -> None:
    assert not says_later(words)


@pytest.mark.parametrize("far", [Robot, WeCom, Feishu, Work, Government])
@pytest.mark.parametrize("words", BUSY_WORDS[::4])
async def test_a_code_that_nobody_has_listed_is_temporary_where_its_words_say_so(far: type[Robot], words: str) -> None:
    answers: dict[type[Robot], Answer] = {
        Feishu: said(code=1234567, msg=words),
        Government: said(success=False, bizErrorCode="X-1", errorMsg=words),
    }
    with far(clock=clock) as one:
        attempt = await outcome_of(one, answers.get(far, errcode(1234567, words)), "u1")
    assert attempt.outcome is Outcome.TEMPORARY
    assert attempt.retry_after is not None
    assert attempt.retry_after >= PAUSE
    assert not attempt.is_about_address


@pytest.mark.parametrize("far", [Robot, WeCom, Feishu, Work, Government])
@pytest.mark.parametrize("words", OTHER_WORDS[::4])
async def test_a_code_that_nobody_has_listed_needs_a_person_otherwise(far: type[Robot], words: str) -> None:
    answers: dict[type[Robot], Answer] = {
        Feishu: said(code=1234567, msg=words),
        Government: said(success=False, bizErrorCode="X-1", errorMsg=words),
    }
    with far(clock=clock) as one:
        attempt = await outcome_of(one, answers.get(far, errcode(1234567, words)), "u1")
    assert (attempt.outcome, attempt.retry_after, attempt.is_about_address) == (Outcome.PERMANENT, None, False)


DOCUMENTED: list[tuple[Dialect, dict[str, object], Outcome]] = [
    (dingtalk.DIALECT, {"errcode": -1, "errmsg": ""}, Outcome.TEMPORARY),
    (dingtalk.DIALECT, {"errcode": 130101, "errmsg": ""}, Outcome.TEMPORARY),
    (dingtalk.DIALECT, {"errcode": 410100, "errmsg": ""}, Outcome.TEMPORARY),
    (dingtalk.DIALECT, {"errcode": 500100, "errmsg": ""}, Outcome.TEMPORARY),
    (dingtalk.DIALECT, {"errcode": 90002, "errmsg": ""}, Outcome.TEMPORARY),
    (dingtalk.DIALECT, {"errcode": 310000, "errmsg": "invalid timestamp"}, Outcome.PERMANENT),
    (dingtalk.DIALECT, {"errcode": 300001, "errmsg": "token is not exist"}, Outcome.PERMANENT),
    (dingtalk.DIALECT, {"errcode": 300005, "errmsg": "token is not exist"}, Outcome.PERMANENT),
    (dingtalk.DIALECT, {"errcode": 40035, "errmsg": "缺少参数 json"}, Outcome.PERMANENT),
    (dingtalk.DIALECT, {"errcode": 400013, "errmsg": "群已被解散"}, Outcome.PERMANENT),
    (dingtalk.DIALECT, {"errcode": 400102, "errmsg": "机器人已停用"}, Outcome.PERMANENT),
    (dingtalk.DIALECT, {"errcode": 460101, "errmsg": "message too long, exceed 20000 bytes"}, Outcome.PERMANENT),
    (dingtalk_work.DIALECT, {"errcode": -1, "errmsg": ""}, Outcome.TEMPORARY),
    (dingtalk_work.DIALECT, {"errcode": 143103, "errmsg": ""}, Outcome.TEMPORARY),
    (dingtalk_work.DIALECT, {"errcode": 90018, "errmsg": ""}, Outcome.TEMPORARY),
    (dingtalk_work.DIALECT, {"errcode": 88, "errmsg": "ding talk error", "sub_msg": "调用频率超限"}, Outcome.TEMPORARY),
    (dingtalk_work.DIALECT, {"errcode": 33012, "errmsg": "无效的USERID"}, Outcome.PERMANENT),
    (dingtalk_work.DIALECT, {"errcode": 40089, "errmsg": "不合法的corpid"}, Outcome.PERMANENT),
    (wecom.DIALECT, {"errcode": -1, "errmsg": ""}, Outcome.TEMPORARY),
    (wecom.DIALECT, {"errcode": 45009, "errmsg": ""}, Outcome.TEMPORARY),
    (wecom.DIALECT, {"errcode": 45033, "errmsg": ""}, Outcome.TEMPORARY),
    (wecom.DIALECT, {"errcode": 93000, "errmsg": "invalid webhook url"}, Outcome.PERMANENT),
    (wecom.DIALECT, {"errcode": 40008, "errmsg": "invalid message type"}, Outcome.PERMANENT),
    (wecom.DIALECT, {"errcode": 40058, "errmsg": "content exceed max length"}, Outcome.PERMANENT),
    (feishu.DIALECT, {"code": 2200, "msg": ""}, Outcome.TEMPORARY),
    (feishu.DIALECT, {"code": 11232, "msg": ""}, Outcome.TEMPORARY),
    (feishu.DIALECT, {"code": 99991400, "msg": ""}, Outcome.TEMPORARY),
    (feishu.DIALECT, {"code": 9499, "msg": "too many request"}, Outcome.TEMPORARY),
    (feishu.DIALECT, {"code": 9499, "msg": "请求过于频繁"}, Outcome.TEMPORARY),
    (feishu.DIALECT, {"code": 9499, "msg": ""}, Outcome.TEMPORARY),
    (feishu.DIALECT, {"code": 9499, "msg": "Bad Request"}, Outcome.PERMANENT),
    (feishu.DIALECT, {"code": 19001, "msg": "param invalid: incoming webhook access token invalid"}, Outcome.PERMANENT),
    (feishu.DIALECT, {"code": 19021, "msg": "sign match fail"}, Outcome.PERMANENT),
    (feishu.DIALECT, {"code": 19022, "msg": "Ip Not Allowed"}, Outcome.PERMANENT),
    (feishu.DIALECT, {"code": 19024, "msg": "Key Words Not Found"}, Outcome.PERMANENT),
]


@pytest.mark.parametrize(("dialect", "answer", "outcome"), DOCUMENTED)
@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_every_documented_code_has_its_outcome_whatever_the_status_and_the_charset(
    dialect: Dialect, answer: dict[str, object], outcome: Outcome, status: int, encoding: str
) -> None:
    content = json.dumps(answer, ensure_ascii=False).encode(encoding)
    attempt = dialect.verdict(Reply(status=status, content=content), NOW)
    assert attempt.outcome is outcome
    assert (attempt.retry_after is not None) is (outcome is Outcome.TEMPORARY)


@pytest.mark.parametrize("codes", [dingtalk.DIALECT, dingtalk_work.DIALECT, wecom.DIALECT, feishu.DIALECT])
def test_whoever_is_busy_is_left_alone_for_a_while(codes: Dialect) -> None:
    assert all(PAUSE <= pause <= timedelta(hours=1) for pause in codes.busy.values())
    assert not codes.nobody & codes.busy.keys()


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=429, content=b""),
        Reply(status=429, content=b'{"code":1,"msg":"no"}'),
        Reply(status=503, content=b"<html>busy</html>"),
        Reply(status=403, content="访问过于频繁，请稍后再试".encode("gb18030")),
        Reply(status=400, content=b'{"message":"rate limit exceeded"}'),
        Reply(status=200, content="<html>系统繁忙</html>".encode()),
        Reply(status=200, content=b'{"code":"Throttling.Api","message":"x"}'),
    ],
)
def test_an_answer_without_a_code_may_still_say_that_it_is_busy(reply: Reply) -> None:
    for attempt in (dingtalk.verdict(reply, NOW), feishu.DIALECT.verdict(reply, NOW), zhezhengding.verdict(reply, NOW)):
        assert (attempt.outcome, attempt.retry_after) == (Outcome.TEMPORARY, PAUSE)


def test_a_mark_in_front_of_an_answer_changes_nothing() -> None:
    content = json.dumps({"errcode": 0, "errmsg": "成功"}, ensure_ascii=False).encode("utf-8-sig")
    assert dingtalk.verdict(Reply(status=200, content=content), NOW).outcome is Outcome.SENT


@pytest.mark.parametrize(
    ("status", "may"), [(500, True), (502, True), (520, True), (524, True), (501, False), (503, False)]
)
def test_only_who_did_nothing_with_a_request_has_surely_not_taken_it(status: int, *, may: bool) -> None:
    attempt = dingtalk.verdict(Reply(status=status, content=b"<html></html>"), NOW)
    assert (attempt.outcome, attempt.may_have_arrived) == (Outcome.TEMPORARY, may)


HOSTILE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.sampled_from(BUSY_WORDS),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(FIELDS, inner, max_size=6),
    max_leaves=9,
)
PAUSES = st.none() | st.text(max_size=30) | st.datetimes().map(format_datetime) | st.integers().map(str)


@given(answer=HOSTILE, status=st.integers(100, 999), pause=PAUSES)
@example(answer={}, status=429, pause="Thu, 01 Jan 999999999999 00:00:00 GMT")
@example(answer={}, status=503, pause="Thu, 01 Jan 1970 00:00:00 +99999999")
def test_whatever_a_far_side_answers_has_a_meaning_and_pauses_end(
    answer: object, status: int, pause: str | None
) -> None:
    reply = Reply(status=status, content=json.dumps(answer).encode(), retry_after=pause)
    dialects = (wecom.DIALECT, feishu.DIALECT, dingtalk_work.DIALECT)
    said = [
        dingtalk.verdict(reply, NOW),
        zhezhengding.verdict(reply, NOW),
        *(dialect.verdict(reply, NOW) for dialect in dialects),
    ]
    for attempt in said:
        assert attempt.retry_after is None or timedelta() <= attempt.retry_after <= LONGEST_PAUSE
        assert (attempt.code + attempt.detail).isprintable()
        if attempt.outcome is Outcome.SENT:
            assert status // 100 == 2


# --- who is not there


@pytest.mark.parametrize("code", [33012, 60121, 40031])
async def test_an_id_that_does_not_exist_is_about_the_address(code: int) -> None:
    with Work(clock=clock) as work:
        attempt = await outcome_of(work, errcode(code, "找不到该用户，请稍后"), "u1")
    assert (attempt.outcome, attempt.is_about_address) == (Outcome.PERMANENT, True)


@pytest.mark.parametrize("code", [33001, 60011, 50002, 400002, 300005])
async def test_tokens_rights_and_words_are_not(code: int) -> None:
    with Work(clock=clock) as work:
        attempt = await outcome_of(work, errcode(code, "无权限"), "u1")
    assert (attempt.outcome, attempt.is_about_address) == (Outcome.PERMANENT, False)


@pytest.mark.parametrize(
    ("where", "outcome", "is_about_address"),
    [
        ("invalid_user_id_list", Outcome.PERMANENT, True),
        ("forbidden_user_id_list", Outcome.TEMPORARY, False),
        ("failed_user_id_list", Outcome.PERMANENT, False),
        ("unread_user_id_list", Outcome.SENT, False),
    ],
)
async def test_the_list_says_why_somebody_was_not_reached(
    where: str, outcome: Outcome, *, is_about_address: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Work, "_result", lambda _: said(errcode=0, send_result={where: ["u1"]}))
    with Work(clock=clock) as work:
        channel = open_channel("工作通知", work.url, base_url=work.base_url, clock=clock)
        attempt = await channel.send(message(address="u1"))
    assert (attempt.outcome, attempt.is_about_address, attempt.retry_after) == (outcome, is_about_address, None)


@pytest.mark.parametrize(
    ("words", "outcome", "is_about_address"),
    [
        ("接收人不存在", Outcome.PERMANENT, True),
        ("用户ID无效", Outcome.PERMANENT, True),
        ("签名校验失败", Outcome.PERMANENT, False),
        ("租户不存在", Outcome.PERMANENT, False),
        ("调用过于频繁", Outcome.TEMPORARY, False),
    ],
)
async def test_the_governments_words_are_told_apart(words: str, outcome: Outcome, *, is_about_address: bool) -> None:
    with Government(clock=clock) as far:
        attempt = await outcome_of(far, said(success=False, errorMsg=words), "u1")
    assert (attempt.outcome, attempt.is_about_address) == (outcome, is_about_address)


# --- mail


@contextmanager
def mail_server(**replies: bytes) -> Iterator[int]:
    """Run a mail server that answers commands (`banner` and `end` too) with these bytes; yields its port."""
    spoken = {"banner": b"220 mail\r\n", "EHLO": b"250 mail\r\n", "DATA": b"354 go on\r\n", "end": b"250 queued\r\n"}
    spoken |= replies

    class Talk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(spoken["banner"])
            while line := self.rfile.readline():
                verb = line.split()[0].upper().decode("latin-1")
                self.wfile.write(spoken.get(verb, b"250 ok\r\n"))
                if verb == "QUIT":
                    return
                if verb == "DATA" and spoken["DATA"].startswith(b"354"):
                    while self.rfile.readline().rstrip(b"\r\n") != b".":
                        pass
                    self.wfile.write(spoken["end"])

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()


async def mailed(**replies: bytes) -> Attempt:
    with mail_server(**replies) as port:
        url = f"mailto://127.0.0.1:{port}?from=office@example.gov.cn&name=县"
        return await open_channel("邮件", url, clock=clock).send(message(address="zhang@example.gov.cn"))


REPLIES: list[tuple[str, Outcome, bool, timedelta | None]] = [
    ("550 5.1.1 <zhang@example.gov.cn>: Recipient address rejected: User unknown", Outcome.PERMANENT, True, None),
    ("550 5.1.10 RESOLVER.ADR.RecipientNotFound", Outcome.PERMANENT, True, None),
    ("550 5.2.1 The email account is disabled", Outcome.PERMANENT, True, None),
    ("550 User not found: zhang@example.gov.cn", Outcome.PERMANENT, True, None),
    ("550 Invalid User : zhang@example.gov.cn", Outcome.PERMANENT, True, None),
    ("550 Mailbox not found. http://service.mail.qq.com/", Outcome.PERMANENT, True, None),
    ("550 No such user here", Outcome.PERMANENT, True, None),
    ("550 用户不存在", Outcome.PERMANENT, True, None),
    ("550 User suspended", Outcome.PERMANENT, True, None),
    ("550 black ip. (发信IP被禁止)", Outcome.PERMANENT, False, None),
    ("550 5.1.8 Sender address rejected: Domain not found", Outcome.PERMANENT, False, None),
    ("550 5.7.1 relaying denied", Outcome.PERMANENT, False, None),
    ("550 5.7.1 Unknown user or spam", Outcome.PERMANENT, False, None),
    ("550 Sender verify failed: user unknown", Outcome.PERMANENT, False, None),
    ("554 DT:SPM 163 smtp10, please see http://mail.163.com/help", Outcome.PERMANENT, False, None),
    ("552 5.2.2 mailbox full", Outcome.PERMANENT, False, None),
    ("553 authentication is required", Outcome.PERMANENT, False, None),
    ("554 too many hops", Outcome.PERMANENT, False, None),
    ("550 Ip frequency limited. http://service.mail.qq.com/", Outcome.TEMPORARY, False, LONG_PAUSE),
    ("550 发送过于频繁，请稍后再试", Outcome.TEMPORARY, False, LONG_PAUSE),
    ("421 4.7.0 too many connections", Outcome.TEMPORARY, False, LONG_PAUSE),
    ("452 4.5.3 sending rate limit exceeded", Outcome.TEMPORARY, False, LONG_PAUSE),
    ("451 4.7.1 Greylisted, please try again later", Outcome.TEMPORARY, False, None),
    ("450 4.2.2 mailbox full", Outcome.TEMPORARY, False, None),
    ("450 4.2.1 The user is receiving mail too quickly", Outcome.TEMPORARY, False, None),
    ("552 5.2.2 mailbox over its daily quota", Outcome.TEMPORARY, False, None),
    ("550 Client host [45.5.1.1] blocked using a list", Outcome.PERMANENT, False, None),
    ("554 your address 5.1.1.20 is not wanted here", Outcome.PERMANENT, False, None),
    ("550 Error 5.1.1: see our pages", Outcome.PERMANENT, True, None),
]


@pytest.mark.parametrize(("words", "outcome", "is_about_address", "pause"), REPLIES)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
async def test_what_is_said_of_a_recipient_is_read_in_either_charset_and_told_apart(
    words: str, outcome: Outcome, *, is_about_address: bool, pause: timedelta | None, encoding: str
) -> None:
    attempt = await mailed(RCPT=f"{words}\r\n".encode(encoding))
    assert (attempt.outcome, attempt.is_about_address, attempt.retry_after) == (outcome, is_about_address, pause)
    assert (attempt.code, attempt.detail) == (words[:3], words[4:])


@pytest.mark.parametrize("reply", [b"250 2.1.5 fine\r\n", b"221 bye\r\n", b"334 more\r\n", b"220 hello again\r\n"])
async def test_a_server_that_does_not_ask_for_the_mail_has_not_taken_it_whatever_it_says(reply: bytes) -> None:
    attempt = await mailed(DATA=reply)
    assert (attempt.outcome, attempt.may_have_arrived) == (Outcome.TEMPORARY, False)


@pytest.mark.parametrize(
    "reply", [b"354 go on\r\n", b"HTTP/1.1 400 Bad Request\r\n", b"ok\r\n", b"199 hm\r\n", b"99\r\n"]
)
async def test_an_answer_to_the_mail_that_nobody_can_read_is_none(reply: bytes) -> None:
    assert (await mailed(end=reply)).outcome is Outcome.UNANSWERED


@pytest.mark.parametrize("when", ["banner", "MAIL", "DATA", "end"])
async def test_what_is_said_at_another_time_is_read_too_and_never_about_the_address(when: str) -> None:
    words = "554 5.1.1 no such user, 发信IP被禁止"
    attempt = await mailed(**{when: f"{words}\r\n".encode("gb18030")})
    assert (attempt.outcome, attempt.is_about_address) == (Outcome.PERMANENT, False)
    assert "发信IP被禁止" in attempt.detail


async def test_a_refused_login_may_list_all_reasons_and_is_permanent_all_the_same() -> None:
    words = "535 Login fail. Password is incorrect, login frequency limited, or system is busy"
    replies = {"EHLO": b"250-mail\r\n250 AUTH PLAIN\r\n", "AUTH": f"{words}\r\n".encode()}
    with mail_server(**replies) as port:
        url = f"mailto://user:word@127.0.0.1:{port}?from=office@example.gov.cn&user=office@example.gov.cn"
        attempt = await open_channel("邮件", url, clock=clock).send(message(address="zhang@example.gov.cn"))
    assert (attempt.outcome, attempt.detail, attempt.retry_after) == (Outcome.PERMANENT, "邮箱登录被拒绝", None)


async def test_what_is_no_address_is_about_the_address() -> None:
    channel = open_channel("邮件", "mailto://127.0.0.1:9?from=office@example.gov.cn", clock=clock)
    assert (await channel.send(message(address="zhang"))).is_about_address


# --- hostile words


@given(st.binary(max_size=300))
def test_no_bytes_whatever_break_the_reading_of_an_answer(content: bytes) -> None:
    for dialect in (dingtalk.DIALECT, feishu.DIALECT):
        attempt = dialect.verdict(Reply(status=200, content=content), NOW)
        assert attempt.outcome is not Outcome.SENT
    assert isinstance(decoded(content), str)


@pytest.mark.parametrize("pump", ["exceed ", "try ", "limit a ", "请求", "调用次数", "too many", "系统", " " * 5])
def test_words_however_long_are_looked_at_quickly(pump: str) -> None:
    words = pump * (1_000_000 // len(pump))
    started = process_time()
    says_later(words)
    says_too_much(words)
    assert process_time() - started < 0.5


@pytest.mark.parametrize("module", [dingtalk, dingtalk_work])
@pytest.mark.parametrize(
    "answer",
    [
        {"errcode": 88, "errmsg": "ding talk error[subcode=90018,submsg=x]"},
        {"errcode": 88, "sub_code": "90018", "sub_msg": "x", "errmsg": "y"},
    ],
)
def test_a_code_that_only_wraps_another_means_what_that_means(module: ModuleType, answer: dict[str, object]) -> None:
    attempt = module.DIALECT.verdict(Reply(status=200, content=json.dumps(answer).encode()), NOW)
    assert (attempt.outcome, attempt.code, attempt.retry_after) == (Outcome.TEMPORARY, "90018", LONG_PAUSE)


@pytest.mark.parametrize("code", [60121, 33012])
def test_a_wrapped_code_may_mean_that_nobody_is_there(code: int) -> None:
    content = json.dumps({"errcode": 88, "errmsg": f"ding talk error[subcode={code},submsg=找不到该用户]"}).encode()
    attempt = dingtalk_work.DIALECT.verdict(Reply(status=200, content=content), NOW)
    assert (attempt.outcome, attempt.is_about_address) == (Outcome.PERMANENT, True)
