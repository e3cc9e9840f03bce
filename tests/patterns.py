"""Every regular expression of the program, found by itself, and texts that would show it to be slow."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import re._constants as c  # type: ignore[import-not-found] # the engine's own names of its nodes
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

from tests.backtracking import LONG, Node, fits, is_long, parsed, walked

ROOT = Path(__file__).parents[1]
PACKAGES = ("collectors", "alerts", "monitor")
_METHODS = ("compile", "search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split")
_CALLS = frozenset(f"re.{method}" for method in _METHODS)
_USE = re.compile(r"\b([A-Za-z_]\w*)\.(search|match|fullmatch|finditer|findall|sub|subn|split)\b")
_ALPHABET_MOST, _PREFIXES_MOST = 6, 4


@cache
def module_names() -> list[str]:
    """Return the names of all modules of the program that can be imported without doing anything."""
    walks = (pkgutil.walk_packages([str(ROOT / package)], f"{package}.") for package in PACKAGES)
    names = [info.name for walk in walks for info in walk]
    return sorted(name for name in names if "migrations" not in name and not name.endswith("__main__"))


@dataclass(frozen=True, slots=True)
class Found:
    """A pattern of the program."""

    pattern: re.Pattern[Any]
    where: str
    is_searched: bool
    """True if it is looked for in a text, and not only at its beginning."""


@cache
def patterns() -> list[Found]:
    """Return every pattern of the program once."""
    found: dict[tuple[str | bytes, int], Found] = {}

    def add(pattern: re.Pattern[Any], where: str, *, is_searched: bool) -> None:
        key = (pattern.pattern, pattern.flags)
        before = found.get(key)
        found[key] = Found(
            pattern, before.where if before else where, is_searched or bool(before and before.is_searched)
        )

    sources = {name: _source(name) for name in module_names()}
    everywhere = _methods("\n".join(sources.values()))
    walked_at: dict[int, tuple[object, int]] = {}
    for name in sources:
        for key, value in vars(importlib.import_module(name)).items():
            for user, held_as, pattern in _held(name, key, value, 0, walked_at):
                here = _methods(_source(user))
                used = here if held_as.startswith("_") or held_as in here else everywhere
                methods = used.get(held_as, set()) | used.get(held_as.removesuffix("s"), set())
                is_searched = not methods or not methods <= {"match", "fullmatch"}
                add(pattern, f"{name}.{key}", is_searched=is_searched)
        for call, pattern in inline(name):
            method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
            if method != "compile":
                add(pattern, f"{name}:{call.lineno}", is_searched=method not in {"match", "fullmatch"})
    return list(found.values())


@cache
def _methods(source: str) -> dict[str, set[str]]:
    """Return by name how patterns are used in a source."""
    found: dict[str, set[str]] = {}
    for name, method in _USE.findall(source):
        found.setdefault(name, set()).add(method)
    return found


@cache
def calls(name: str) -> tuple[tuple[str, ast.Call], ...]:
    """Return the calls of `re` in a module, each with the function that it stands in; "" for none."""
    found: list[tuple[str, ast.Call]] = []

    def visit(node: ast.AST, function: str) -> None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            function = node.name
        if isinstance(node, ast.Call) and node.args and ast.unparse(node.func) in _CALLS:
            found.append((function, node))
        for inner in ast.iter_child_nodes(node):
            visit(inner, function)

    visit(ast.parse(_source(name)), "")
    return tuple(found)


@cache
def _source(name: str) -> str:
    return inspect.getsource(importlib.import_module(name))


def inline(name: str) -> Iterator[tuple[ast.Call, re.Pattern[Any]]]:
    """Yield the calls of `re` in a module whose pattern is written in the call itself."""
    for _, call in calls(name):
        written = call.args[0]
        if isinstance(written, ast.Constant) and isinstance(written.value, str | bytes):
            said = " ".join(ast.unparse(node) for node in (*call.args[1:], *(key.value for key in call.keywords)))
            flags = [int(getattr(re, flag)) for flag in re.findall(r"\bre\.([A-Z]+)\b", said)]
            yield call, re.compile(written.value, sum(flags))


def made_in_functions(name: str) -> Iterator[str]:
    """Yield where a module makes a pattern while it runs, of words that are not written in the call."""
    for function, call in calls(name):
        if function and not isinstance(call.args[0], ast.Constant):
            yield f"{name}.{function}: {ast.unparse(call.args[0])}"


def _held(
    user: str, name: str, value: object, depth: int, walked_at: dict[int, tuple[object, int]]
) -> Iterator[tuple[str, str, re.Pattern[Any]]]:
    """Yield the patterns that a value holds, each with the module that uses it, and under which name.

    A value of ours says the same wherever it is imported: it is walked once (`walked_at`: it, and how deep it lay).
    """
    if isinstance(value, re.Pattern):
        yield user, name, value
    elif depth > 4:
        return
    elif isinstance(value, dict):
        for part in value.values():
            yield from _held(user, name, part, depth + 1, walked_at)
    elif isinstance(value, tuple | list | set | frozenset):
        for part in value:
            yield from _held(user, name, part, depth + 1, walked_at)
    elif _is_ours(value) and walked_at.get(id(value), (value, depth + 1))[1] > depth:
        walked_at[id(value)] = value, depth
        owner = (value if isinstance(value, type) else type(value)).__module__
        for field in {**getattr(type(value), "__dataclass_fields__", {}), **getattr(value, "__dict__", {})}:
            yield from _held(owner, field, getattr(value, field, None), depth + 1, walked_at)


def _is_ours(value: object) -> bool:
    kind = value if isinstance(value, type) else type(value)
    return kind.__module__.partition(".")[0] in PACKAGES


def pumps(pattern: re.Pattern[Any]) -> Iterator[tuple[str, str, str]]:
    """Yield beginnings, what is to be repeated, and ends: of texts on which work may grow faster than they do."""
    tree = parsed(pattern)
    if not any(is_long(node) for node in walked(tree)):
        return
    alphabet = _alphabet(tree, pattern.flags)
    heads = list(dict.fromkeys(["", *_prefixes(tree, pattern.flags)]))[:_PREFIXES_MOST]
    units = [*alphabet, *map("".join, product(alphabet[:3], repeat=2)), *filter(None, heads)]
    for head, unit in product(heads, dict.fromkeys(units)):
        yield head, unit, "\x01"


def _alphabet(tree: list[Node], flags: int) -> list[str]:
    """Return signs that the repetitions of a pattern take, those of its other parts first."""
    repeats = [node for node in walked(tree) if is_long(node)]
    singles = [
        pair
        for _, (_, _, body) in repeats
        for pair in walked(body)
        if pair[0] in {c.LITERAL, c.NOT_LITERAL, c.IN, c.ANY}
    ]
    written = [chr(argument) for op, argument in walked(tree) if op is c.LITERAL]
    candidates = dict.fromkeys([*written, *' a0A.\t\n-/一<"=:,年'])
    taken = [candidate for candidate in candidates if any(fits(single, candidate, flags) for single in singles)]
    return taken[:_ALPHABET_MOST]


def _prefixes(nodes: Any, flags: int, before: str = "") -> Iterator[str]:  # noqa: ANN401 - a parse tree has no type
    """Yield texts that lead to the repetitions of a pattern."""
    for op, argument in nodes:
        if is_long((op, argument)):
            yield before
            yield from _prefixes(argument[2], flags, before)
        elif op is c.SUBPATTERN:
            yield from _prefixes(argument[3], flags, before)
        elif op is c.BRANCH:
            for entry in argument[1]:
                yield from _prefixes(entry, flags, before)
        before += sample([(op, argument)], flags)
    yield before


def sample(nodes: Any, flags: int) -> str:  # noqa: ANN401 - as above
    """Return a text that these nodes take, as far as it is easily found."""
    said = ""
    for op, argument in nodes:
        if op is c.LITERAL:
            said += chr(argument)
        elif op in {c.IN, c.NOT_LITERAL, c.ANY}:
            said += next((text for text in "a0 -.:/=\"'<>年一" if fits((op, argument), text, flags)), _first(argument))
        elif op is c.SUBPATTERN:
            said += sample(argument[3], flags)
        elif op is c.BRANCH:
            said += sample(argument[1][0], flags)
        elif op in {c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT}:
            said += sample(argument[2], flags) * min(max(argument[0], 1), LONG)
        elif op is c.ATOMIC_GROUP:
            said += sample(argument, flags)
    return said


def _first(members: Any) -> str:  # noqa: ANN401 - as above
    for op, argument in members if isinstance(members, list) else ():
        if op is c.LITERAL:
            return chr(argument)
        if op is c.RANGE:
            return chr(argument[0])
    return ""
