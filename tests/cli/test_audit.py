"""Who did what, as commands keep it: the real user beside the name given, and a chain that shows what was changed."""

from __future__ import annotations

import csv
import os
import pwd
import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.store import open_store, tables
from monitor.store.audit import recent_audit
from monitor.store.seal import seal, unseal
from tests.cli.office import Office

ROW = ("A01", "示例发布", "微博", "示例县教育局")
ME = pwd.getpwuid(os.getuid()).pw_name


def log(office: Office) -> list[tuple[str, str, str]]:
    """Return what was done, oldest first: action, actor and the real user."""
    with open_store(office.where[-1]) as store, store.read() as tx:
        return [(act.action, act.actor, act.login) for act in reversed(recent_audit(tx))]


def test_the_environment_cannot_say_who_somebody_is(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "somebody-else")
    office.type("import", "roster", office.table(ROW)).done()
    assert log(office) == [("import roster", ME, f"{ME}（{os.getuid()}）")]


def test_whatever_is_taken_out_is_written_down(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(office.folder)
    office.type("import", "roster", office.table(ROW)).done()
    for words in (
        ("export", "roster", "--out", "1.csv"),
        ("export", "findings", "--out", "2.csv"),
        ("export", "cases", "--out", "3.csv"),
        ("export", "messages", "--out", "4.csv"),
        ("report", "review", "--out", "5.csv"),
        ("db", "backup", "--out", "6.db"),
        ("audit", "export", "--out", "7.csv"),
    ):
        office.type(*words).done()
    assert [action for action, _, _ in log(office)[1:]] == [
        "export roster",
        "export findings",
        "export cases",
        "export messages",
        "report review",
        "db backup",
        "audit export",
    ]
    with Path("7.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["操作"] for row in rows][-1] == "db backup"
    assert all(re.fullmatch("[0-9a-f]{64}", row["校验值"]) for row in rows)
    assert {row["系统用户"] for row in rows} == {f"{ME}（{os.getuid()}）"}


def test_a_form_that_holds_nothing_is_taken_out_by_nobody(office: Office) -> None:
    office.type("export", "template", "--out", str(office.folder / "x.xlsx")).done()
    assert not office.database.exists() or log(office) == []


def test_the_chain_is_walked_and_its_end_told(office: Office) -> None:
    assert office.type("audit", "verify").done() == "操作记录共0条，前后相连，没有改动。末条校验值：无\n"
    office.type("import", "roster", office.table(ROW)).done()
    (kept,) = re.findall("[0-9a-f]{64}", office.type("audit", "verify").done())
    office.type("export", "roster", "--out", str(office.folder / "x.csv")).done()
    assert "操作记录共2条" in office.type("audit", "verify", "--digest", kept).done()
    assert "没有校验值为0000的一条" in office.type("audit", "verify", "--digest", "0000").refused()


def test_a_change_is_a_refusal_that_says_where(office: Office) -> None:
    for _ in range(3):
        office.type("import", "roster", office.table(ROW)).done()
    with open_store(office.where[-1]) as store, store.begin() as tx:
        unseal(tx)
        tx.execute(sa.update(tables.acts).where(tables.acts.c.id == 2).values(actor="别人"))
    assert office.type("audit", "verify").refused() == (
        "操作记录自编号2起已被改动或删去，此前的1条没有改动，请查明原因。"
    )
    with open_store(office.where[-1]) as store, store.begin() as tx:
        tx.execute(sa.update(tables.acts).where(tables.acts.c.id == 2).values(actor=ME))
    assert "触发器或权限限制已被撤去" in office.type("audit", "verify").refused()
    with open_store(office.where[-1]) as store, store.begin() as tx:
        seal(tx)
    office.type("audit", "verify").done()
