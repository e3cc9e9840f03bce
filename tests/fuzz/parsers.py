"""Which functions parse what somebody else wrote, as their source says, and which of them an input reaches."""

from __future__ import annotations

import ast
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FrameType

from tests.fuzz.target import ROOT

ROOMS = ("collectors", "alerts", "monitor/ledger", "monitor/web", "monitor/core")
"""Where bytes and texts of others are read."""
PARSING = frozenset(
    {"loads", "b64decode", "urlsafe_b64decode", "unpack", "unpack_from", "decompress", "ZipFile", "infolist", "decode"}
    | {"ParserCreate", "fromstring", "LexborHTMLParser", "BeautifulSoup", "extract_compact", "import_key"}
    | {"parse_options_header", "MultipartParser", "parse_qs", "parse_qsl", "urlsplit", "unquote", "unquote_to_bytes"}
    | {"fromisoformat", "strptime", "parsedate_to_datetime", "model_validate", "model_validate_json", "fromtimestamp"}
    | {"fromhex", "ip_address", "getreply", "getresponse", "splitlines", "StringIO"}
)
"""The names by which a function parses, or hands on to what does."""


def parsers() -> Iterator[str]:
    """Yield the names of the functions that parse: a module, and the function's place in it."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            module = path.relative_to(ROOT).with_suffix("").as_posix()
            yield from _parsing(ast.parse(path.read_text("utf-8")), f"{module}:")


def _parsing(node: ast.AST, place: str) -> Iterator[str]:
    """Yield the functions below a node that parse by themselves, not by one that is defined inside them."""
    for inner in ast.iter_child_nodes(node):
        if isinstance(inner, ast.ClassDef):
            yield from _parsing(inner, f"{place}{inner.name}.")
        elif isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
            if _does_parse(inner):
                yield f"{place}{inner.name}"
            yield from _parsing(inner, f"{place}{inner.name}.<locals>.")
        else:
            yield from _parsing(inner, place)


def _does_parse(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    left: list[ast.AST] = list(function.body)
    while left:
        node = left.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name in PARSING:
                return True
        left += ast.iter_child_nodes(node)
    return False


def reached(act: Callable[[], object]) -> set[str]:
    """Return the functions of ours that are entered while something is done."""
    codes: set[CodeType] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        codes.add(frame.f_code)  # and nothing of what happens inside

    before = sys.gettrace(), threading.gettrace()
    threading.settrace(note)
    sys.settrace(note)
    try:
        act()
    finally:
        sys.settrace(before[0])
        threading.settrace(before[1])
    return {name for code in codes if (name := _name(code))}


def _name(code: CodeType) -> str | None:
    path = Path(code.co_filename)
    if not path.is_relative_to(ROOT) or ".venv" in path.parts:
        return None
    return f"{path.relative_to(ROOT).with_suffix('').as_posix()}:{code.co_qualname}"
