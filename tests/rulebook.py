"""The part of docs/rules.md that follows from the rules themselves; `python -m tests.rulebook` writes it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from monitor.app.rules import all_area_rules, all_rules
from monitor.core.finding import AreaRule, Rule
from monitor.core.subject import SubjectKind
from monitor.settings import load
from monitor.settings.rules import RuleVersion

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "rules.md"
BEGIN, END = "<!-- 以下由 python -m tests.rulebook 生成 -->", "<!-- 生成部分到此为止 -->"
_SUBJECTS = {SubjectKind.ACCOUNT: "账号", SubjectKind.UNIT: "主办单位", SubjectKind.AREA: "地区"}
_COMMENT = re.compile(r"^\s+(\w+):\s*[^#\n]*?(?:#\s*(.*))?$")


def text() -> str:
    """Return the generated part: a section for each rule, in the order of rules.yaml."""
    versions = load(ROOT / "config", None).rule_versions.rules
    rules: dict[str, Rule | AreaRule] = {rule.id: rule for rule in all_rules()}
    rules |= {rule.id: rule for rule in all_area_rules()}
    notes = _notes()
    sections = []
    for id_ in dict.fromkeys(version.id for version in versions):
        mine = [version for version in versions if version.id == id_]
        sections.append("\n".join(_section(rules[id_], mine, notes)))
    return "\n\n".join(sections)


def written() -> str:
    """Return the whole document with the generated part brought up to date."""
    before, rest = DOCUMENT.read_text("utf-8").split(BEGIN)
    return f"{before}{BEGIN}\n\n{text()}\n\n{END}{rest.split(END)[1]}"


def _section(rule: Rule | AreaRule, versions: list[RuleVersion], notes: dict[tuple[str, str], str]) -> Iterator[str]:
    last = versions[-1]
    yield f"## {rule.id} {rule.title}\n"
    yield "| 项目 | 内容 |"
    yield "|---|---|"
    yield f"| 依据 | {last.instrument} |"
    yield f"| 条款 | {last.clause or '未取得原文，不引用'} |"
    held = [f"{version.strength.label}（{version.effective_from.isoformat()}起）" for version in versions]
    yield f"| 力度 | {'；'.join(held)} |"
    if last.urgent:
        yield f"| 紧急 | {last.urgent.label}：立即通知操作员，夜间和节假日也发 |"
    yield f"| 对象 | {_SUBJECTS[rule.on] if isinstance(rule, AreaRule) else '账号'} |"
    for state, meaning in rule.says.items():
        yield f"| {state.label}（`{state.value}`） | {meaning} |"
    values: dict[str, object] = {**last.numbers, **last.dates, **last.words, **last.switches}
    for name, value in values.items():
        note = notes.get((rule.id, name), "")
        yield f"| `{name}` | {_shown(value)}{f'：{note}' if note else ''} |"


def _shown(value: object) -> str:
    match value:
        case bool():
            return "是" if value else "否"
        case tuple():
            return "、".join(value)
        case _:
            return str(value)


def _notes() -> dict[tuple[str, str], str]:
    """Return what config/rules.yaml says beside each value, by rule and name."""
    found: dict[tuple[str, str], str] = {}
    rule = ""
    for line in (ROOT / "config" / "rules.yaml").read_text("utf-8").splitlines():
        if named := re.match(r"\s*- id: (\S+)", line):
            rule = named[1]
        elif (said := _COMMENT.match(line)) and said[2]:
            found.setdefault((rule, said[1]), said[2].strip())
    return found


if __name__ == "__main__":
    DOCUMENT.write_text(written(), "utf-8")
