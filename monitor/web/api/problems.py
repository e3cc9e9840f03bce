"""What is wrong with a request of a program, as one Chinese sentence."""

from __future__ import annotations

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from monitor.core.phrases import plain
from monitor.web.api.schema import DAY_PATTERN

_SHOWN = 40
"""Characters of a caller's own word that a sentence repeats."""


class ProblemError(Exception):
    """A request cannot be answered: the status, and one Chinese sentence why."""

    def __init__(self, status: int, sentence: str) -> None:
        """Say why."""
        self.status = status
        super().__init__(sentence)


def sentence_of(error: ValidationError, noun: str) -> str:
    """Return what is wrong with the first parameter or field, in one sentence; `noun` is what it is called."""
    found = error.errors(include_url=False)[0]
    if found["type"] == "json_invalid" or not found["loc"]:
        return "请求的内容应为一个 JSON 对象，以 UTF-8 编码。"
    return f"{noun} {plain(str(found['loc'][0]), _SHOWN)} {_fault(found)}。"


def _fault(found: ErrorDetails) -> str:
    bounds = found.get("ctx", {})
    match found["type"]:
        case "missing":
            return "没有写明"
        case "extra_forbidden":
            return "不在文档中"
        case "enum" | "literal_error":
            return f"应为 {bounds['expected'].replace(' or ', '、').replace(', ', '、')} 之一"
        case "string_too_long":
            return f"过长，至多{bounds['max_length']}个字"
        case "string_pattern_mismatch" if bounds["pattern"] == DAY_PATTERN:
            return "应为日期，如 2026-12-01"
        case "string_pattern_mismatch":
            return "不能为空，也不能含有控制字符"
        case "greater_than_equal" | "less_than_equal" | "int_type" | "int_from_float":
            return "应为整数，在文档写明的范围内"
        case "int_parsing" | "int_parsing_size":
            return "应为整数"
        case "date_from_datetime_parsing" | "date_parsing" | "date_type" | "date_from_datetime_inexact":
            return "应为日期，如 2026-12-01"
        case "bool_parsing" | "bool_type":
            return "应为 true 或 false"
        case _:
            return "的值不能使用"
