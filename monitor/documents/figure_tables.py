"""The figures of a period as tables: the same rows in every document, on the page and in the workbook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from monitor.core.figures import DICTIONARY, FigureGroup, Figures
from monitor.documents.document import Column, Guidance, Table, Value

FIGURES = ("指标", "本期", "上期", "变化")
_GROUPS = ("账号总数", "检查数", "不合格数", "豁免数", "未能核查数", "合格率")


def figures_table(figures: Figures) -> Table:
    """Return every figure beside that of the period before."""
    rows = tuple((figure.name.label, figure.text, figure.before_text, figure.change_text) for figure in figures.figures)
    return Table.of(FIGURES, rows)


def dictionary() -> Guidance:
    """Return how every figure is counted."""
    rows = tuple((entry.name.label, entry.unit.label, entry.how) for entry in DICTIONARY.values())
    columns = (Column(name="指标"), Column(name="单位", width=8), Column(name="怎样计算", width=90))
    return Guidance(title="指标说明", table=Table(columns=columns, rows=rows))


def platforms_table(figures: Figures) -> Table:
    """Return the accounts by platform."""
    return Table.of(("平台", *_GROUPS), tuple(_group_rows(figures.platforms, with_area=False)))


def units_table(figures: Figures) -> Table:
    """Return the accounts by unit, in the units' standing order."""
    several = len({group.area for group in figures.units}) > 1
    names = ("地区", "主办单位", *_GROUPS) if several else ("主办单位", *_GROUPS)
    return Table.of(names, tuple(_group_rows(figures.units, with_area=several)))


def _group_rows(groups: Iterable[FigureGroup], *, with_area: bool) -> Iterator[tuple[Value, ...]]:
    for group in groups:
        rate = group.rate
        counted = (group.accounts, rate.checked, rate.failed, rate.exempted, rate.unchecked, rate.percent() or "—")
        yield (*((group.area,) if with_area else ()), group.name, *counted)


def months_table(figures: Figures) -> Table:
    """Return the series of months."""
    rows = tuple(
        (
            month.label,
            month.accounts,
            month.rate.checked,
            month.rate.failed,
            month.rate.percent() or "—",
            "—" if month.episodes is None else month.episodes,
        )
        for month in figures.months
    )
    return Table.of(("月份", "账号总数", "检查数", "不合格数", "合格率", "超期次数"), rows)
