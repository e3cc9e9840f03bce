"""What kinds of records there are, and what each may say in closed words."""

from __future__ import annotations

import pytest

from monitor.core.forms import FORMS, Silence, addresses_in, frozen_until, host_of, is_filing_number, understood
from monitor.core.record import SUBJECTS, RecordKind, Result


def test_every_kind_may_speak_of_somebody_and_has_a_form() -> None:
    assert set(SUBJECTS) == set(RecordKind) == set(FORMS)
    assert all(SUBJECTS.values())


@pytest.mark.parametrize("kind", list(RecordKind), ids=lambda kind: kind.value)
def test_a_form_speaks_of_its_own_results_only(kind: RecordKind) -> None:
    form = FORMS[kind]
    assert set(form.same.values()) <= set(form.results)
    assert not set(form.same) & {result.label for result in form.results}
    assert form.ending <= set(form.results)
    assert (form.presumed in form.results) is (form.silence is not Silence.NEVER)


@pytest.mark.parametrize("kind", list(RecordKind), ids=lambda kind: kind.value)
def test_a_word_counts_as_the_whole_of_what_is_written_and_not_as_a_part(kind: RecordKind) -> None:
    form = FORMS[kind]
    words = {result.label: result for result in form.results} | dict(form.same)
    for word, result in words.items():
        assert understood(kind, word) is result
        assert understood(kind, f" {word}。") is result
        for before in ("未", "不", "尚未", "没有", "疑似", "拟", "非"):
            assert understood(kind, before + word) is words.get(before + word)
        for after in ("？", "待定", "中", "（已废止）", "的材料未收到"):
            assert understood(kind, word + after) is words.get(word + after)


def test_every_result_is_said_by_some_kind() -> None:
    assert {result for form in FORMS.values() for result in form.results} == set(Result)


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("https://www.zjzwfw.gov.cn/zjservice?a=1", ["www.zjzwfw.gov.cn"]),
        ("zjzwfw.gov.cn、HTTP://A.example.CN:8080", ["zjzwfw.gov.cn", "a.example.cn"]),
        ("www．zjzwfw．gov．cn", ["www.zjzwfw.gov.cn"]),
        ("https://www.zjzwfw.gov.cn@example.org/", None),
        ("https://www.zjzwfw.gov.cn/x 打不开", None),
        ("https://www.zjzwfw.gov.cn/x打不开", None),
        ("浙里办", None),
        ("", None),
    ],
)
def test_addresses_are_the_whole_of_a_text_or_none(text: str, hosts: list[str] | None) -> None:
    found = addresses_in(text)
    assert (None if found is None else [host_of(text) for text in found]) == hosts


@pytest.mark.parametrize(
    ("text", "is_number"),
    [
        ("浙ICP备05012345号-3A", True),
        ("政应备〔2026〕12号", True),
        ("网信算备330110507206401230035号", True),
        ("未备20260501号", False),
        ("20260501已提交", False),
        ("支持", False),
    ],
)
def test_a_filing_number_is_nothing_else(text: str, is_number: bool) -> None:  # noqa: FBT001 - the value itself
    assert is_filing_number(text) is is_number


def test_the_end_of_a_freeze_is_read_where_nothing_else_is_written() -> None:
    assert str(frozen_until("冻结至2026年6月4日")) == "2026-06-04"
    assert str(frozen_until("冻结期至 2026-06-04。")) == "2026-06-04"
    for other in ("冻结至2026年6月4日前未确认", "未冻结至2026年6月4日", "冻结至2026年2月30日", "冻结"):
        assert frozen_until(other) is None
