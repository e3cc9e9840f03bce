"""A province's roster: how long it takes, how much memory, and what somebody who waits sees."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from monitor.core.account import Account, Contact, Platform, Role, UnitLevel
from monitor.documents import write
from monitor.ledger.book import rows_in
from monitor.ledger.roster import roster_document
from monitor.ledger.sheet import NOTES
from tests.cli.office import PROGRAM, Office

MEASURED = """\
import json, sys, time
started = time.perf_counter()
from monitor.cli.main import run
code = run(sys.argv[1:])
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
wall = time.perf_counter() - started
print(json.dumps([code, time.process_time(), wall, int(peak.split()[1]) / 1024]))
"""
"""Its CPU, since other work on the machine must not decide, and its own peak, which a fork does not blur."""


def large(number: int) -> Account:
    """Return an account with most of its columns filled."""
    return Account(
        id=f"A{number:05}",
        name=f"示例发布{number}",
        platform=Platform.WEIBO,
        unit=f"示例县第{number % 400}局",
        area="示例县",
        platform_id=str(1_000_000_000 + number),
        homepage=f"https://weibo.com/u/{1_000_000_000 + number}",
        level=UnitLevel.COUNTY_UNIT,
        opened_on=date(2020, 1, 1 + number % 28),
        verified_entity=f"示例县第{number % 400}局",
        followers=number,
        contacts=(
            Contact(role=Role.LIAISON, name="联络员甲", phone=f"138{number:08}", mail=f"a{number}@example.cn"),
            Contact(role=Role.LEADER, name="领导乙", phone=f"139{number:08}"),
        ),
        note="备注",
    )


def roster(folder: Path, accounts: int) -> Path:
    path = folder / "台账.xlsx"
    write(path, roster_document([large(number) for number in range(accounts)]))
    return path


@pytest.mark.slow
def test_ten_thousand_rows_are_imported_in_ten_seconds_and_200_megabytes(office: Office) -> None:
    path = roster(office.folder, 10_000)
    ended = subprocess.run(
        [sys.executable, "-c", MEASURED, *office.where, "import", "roster", str(path)],
        cwd=office.folder,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=True,
    )
    *said, measured = ended.stdout.splitlines()
    code, seconds, wall, megabytes = json.loads(measured)
    sys.stdout.write(f"{seconds:.1f} s of CPU, {wall:.1f} s by the clock, {megabytes:.0f} MB\n")
    assert said[-2:] == ["共10000个账号：新增10000，修改0，删除0。", "已导入。"]
    assert code == 0
    assert ended.stderr.startswith("提示：没有对照账号的平台：微博")
    assert ended.stderr.count("\n") == 1, "in a pipe nobody watches progress"
    assert seconds < 10
    assert megabytes < 200


def test_somebody_at_a_terminal_sees_how_far_it_is(office: Office) -> None:
    path = roster(office.folder, 40)
    ours, theirs = os.openpty()
    command = [str(PROGRAM), *office.where, "import", "roster", str(path), "--dry-run"]
    try:
        subprocess.run(command, cwd=office.folder, stdout=subprocess.DEVNULL, stderr=theirs, timeout=60, check=True)
        shown = os.read(ours, 65536).decode()
    finally:
        os.close(theirs)
        os.close(ours)
    assert "读取" in shown
    assert "100%" in shown


def test_the_rows_of_a_file_are_counted_for_those_who_wait(tmp_path: Path) -> None:
    path = roster(tmp_path, 40)
    notes = rows_in(path) - 41  # the sheet behind the table, which tells of the platforms
    assert notes == openpyxl.load_workbook(path)[NOTES].max_row
    csv = tmp_path / "台账.csv"
    write(csv, roster_document([large(number) for number in range(40)]))
    assert rows_in(csv) == 41
    assert rows_in(tmp_path / "没有.xlsx") == 0
