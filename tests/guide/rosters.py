"""The rosters that pictures show being uploaded."""

from __future__ import annotations

from pathlib import Path

from openpyxl import Workbook

_HEADER = ("账号ID", "账号名称", "平台", "主办单位", "联络员", "联络员手机")
_ROWS = (
    ("XZ01", "示例文旅", "微信订阅号", "示例县文化和广电旅游体育局", "联络员甲", "13800000001"),
    ("XZ02", "示例体育", "微信公众号", "示例县文化和广电旅游体育局", "联络员甲", "13800000001"),
    ("XZ01", "示例博物馆", "抖音", "示例县文化和广电旅游体育局", "联络员甲", "13800000001"),
)


def rosters(folder: Path) -> dict[str, str]:
    """Write a roster with faults and one without into a folder, and return where each lies."""
    return {"faulty": _written(folder / "台账.xlsx", 3), "right": _written(folder / "台账改.xlsx", 1)}


def _written(path: Path, rows: int) -> str:
    made = Workbook()
    assert made.active
    for row in (_HEADER, *_ROWS[:rows]):
        made.active.append(row)
    made.save(path)
    return str(path)
