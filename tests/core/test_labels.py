"""What people read instead of the codes of records."""

import re
from dataclasses import replace

import pytest

from monitor.core.case import Step, StepKind
from monitor.core.finding import Proposal, State
from monitor.core.labels import evidence_list, proposed, step_text
from monitor.core.message import Attempt, Outcome, spoken
from tests.core.build import beijing_time, finding

NOW = beijing_time("2026-05-19 09:00")


def test_evidence_is_named() -> None:
    marks = ("observation:12", "record:7", "listing:3", "week:2", "filed-list:2026-05-01", "case:9")
    assert evidence_list(marks) == "核查记录12、登记7、通报记录3、指数2、备案清单2026-05-01、事项9"


@pytest.mark.parametrize(
    ("proposals", "who"),
    [
        ((Proposal.CONSOLIDATE,), "须经联合研判"),
        ((Proposal.RECTIFY, Proposal.DEREGISTER), "须经联合研判"),
        ((Proposal.RECTIFY,), "须由办公室确定"),
        ((Proposal.DEDUCT, Proposal.FILE), "须由办公室确定"),
    ],
)
def test_a_proposal_says_who_decides(proposals: tuple[Proposal, ...], who: str) -> None:
    said = proposed(replace(finding(State.VIOLATED), proposals=proposals))
    assert said == f"系统建议：{'、'.join(one.label for one in proposals)}（{who}）"


def test_only_steps_that_go_by_the_days_without_updates_name_them() -> None:
    def said(kind: StepKind) -> str:
        return step_text(Step(kind=kind, number=12, at=NOW, days=12))

    assert said(StepKind.WARN) == f"{StepKind.WARN.label}（已12天）"
    for kind in (StepKind.TASK, StepKind.RECOVERED, StepKind.SUSPECT):
        assert said(kind) == kind.label


def test_what_nobody_has_looked_into_is_not_what_could_not_be_seen() -> None:
    unknown = finding(State.UNKNOWN)
    assert replace(unknown, because="尚未核查，等待首次采集。").label == "尚未核查"
    assert replace(unknown, because="未能核查（超时）。").label == State.UNKNOWN.label


@pytest.mark.parametrize(
    ("code", "detail", "said"),
    [
        ("300005", "token is not exist", "机器人的访问令牌无效，请核对渠道地址，错误代码300005"),
        ("ConnectionRefusedError", "未能连接，消息未发出", "对方拒绝连接，未能连接，消息未发出"),
        ("SomeNewError", "Something broke badly", ""),
        ("HTTP 502", "钉钉服务暂不可用", "钉钉服务暂不可用，状态码502"),
        ("99991663", "Invalid access token for authorization", "错误代码99991663"),
        ("550", "5.7.1 Your message looks like spam", "邮件被对方服务器拒收，错误代码550"),
        ("550", "black ip (发信IP被禁止)", "邮件被对方服务器拒收，black ip (发信IP被禁止)，错误代码550"),
        ("553", "authentication is required", "邮件被对方服务器拒收，错误代码553"),
        ("9499", "Bad Request", "错误代码9499"),
    ],
)
def test_how_a_try_ended_is_said_in_chinese(code: str, detail: str, said: str) -> None:
    words = spoken(Attempt(outcome=Outcome.PERMANENT, code=code, detail=detail))
    assert words == (f"{Outcome.PERMANENT.label}：{said}" if said else Outcome.PERMANENT.label)
    assert not re.search("[A-Za-z]{3}", words.replace("black ip", ""))


@pytest.mark.parametrize("code", ["550", "551", "553", "60121"])
def test_a_recipient_is_said_not_to_be_there_only_where_the_refusal_is_about_the_address(code: str) -> None:
    def said(detail: str, *, is_about_address: bool) -> str:
        return spoken(Attempt(outcome=Outcome.PERMANENT, code=code, detail=detail, is_about_address=is_about_address))

    assert "收件人地址不存在或已停用" in said("User unknown", is_about_address=True)
    assert said("用户不存在", is_about_address=True) == f"{Outcome.PERMANENT.label}：用户不存在，错误代码{code}"
    for detail in ("User unknown", "", "垃圾邮件"):
        assert "收件人" not in said(detail, is_about_address=False)


@pytest.mark.parametrize("code", ["9499", "11232", "130101", "45009", "550"])
def test_one_code_is_a_limit_only_where_the_channel_took_it_for_one(code: str) -> None:
    def said(outcome: Outcome) -> str:
        return spoken(Attempt(outcome=outcome, code=code, detail="?"))

    assert "发送过快，被限流" in said(Outcome.TEMPORARY)
    assert "发送过快" not in said(Outcome.PERMANENT)
