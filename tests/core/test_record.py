"""What rules understand of a record's text."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.core.record import SUBJECTS, WORDS, Record, RecordKind, Subject


def word(kind: RecordKind, text: str) -> str | None:
    return Record(kind=kind, subject=Subject.ACCOUNT, name="A01", on=date(2026, 5, 1), text=text).word


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        (RecordKind.IPV6, "支持", "支持"),
        (RecordKind.IPV6, "不支持", "不支持"),
        (RecordKind.IPV6, "经查，不支持IPv6访问", "不支持"),
        (RecordKind.IPV6, "经查，支持IPv6访问", "支持"),
        (RecordKind.IPV6, "部分支持，部分不支持", None),
        (RecordKind.IPV6, "", None),
        (RecordKind.INTERACTION, "互动功能正常", "正常"),
        (RecordKind.INTERACTION, "缺失：留言入口打不开，其余正常", "缺失"),
        (RecordKind.INTERACTION, "留言缺失，其余正常", None),
        (RecordKind.FILING_CHANGE, "同意开设", "开设"),
        (RecordKind.INSTITUTION, "信息发布审核制度（2026年修订）", "信息发布审核制度"),
        (RecordKind.DEREGISTRATION, "冻结期满，已确认", "冻结"),
        (RecordKind.TRAINING, "集中学习培训", None),
    ],
)
def test_a_word_is_what_the_text_begins_with_or_the_only_one_in_it(
    kind: RecordKind, text: str, said: str | None
) -> None:
    assert word(kind, text) == said


def test_every_kind_may_speak_of_somebody() -> None:
    assert set(SUBJECTS) == set(RecordKind)
    assert all(SUBJECTS.values())


@pytest.mark.parametrize("kind", list(WORDS), ids=lambda kind: kind.value)
def test_every_word_of_a_kind_says_itself(kind: RecordKind) -> None:
    assert [word(kind, said) for said in WORDS[kind]] == list(WORDS[kind])
