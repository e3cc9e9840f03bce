"""What is kept about people, through the command line: seen, logged, erased."""

from __future__ import annotations

import csv
import getpass

import pytest

from tests.cli.office import HEADER, Office

NAMED = (*HEADER, "联络员", "联络员手机", "责任领导", "责任领导手机")
FIRST = ("A01", "示例发布", "微博", "示例县教育局", "联络员甲", "13800000001", "领导乙", "13900000002")
HEIR = (*FIRST[:4], "联络员丙", "13800000003", *FIRST[6:])


@pytest.fixture
def left(office: Office) -> Office:
    """An office whose liaison has changed."""
    for row in (FIRST, HEIR):
        office.type("import", "roster", office.table(row, header=NAMED)).done()
    return office


def exported(office: Office, *more: str) -> list[dict[str, str]]:
    office.type("export", "personal-data", "--out", "个人信息.csv", *more).done()
    with (office.folder / "个人信息.csv").open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def acts(office: Office) -> list[tuple[object, ...]]:
    """Return who did what to what, the latest last."""
    return [row[2:6] for row in office.content()["acts"]]


def test_everything_about_everybody_is_exported(left: Office) -> None:
    rows = exported(left)
    assert [(row["姓名"], row["角色"], row["手机"], row["出处"], row["编号"]) for row in rows] == [
        ("联络员甲", "联络员", "13800000001", "台账历次变更", "A01"),
        ("领导乙", "责任领导", "13900000002", "现行台账", "A01"),
        ("联络员丙", "联络员", "13800000003", "现行台账", "A01"),
    ]


def test_one_person_gets_what_is_theirs(left: Office) -> None:
    assert [row["姓名"] for row in exported(left, "--person", "13800000001")] == ["联络员甲"]
    said = left.type("export", "personal-data", "--out", "x.csv", "--person", "没有这人")
    assert said.refused() == "没有保存关于“没有这人”的内容。"


def test_only_personal_data_is_of_a_person(left: Office) -> None:
    said = left.type("export", "cases", "--out", "x.csv", "--person", "联络员甲")
    assert said.refused(2) == "--person 只用于 personal-data。"


@pytest.mark.parametrize("what", ["personal-data", "roster"])
def test_whoever_reads_phones_is_written_down(left: Office, what: str) -> None:
    left.type("export", what, "--out", "x.csv").done()
    assert acts(left)[-1] == (getpass.getuser(), f"export {what}", "x.csv", "")


def test_a_person_is_erased_on_request_and_the_log_does_not_name_them(left: Office) -> None:
    said = left.type("db", "prune", "--person", "联络员甲", "--yes")
    assert said.done() == "已清除：台账变更1处，消息0条。备份里的不变，请按期更换备份。\n"
    everything = str(left.content())
    assert "联络员甲" not in everything
    assert "13800000001" not in everything
    actor, action, thing, _ = acts(left)[-1]
    assert (actor, action) == (getpass.getuser(), "db prune")
    assert str(thing).startswith("已清除-")


def test_who_is_on_the_roster_stays(left: Office) -> None:
    before = left.content()
    said = left.type("db", "prune", "--person", "联络员丙", "--yes")
    assert said.refused() == "仍是 A01 的联系人，请先在台账中更换，再清除。"
    assert left.content() == before


def test_nobody_is_erased_without_a_yes(left: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    said = left.answer(monkeypatch, "否\n", "db", "prune", "--person", "联络员甲")
    assert said.code == 1
    assert said.err.endswith("已取消，未清除任何内容。批量运行请加 --yes。\n")
    assert "联络员甲" in str(left.content())
