"""What a row of records says: its closed words and nothing else, whatever is written beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from monitor.core.forms import FORMS, FormItem, Silence, understood
from monitor.core.record import SUBJECTS, NewRecord, RecordKind, Result
from monitor.core.subject import SubjectKind
from monitor.documents import write
from monitor.ledger import LedgerError
from monitor.ledger.records import Subjects, read_records
from monitor.ledger.templates import records_document
from tests.ledger.making import table
from tests.often import often

UNIT, AREA = "示例县教育局", "示例县"
KNOWN = Subjects(
    accounts={"A01": {AREA}}, units={UNIT: {AREA}, "示例局(本级)": {AREA}, "示例中心（东）": {AREA}}, areas={AREA}
)
UNTIL = date(2026, 5, 20)
WHOM = {SubjectKind.ACCOUNT: "A01", SubjectKind.UNIT: UNIT, SubjectKind.AREA: AREA}
ITEMS = {
    FormItem.NAME: "示例",
    FormItem.NUMBER: "2026-1",
    FormItem.COUNT: "12",
    FormItem.ADDRESS: "https://www.zjzwfw.gov.cn/x",
    FormItem.PERSON: "张三",
}


def whom(kind: RecordKind) -> str:
    return next(WHOM[subject] for subject in SubjectKind if subject in SUBJECTS[kind])


def item(kind: RecordKind) -> dict[str, str]:
    """Return the item's cell that a row of the kind may have."""
    form = FORMS[kind]
    if form.item is None:
        return {}
    return {form.item.label: "应急预案" if kind is RecordKind.INSTITUTION else ITEMS[form.item]}


def read(folder: Path, kind: RecordKind, cells: Mapping[str, object]) -> NewRecord:
    row = {"类型": kind.label, "对象": whom(kind), "日期": "2026-05-01", **cells}
    [found] = read_records(table(folder / "记录.csv", tuple(row), tuple(row.values())), KNOWN, until=UNTIL).records
    return found


def refused(folder: Path, kind: RecordKind, cells: Mapping[str, object]) -> str:
    with pytest.raises(LedgerError) as caught:
        read(folder, kind, cells)
    return "\n".join(str(fault) for fault in caught.value.faults)


def full(kind: RecordKind, result: Result) -> dict[str, object]:
    """Return the cells of a row that says this, with all that it needs."""
    until = {"截止日期": "2026-05-30"} if result in FORMS[kind].ending else {}
    return {"结果": result.label, **item(kind), **until, "内容": "原因"}


SAYING = [(kind, result) for kind, form in FORMS.items() for result in form.results]


@pytest.mark.parametrize(("kind", "result"), SAYING, ids=lambda entry: entry.value)
def test_every_result_of_every_kind_is_taken_as_it_is_named(tmp_path: Path, kind: RecordKind, result: Result) -> None:
    found = read(tmp_path, kind, full(kind, result))
    assert (found.result, found.text) == (result, "原因")
    assert bool(found.item) is (FORMS[kind].item is not None)
    assert bool(found.until) is (result in FORMS[kind].ending)


@pytest.mark.parametrize("kind", [kind for kind, form in FORMS.items() if form.results], ids=lambda kind: kind.value)
def test_a_word_that_is_no_result_is_refused_with_the_results_named(tmp_path: Path, kind: RecordKind) -> None:
    for word in ("基本正常", "无", "其他", "已", "未写明"):
        said = refused(tmp_path, kind, {**item(kind), "结果": word, "内容": "x"})
        assert "第2行“结果”列" in said
        assert all(result.label in said for result in FORMS[kind].results)


NOISE = (
    *("未", "无", "不", "没有", "尚未", "疑似", "拟", "待", "计划", "暂缓", "是否", "非", "取消", "？"),
    *("待核实", "，未整改", "（已废止）", "不再", "中", "又"),
)
SEEN = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co"))
WORDS = st.sampled_from(
    sorted({word for form in FORMS.values() for word in [*form.same, *(result.label for result in form.results)]})
)
TEXTS = st.lists(st.one_of(WORDS, st.sampled_from(NOISE), st.text(SEEN, max_size=3)), min_size=1, max_size=4).map(
    "".join
)
EVENTS = {kind for kind, form in FORMS.items() if form.silence is Silence.PLAIN}


@settings(max_examples=often(400), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from([kind for kind, form in FORMS.items() if form.results]), text=TEXTS)
def test_a_text_is_taken_for_a_result_only_where_it_is_the_whole_of_its_word(
    tmp_path: Path, kind: RecordKind, text: str
) -> None:
    """Nothing is read as its opposite: what is not understood is refused, or says what being there says."""
    cells = {"内容": text, **({"名称": "应急预案"} if kind is RecordKind.INSTITUTION else {})}
    try:
        found = read(tmp_path, kind, cells)
    except LedgerError:
        return
    meant = understood(kind, found.text) if found.text else None
    if meant is None:
        assert found.result is FORMS[kind].presumed
        assert kind in EVENTS or not found.text or kind in {RecordKind.SERVICE_ENTRY, RecordKind.APP_FILING}
        assert kind is RecordKind.DEDUCTION or not any(word in text for word in ("取消", "未举办", "不同意", "撤"))
    else:
        assert found.result is meant


