"""What people read instead of the codes of records."""

import re
from dataclasses import replace

import pytest

from monitor.core.case import Step, StepKind
from monitor.core.finding import Proposal, State
from monitor.core.labels import evidence_list, proposed, state_text, step_text
from monitor.core.message import Attempt, Outcome, spoken
from tests.core.build import beijing_time, finding

NOW = beijing_time("2026-05-19 09:00")


def test_evidence_is_named() -> None:
    marks = ("observation:12", "record:7", "listing:3", "week:2", "case:9")
    assert evidence_list(marks) == "核查记录12、登记7、通报记录3、指数2、事项9"


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
    assert state_text(replace(unknown, because="尚未核查，等待首次采集。")) == "尚未核查"
    assert state_text(replace(unknown, because="未能核查（超时）。")) == State.UNKNOWN.label


@pytest.mark.parametrize(
    ("code", "detail", "said"),
    [
        ("300005", "token is not exist", "机器人的访问令牌无效，请核对渠道地址，错误代码300005"),
        ("ConnectionRefusedError", "未能连接，消息未发出", "对方拒绝连接，未能连接，消息未发出"),
        ("SomeNewError", "Something broke badly", ""),
        ("HTTP 502", "钉钉服务暂不可用", "钉钉服务暂不可用，状态码502"),
        ("99991663", "Invalid access token for authorization", "错误代码99991663"),
        ("550", "No such user here", "收件人地址不存在或被拒收，错误代码550"),
    ],
)
def test_how_a_try_ended_is_said_in_chinese(code: str, detail: str, said: str) -> None:
    words = spoken(Attempt(outcome=Outcome.PERMANENT, code=code, detail=detail))
    assert words == (f"{Outcome.PERMANENT.label}：{said}" if said else Outcome.PERMANENT.label)
    assert not re.search("[A-Za-z]{3}", words)
