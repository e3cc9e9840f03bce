"""Which functions of the collectors run on the event loop: whatever its coroutines call, and what that calls in turn.

A name is followed where it leads; a method of something unknown to every method of that name in the
modules that are imported. What is handed to
`fetch.read` is not followed, for it is read where the reader decides.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
READING = frozenset(
    {"search", "match", "fullmatch", "finditer", "findall", "sub", "split", "decode", "body", "loads", "unpack"}
    | {"unpack_from", "decompress", "fromstring", "LexborHTMLParser", "BeautifulSoup", "css", "unescape", "urljoin"}
)
"""What a function does that reads: its work may grow with what a far side wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function or a method."""

    module: str
    owner: str | None
    node: ast.FunctionDef | ast.AsyncFunctionDef

    @property
    def name(self) -> str:
        return ".".join(filter(None, (self.module, self.owner, self.node.name)))

    @property
    def is_async(self) -> bool:
        return isinstance(self.node, ast.AsyncFunctionDef)


@dataclass(slots=True)
class Graph:
    """All functions of the collectors, and who calls whom."""

    functions: dict[str, Function] = field(default_factory=dict)
    names: dict[str, dict[str, str]] = field(default_factory=dict)
    """By module: what its imported names mean."""
    methods: dict[str, list[str]] = field(default_factory=dict)

    def on_the_loop(self) -> set[str]:
        """Return the functions that run on the event loop."""
        left = [function.name for function in self.functions.values() if function.is_async]
        found: set[str] = set()
        while left:
            name = left.pop()
            if name not in found:
                found.add(name)
                left += self.called(name)
        return found

    def called(self, name: str) -> Iterator[str]:
        """Yield the functions that a function names."""
        function = self.functions[name]
        for node in _followed(function.node.body, is_async=function.is_async):
            yield from self._meant(function, node)

    def reads(self, name: str) -> set[str]:
        """Return what a function does that reads."""
        nodes = _followed(self.functions[name].node.body, is_async=self.functions[name].is_async)
        return {node.attr for node in nodes if isinstance(node, ast.Attribute)} & READING

    def _meant(self, function: Function, node: ast.AST) -> Iterator[str]:
        names = self.names[function.module]
        if isinstance(node, ast.Name):
            here = f"{function.module}.{node.id}"
            yield from (text for text in (here, names.get(node.id, "")) if text in self.functions)
        elif isinstance(node, ast.Attribute):
            owner = node.value.id if isinstance(node.value, ast.Name) else None
            if owner in names and f"{names[owner]}.{node.attr}" in self.functions:
                yield f"{names[owner]}.{node.attr}"
            elif owner == "self" and f"{function.module}.{function.owner}.{node.attr}" in self.functions:
                yield f"{function.module}.{function.owner}.{node.attr}"
            elif owner not in names and not node.attr.startswith("_"):
                known = {function.module, *names.values(), *(text.rpartition(".")[0] for text in names.values())}
                yield from (text for text in self.methods.get(node.attr, ()) if self.functions[text].module in known)


def _followed(body: list[ast.stmt], *, is_async: bool) -> Iterator[ast.AST]:
    """Yield the nodes of a function but for what it has read elsewhere."""
    left: list[ast.AST] = list(body)
    while left:
        node = left.pop()
        if is_async and _is_reading(node):
            left += [*ast.iter_child_nodes(node)][2:]  # not `fetch.read`, nor what is handed to it
            continue
        yield node
        left += ast.iter_child_nodes(node)


def _is_reading(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "read"
        and len(node.args) == 2
        and ast.unparse(node.func.value).endswith("fetch")
    )


def graph() -> Graph:
    """Return the graph of the collectors."""
    made = Graph()
    for path in sorted((ROOT / "collectors").rglob("*.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        tree = ast.parse(path.read_text(encoding="utf-8"))
        made.names[module] = {
            alias.asname or alias.name: f"{node.module}.{alias.name}"
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module
            for alias in node.names
        }
        for node in tree.body:
            _add(made, module, None, node)
            for inner in node.body if isinstance(node, ast.ClassDef) else ():
                _add(made, module, node.name if isinstance(node, ast.ClassDef) else None, inner)
    return made


def _add(made: Graph, module: str, owner: str | None, node: ast.stmt) -> None:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        function = Function(module=module, owner=owner, node=node)
        made.functions[function.name] = function
        if owner:
            made.methods.setdefault(node.name, []).append(function.name)


def handed_to_be_read() -> set[str]:
    """Return the functions that are handed to `fetch.read`, bound to further arguments or not."""
    known = graph()
    found: set[str] = set()
    for function in known.functions.values():
        for node in ast.walk(function.node):
            if function.is_async and _is_reading(node) and isinstance(node, ast.Call):
                found |= {name for inner in ast.walk(node.args[0]) for name in known._meant(function, inner)}
    return found