@settings(max_examples=often(200), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(saying=st.sampled_from(SAYING), text=TEXTS)
def test_a_text_changes_nothing_of_a_result_that_is_named(
    tmp_path: Path, saying: tuple[RecordKind, Result], text: str
) -> None:
    kind, result = saying
    assume(text.strip()[:1] not in {"=", "＝"})  # a formula, and no text
    other = understood(kind, text)
    cells = full(kind, result) | {"内容": text}
    if other in {None, result} and text.strip() and kind is not RecordKind.MUTE:
        assert read(tmp_path, kind, cells).result is result
    elif other not in {None, result}:
        assert "内容却是" in refused(tmp_path, kind, cells)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("培训", "未组织培训"),
        ("培训", "原定培训取消"),
        ("培训", "无"),
        ("会议", "推迟到下月"),
        ("检查", "检查了12个账号，未发现问题"),
        ("单位报送", "尚未收齐"),
        ("关停申请", "撤回关停申请"),
        ("关停申请", "不再申请"),
        ("阶段", "清理整治（取消）"),
        ("扣分", "经研究不予扣分"),
        *[
            ("培训", text)
            for text in (
                "因台风搁置",
                "培训流产",
                "下月举办",
                "明日举办",
                "年底前组织",
                "6月举办",
                "要求各单位组织培训",
                "请各单位报名",
                "应组织一次",
                "须组织",
                "0次",
                "No",
                "N/A",
                "\u00d7",
                "虚报",
                "忘了办",
                "安排在国庆后",
                "争取国庆前办",
                "补办",
            )
        ],
        ("会议", "流会"),
        ("检查", "下周检查"),
        ("关停申请", "驳回"),
        ("关停申请", "申请延期"),
        ("关停申请", "经沟通继续保留"),
        ("关停申请", "改为恢复运营"),
        ("单位报送", "退回"),
        ("单位报送", "空表"),
        ("单位报送", "电话催办"),
        ("阶段", "另行通知"),
        ("扣分", "口头提醒"),
        ("扣分", "奖励2分"),
        ("制度", "尚未建立考核评价办法"),
        ("制度", "应急预案（已废止）"),
        ("制度", "应急预案 修订中"),
        ("内容安全", "未发现问题线索"),
        ("内容安全", ""),
        ("内容安全", "无"),
        ("互动核查", "无缺失"),
        ("研判", "保留，不再清理整合"),
        ("留言回复", "未收到"),
        ("办事入口", "入口基本正常"),
        ("办事入口", "https://www.zjzwfw.gov.cn/x 打不开"),
        ("应用备案", "正在办理备案"),
        ("应用备案", ""),
        ("备案变更", "拟开设"),
        ("内容迁移", "暂不迁移"),
        ("注销进度", "冻结期满，未确认"),
        ("知识库", "部分引入"),
        ("假冒", "无"),
    ],
)
def test_what_is_not_plainly_a_result_is_refused(tmp_path: Path, kind: str, text: str) -> None:
    of = RecordKind.labelled(kind)
    assert of is not None
    assert refused(tmp_path, of, {"内容": text})


@pytest.mark.parametrize(
    ("kind", "text", "result", "named"),
    [
        ("培训", "集中学习", Result.HELD, ""),
        ("培训", "应急处置专题，邀请省里专家授课", Result.HELD, ""),
        ("培训", "5月集中学习", Result.HELD, ""),
        ("检查", "查看了12个账号，全部合格", Result.INSPECTED, ""),
        ("扣分", "更新不及时", Result.DEDUCT, ""),
        ("培训", "", Result.HELD, ""),
        ("扣分", "逾期未报送", Result.DEDUCT, ""),
        ("关停申请", "长期无力维护", Result.ASKED_FOR, ""),
        ("制度", "《应急预案》", Result.ESTABLISHED, "应急预案"),
        ("办事入口", "https://www.zjzwfw.gov.cn/x", Result.SOUND, "https://www.zjzwfw.gov.cn/x"),
        ("应用备案", "浙ICP备05012345号-3A", Result.FILED, "浙ICP备05012345号-3A"),
        ("互动核查", " 缺失。", Result.FAULTY, ""),
        ("内容安全", "未发现问题", Result.CLEAN, ""),
        ("注销进度", "决定", Result.DECIDED_TO_END, ""),
        ("注销进度", "冻结至2026年6月4日", Result.FROZEN, ""),
        ("单位别名", "示例县教委", None, "示例县教委"),
        ("常住人口", "4.8万", None, "48000"),
        ("暂停提醒", "至2026-06-30；张三；账号交接", Result.MUTED, "张三"),
        ("暂停提醒", "恢复；李四；已交接", Result.RESUMED, "李四"),
    ],
)
def test_what_is_plainly_one_may_stand_in_the_text(
    tmp_path: Path, kind: str, text: str, result: Result | None, named: str
) -> None:
    of = RecordKind.labelled(kind)
    assert of is not None
    found = read(tmp_path, of, {"内容": text})
    assert (found.result, found.item) == (result, named)


