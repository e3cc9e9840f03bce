"""Whatever a command writes that names people is its owner's alone, whatever the umask of whoever typed it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.office import HEADER, Office

ROW = ("A01", "示例发布", "微博", "示例县教育局", "联络员甲", "13912345678")
WRITING = (
    *(("export", "roster", "--out", f"x{suffix}") for suffix in (".xlsx", ".csv", ".json")),
    ("export", "findings", "--out", "x.xlsx"),
    ("export", "messages", "--out", "x.json"),
    ("export", "cases", "--out", "x.csv"),
    ("export", "personal-data", "--out", "x.xlsx"),
    ("report", "deductions", "--out", "x.xlsx"),
    ("report", "review", "--out", "x.csv"),
    ("db", "backup", "--out", "x.db"),
)


@pytest.fixture(params=[0o000, 0o022, 0o077, 0o377], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def test_what_is_written_is_its_owners_alone(office: Office, umask: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(office.folder)
    os.umask(0o022)
    table = office.table(ROW, header=(*HEADER, "联络员", "联络员手机"))
    os.umask(umask)
    office.type("import", "roster", table).done()
    for words in WRITING:
        made = Path(words[-1])
        office.type(*words).done()
        assert stat.S_IMODE(made.stat().st_mode) == 0o600, words
        made.unlink()
    for file in office.database.parent.glob("xuncha.db*"):
        assert not stat.S_IMODE(file.stat().st_mode) & 0o077, file


def test_a_file_that_others_could_read_is_replaced_by_one_that_they_cannot(office: Office) -> None:
    office.type("import", "roster", office.table(ROW, header=(*HEADER, "联络员", "联络员手机"))).done()
    out = office.folder / "x.csv"
    for lying in (out, out.with_name(".x.csv.part")):
        lying.write_text("")
        lying.chmod(0o666)
    office.type("export", "roster", "--out", str(out)).done()
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


def test_a_link_that_somebody_left_beside_it_leads_nowhere(office: Office) -> None:
    office.type("import", "roster", office.table(ROW, header=(*HEADER, "联络员", "联络员手机"))).done()
    elsewhere = office.folder / "elsewhere"
    elsewhere.write_text("kept")
    (office.folder / ".x.csv.part").symlink_to(elsewhere)
    office.type("export", "roster", "--out", str(office.folder / "x.csv")).done()
    assert elsewhere.read_text() == "kept"
