"""Files made to hurt: each is one Chinese sentence, soon and with little memory; honest large ones are read."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from monitor.ledger import LedgerError, bounds
from monitor.ledger.book import rows_in, sheets
from monitor.ledger.sheet import FAULTS
from tests.cli.office import Office
from tests.ledger.making import FIRST, HEADER, read

CONTENT_TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
WORKBOOK = (
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://x/worksheet" Target="worksheets/sheet1.xml"/>'
    '<Relationship Id="rId2" Type="http://x/sharedStrings" Target="sharedStrings.xml"/>'
    '<Relationship Id="rId3" Type="http://x/styles" Target="styles.xml"/></Relationships>'
)
HEAD = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in HEADER)


def packed(path: Path, rows: Iterable[str], texts: Iterable[str] = (), styles: str = "<styleSheet/>") -> None:
    """Write a workbook of the parts given, piece by piece."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        archive.writestr("xl/workbook.xml", WORKBOOK)
        archive.writestr("xl/_rels/workbook.xml.rels", RELATIONS)
        archive.writestr("xl/styles.xml", styles)
        with archive.open("xl/sharedStrings.xml", "w") as part:
            part.write(b"<sst>")
            for text in texts:
                part.write(text.encode())
            part.write(b"</sst>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            part.write(f"<worksheet><sheetData><row>{HEAD}</row>".encode())
            for row in rows:
                part.write(row.encode())
            part.write(b"</sheetData></worksheet>")


def referring(path: Path, sheets: Iterable[str], times: int, **parts: str) -> None:
    """Write a workbook with sheets that are the parts named, and so many references to its texts."""
    found = list(enumerate(sheets))
    of_sheets = "".join(f'<Relationship Id="s{n}" Type="x/worksheet" Target="{part}.xml"/>' for n, part in found)
    of_texts = "".join(f'<Relationship Id="t{n}" Type="x/sharedStrings" Target="texts.xml"/>' for n in range(times))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "xl/workbook.xml",
            '<workbook xmlns:r="r">' + "".join(f'<sheet name="{n}" r:id="s{n}"/>' for n, _ in found) + "</workbook>",
        )
        archive.writestr("xl/_rels/workbook.xml.rels", f"<Relationships>{of_sheets}{of_texts}</Relationships>")
        for name, content in parts.items():
            archive.writestr(f"xl/{name}.xml", content)


NOTHING = f"<x>{'<a/>' * 300_000}</x>"
SHEET = f"<worksheet><row>{HEAD}</row></worksheet>"


def one_part_for_many_sheets(path: Path) -> None:
    referring(path, ["part"] * 2_000, 0, part=NOTHING)


def texts_many_times(path: Path) -> None:
    referring(path, ["part"], 2_000, part=SHEET, texts=NOTHING)


def nothing_without_end(path: Path) -> None:
    packed(path, ["<a/>" * 250_000] * 90)


def depth_without_end(path: Path) -> None:
    packed(path, ["<a>" * 250_000] * 90)


def styles_without_end(path: Path) -> None:
    packed(path, [], styles=f"<styleSheet><cellXfs>{'<xf/>' * 15_000_000}</cellXfs></styleSheet>")


def many_wide_headers(path: Path) -> None:
    row = f"<row>{cell('甲') * 999}</row>"
    sheet = f"<worksheet>{row * 30}</worksheet>"
    referring(path, [f"s{n}" for n in range(30)], 0, **{f"s{n}": sheet for n in range(30)})


def cell(text: str) -> str:
    return f'<c t="inlineStr"><is><t>{text}</t></is></c>'


def shared(number: int) -> str:
    return f'<c t="s"><v>{number}</v></c>'


ROW = f"<row>{''.join(map(cell, FIRST))}</row>"
LONG = "甲" * 32_000
MEGABYTE = "x" * 1_000_000


def texts_without_end(path: Path) -> None:
    packed(path, [], (f"<si><t>{number}</t></si>" for number in range(250_000)))


def long_texts(path: Path) -> None:
    packed(path, [], (f"<si><t>{'😀' * 8000}{'x' * 24_000}</t></si>" for _ in range(1500)))


def one_text_everywhere(path: Path) -> None:
    packed(path, (f"<row>{shared(0) * 40}</row>" for _ in range(20_000)), [f"<si><t>{LONG}</t></si>"])


def zeros(path: Path) -> None:
    packed(path, (MEGABYTE for _ in range(150)))


def rows_without_end(path: Path) -> None:
    packed(path, (ROW for _ in range(250_000)))


def columns_without_end(path: Path) -> None:
    packed(path, [f"<row>{cell('x') * 16_000}</row>" for _ in range(40)])


def a_header_without_end(path: Path) -> None:
    packed(path, [f"<row>{''.join(map(cell, HEADER))}{cell('备注') * 900}{cell('不认识的一列') * 90}</row>", ROW * 50])


def a_cell_without_end(path: Path) -> None:
    packed(path, [f"<row>{cell('x' * 40_000)}</row>"])


def an_attribute_without_end(path: Path) -> None:
    packed(path, ['<row r="', *(MEGABYTE for _ in range(20)), '"/>'])


def a_remark_without_end(path: Path) -> None:
    packed(path, ["<!--", *(MEGABYTE for _ in range(20)), "-->"])


def entities(path: Path) -> None:
    packed(path, [])
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]><sst><si><t>&b;</t></si></sst>'
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/sharedstrings.xml", bomb)