@pytest.mark.parametrize(
    ("kind", "cells", "column", "why"),
    [
        ("互动核查", {"结果": "正常", "内容": "存在问题"}, "内容", "结果是“正常”，内容却是“存在问题”"),
        ("培训", {"编号": "3"}, "编号", "“培训”不填“编号”"),
        ("常住人口", {"结果": "正常", "数值": "3"}, "结果", "“常住人口”没有结果"),
        ("制度", {"名称": "保密制度", "结果": "已建立"}, "名称", "没有“保密制度”这种制度"),
        ("制度", {"结果": "已建立"}, "名称", "请填写是哪一项制度"),
        ("注销进度", {"结果": "公告", "截止日期": "2026-06-01"}, "截止日期", "请留空"),
        ("注销进度", {"结果": "冻结", "截止日期": "2026-04-01"}, "截止日期", "早于日期2026-05-01"),
        ("内容迁移", {"结果": "已迁移"}, "名称", "请填写迁往的账号"),
        ("办事入口", {"结果": "正常", "网址": "浙里办 首页"}, "网址", "请只写网址"),
        ("暂停提醒", {"结果": "暂停", "登记人": "张三", "内容": "交接"}, "内容", "截止日期"),
        (
            "暂停提醒",
            {"结果": "暂停", "登记人": "张三", "截止日期": "2099-12-31", "内容": "交接"},
            "截止日期",
            "一次最长暂停92天",
        ),
        (
            "暂停提醒",
            {"结果": "恢复", "登记人": "张三", "截止日期": "2026-05-31", "内容": "交接"},
            "截止日期",
            "恢复提醒的不填截止日期",
        ),
    ],
)
def test_cells_that_do_not_fit_together_are_refused_with_their_place(
    tmp_path: Path, kind: str, cells: dict[str, str], column: str, why: str
) -> None:
    of = RecordKind.labelled(kind)
    assert of is not None
    said = refused(tmp_path, of, cells)
    assert f"第2行“{column}”列：" in said
    assert why in said


def test_an_institution_that_rules_ask_for_may_be_named_too(tmp_path: Path) -> None:
    row = {"类型": "制度", "对象": UNIT, "日期": "2026-05-01", "状态": "未建立", "制度名称": "保密制度"}
    path = table(tmp_path / "记录.csv", tuple(row), tuple(row.values()))
    [found] = read_records(path, KNOWN, until=UNTIL, institutions=("保密制度",)).records
    assert (found.item, found.result) == ("保密制度", Result.NOT_ESTABLISHED)


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("示例局（本级）", "示例局(本级)"),
        ("示例中心(东)", "示例中心（东）"),
        ("示例中心 （东）", "示例中心（东）"),
        ("\uff21\uff10\uff11", "A01"),
    ],
)
def test_full_width_twins_name_the_same(tmp_path: Path, written: str, known: str) -> None:
    kind = "互动核查" if known == "A01" else "单位报送"
    row = {"类型": kind, "对象": written, "日期": "2026-05-01", "结果": "正常" if known == "A01" else "已报送"}
    [found] = read_records(table(tmp_path / "记录.csv", tuple(row), tuple(row.values())), KNOWN, until=UNTIL).records
    assert found.name == known


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_what_is_exported_comes_back_as_it_was(tmp_path: Path, suffix: str) -> None:
    rows: Sequence[dict[str, object]] = [
        {"类型": kind.label, "对象": whom(kind), "日期": "2026-05-01", **full(kind, result)} for kind, result in SAYING
    ]
    rows = [*rows, {"类型": "常住人口", "对象": AREA, "日期": "2026-05-01", "数值": "48000"}]
    header = tuple(dict.fromkeys(name for row in rows for name in row))
    path = table(tmp_path / "记录.csv", header, *(tuple(row.get(name) for name in header) for row in rows))
    given_ = read_records(path, KNOWN, until=UNTIL).records
    out = tmp_path / f"导出.{suffix}"
    write(out, records_document(given_))
    assert read_records(out, KNOWN, until=UNTIL).records == given_
