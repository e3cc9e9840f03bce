"""Which words the project no longer uses in Chinese, what stands instead, and where one of them has its reason."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
FORMER = {
    "案件": "事项",
    "立案": "列入",
    "结案": "办结",
    "核销": "办结；注销的最后一步为归档",
    "销号": "办结；账号为注销",
    "销去": "办结",
    "看不到": "采集异常",
    "看得到": "能采集到",
    "看到": "采集到",
    "看见": "采集到",
    "看清": "采集、核对",
    "(?<!查)看全": "完整采集",
    "手工看": "人工核查",
    "靠人工": "由人工核查",
    "靠链接": "由链接核查",
    "判断": "判定",
    "(?<!研判)结论": "判定",
    "看来违反": "疑似",
    "没有核查过": "尚未核查",
    "不适用": "不涉及；总览上为不要求更新",
    "不符合": "存在问题",
    "需注意": "需关注",
    "间断": "未更新时段",
    "空档": "未更新时段",
    "整改销号": "整改逾期",
    "超期提醒": "超期预警",
    "列入建议名单": "拟列入清理整合建议名单",
    "建议列入(?!通报)": "拟列入",
    "疑似不可用": "疑似下架（无法使用）",
    "联络人": "联络员",
    "今天要办的事": "今日待办",
    "要处理的事": "待办",
    "待对应": "待匹配",
    "零散行": "待匹配",
    "(?<!决定)依据变化": "决定依据有变化",
    "区域": "地区",
    "县域": "地区",
    "行政事业单位": "承担行政职能的事业单位",
    "垂直单位": "垂直管理单位",
    "融媒体(?!中心)": "融媒体中心",
}
"""The former words, as regular expressions, and what is written instead."""
_FORMER = re.compile("|".join(FORMER))
REASONS: dict[tuple[str, str], str] = {
    ("monitor/ledger/synonyms.py", "销号"): "a word that rosters are filled in with",
    ("monitor/ledger/synonyms.py", "行政事业单位"): "a word that rosters are filled in with",
    ("monitor/ledger/synonyms.py", "垂直单位"): "a word that rosters are filled in with",
    ("monitor/ledger/synonyms.py", "融媒体"): "a word that rosters are filled in with",
    ("monitor/core/account.py", "行政事业单位"): "a former word that rosters were filled in with",
    ("monitor/core/account.py", "垂直单位"): "a former word that rosters were filled in with",
    ("monitor/core/account.py", "融媒体"): "a former word that rosters were filled in with",
}
"""Where a former word stands for a reason: it is read there, and never written."""
PAPERS = ("README.zh-CN.md", "compose.yaml", "docs/*.md", "docs/guide/**/*.md", "config/**/*.yaml", "config/**/*.json")
PARTS = ("monitor/**/*.html", "monitor/**/*.js", "monitor/**/*.css", "monitor/**/*.yaml", "monitor/**/*.txt")


@dataclass(frozen=True, slots=True)
class Words:
    """Some text of the project, and where it stands."""

    file: str
    line: int
    text: str


def texts() -> Iterator[Words]:
    """Yield every Python string that is no docstring, and every line of a template, a setting and a document."""
    for root in ("monitor", "collectors", "alerts"):
        for path in sorted((ROOT / root).rglob("*.py")):
            yield from _constants(path)
    for pattern in (*PAPERS, *PARTS):
        for path in sorted(ROOT.glob(pattern)):
            name = path.relative_to(ROOT).as_posix()
            for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
                yield Words(name, number, line)


def former(text: str) -> list[str]:
    """Return the former words that a text still uses."""
    return _FORMER.findall(text)


def _constants(path: Path) -> Iterator[Words]:
    tree = ast.parse(path.read_text("utf-8"))
    documents = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documents:
            yield Words(path.relative_to(ROOT).as_posix(), node.lineno, node.value)