def parts_without_end(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(6000):
            archive.writestr(str(number), "")


def merges(path: Path) -> None:
    spans = "".join(f'<mergeCell ref="A{number}:XFD{number + 1}"/>' for number in range(1, 200_000, 2))
    packed(path, [ROW, f"</sheetData><mergeCells>{spans}</mergeCells><sheetData>"])


def faults(path: Path) -> None:
    packed(path, (f"<row>{cell('x') * 4}</row>" for _ in range(100_000)))


def mistyped(path: Path) -> None:
    packed(path, (f"<row>{cell(str(n))}{cell('名')}{cell('微' * 30_000)}{cell('局')}</row>" for n in range(1000)))


def commas(path: Path) -> None:
    path.write_bytes(b"," * bounds.PACKED)


def quotes(path: Path) -> None:
    path.write_bytes(b'"a\n",' * (bounds.PACKED // 5))


def one_line(path: Path) -> None:
    path.write_bytes(b"x" * bounds.PACKED)


def lines(path: Path) -> None:
    path.write_bytes(b"\xf0\x9f\x98\x80" + b"\n" * (bounds.PACKED - 4))


def many_lines(path: Path) -> None:
    path.write_bytes((",".join(HEADER) + "\n" + "1,2,3,4\n" * 210_000).encode())


def too_large(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(3 * 1024 * 1024 * 1024)


XLSX = (
    texts_without_end,
    long_texts,
    one_text_everywhere,
    zeros,
    rows_without_end,
    columns_without_end,
    a_header_without_end,
    a_cell_without_end,
    an_attribute_without_end,
    a_remark_without_end,
    entities,
    parts_without_end,
    merges,
    faults,
    mistyped,
    one_part_for_many_sheets,
    texts_many_times,
    nothing_without_end,
    depth_without_end,
    styles_without_end,
    many_wide_headers,
)
CSV = (commas, quotes, one_line, lines, many_lines, too_large)
QUICK = {a_cell_without_end, entities, quotes, texts_many_times}
"""What is tried each time; the others take longer to be made than to be refused, and are tried with the slow drills."""


def param(made: Callable[[Path], None]) -> ParameterSet:
    return pytest.param(made, id=made.__name__, marks=() if made in QUICK else pytest.mark.slow)


KINDS = ("roster", "posts", "filed-list", "bulletins", "work-orders", "index", "decisions", "records")
MEASURED = """\
import json, resource, sys, time
from monitor.cli.main import run
began = time.process_time()
code = run(sys.argv[1:])
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps([code, time.process_time() - began, int(peak.split()[1]) / 1024]))
"""


@pytest.mark.parametrize("made", [param(made) for made in (*XLSX, *CSV)])
def test_a_file_made_to_hurt_is_refused_soon_and_without_much_memory(
    office: Office, made: Callable[[Path], None]
) -> None:
    path = office.folder / f"台账{'.xlsx' if made in XLSX else '.csv'}"
    made(path)
    command = [sys.executable, "-c", MEASURED, *office.where, "import", "roster", str(path), "--yes"]
    done = subprocess.run(command, capture_output=True, check=True, text=True, timeout=300)
    *_, last = done.stdout.splitlines()
    code, seconds, peak = json.loads(last)
    assert code == 1, done
    assert "Traceback" not in done.stderr
    assert "没有导入任何内容" in done.stderr
    assert len(done.stderr) < 1500 * FAULTS
    assert peak < 512
    assert seconds < 20
    assert office.content()["accounts"] == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("made", [a_cell_without_end, columns_without_end, quotes], ids=lambda made: made.__name__)
def test_every_import_is_bounded(office: Office, kind: str, made: Callable[[Path], None]) -> None:
    path = office.folder / f"x{'.xlsx' if made in XLSX else '.csv'}"
    made(path)
    assert path.name in office.type("import", kind, path).refused()


@pytest.mark.parametrize("made", [zeros, parts_without_end, too_large, one_line], ids=lambda made: made.__name__)
def test_counting_rows_for_who_waits_is_bounded_too(tmp_path: Path, made: Callable[[Path], None]) -> None:
    path = tmp_path / "x"
    made(path)
    assert rows_in(path) == 0


def test_what_spreadsheet_programs_allow_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    packed(path, [f"<row>{cell('字' * bounds.CHARACTERS_IN_CELL)}{cell('x') * (bounds.CELLS_IN_ROW - 1)}</row>"])
    (rows,) = [list(sheet.rows) for sheet in sheets(path)]
    _, row = rows[1]
    assert len(row) == bounds.CELLS_IN_ROW
    assert len(str(row[0].value)) == bounds.CHARACTERS_IN_CELL


@pytest.mark.parametrize(("bound", "least"), [("ROWS", 3), ("CHARACTERS", 60), ("TEXTS", 3), ("CELLS_IN_ROW", 3)])
def test_each_bound_holds_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: str, least: int) -> None:
    path = tmp_path / "x.xlsx"
    packed(path, [ROW, ROW, ROW], (f"<si><t>{number}</t></si>" for number in range(4)))
    assert [account.id for account in read(write(tmp_path)).accounts] == [FIRST[0]]
    monkeypatch.setattr(bounds, bound, least)
    with pytest.raises(LedgerError):
        read(path)


def write(folder: Path) -> Path:
    """Write a small roster as a workbook of inline texts, and one as csv beside it."""
    path = folder / "small.xlsx"
    packed(path, [ROW])
    with (folder / "small.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, FIRST])
    assert read(folder / "small.csv").accounts == read(path).accounts
    return path


def test_a_large_honest_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADER)
    writer.writerows((f"A{number:06}", f"示例发布{number}", "微博", "示例县教育局") for number in range(20_000))
    path.write_text(text.getvalue(), encoding="utf-8")
    assert len(read(path).accounts) == 20_000


def test_half_a_character_is_none(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    packed(path, [f"<row>{''.join(cell(f'{text}_xD800__xDFFF_') for text in FIRST)}</row>"])
    (account,) = read(path).accounts
    assert (account.id, account.name) == FIRST[:2]
