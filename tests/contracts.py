"""Kinds of contract that import-linter does not bring: who may see what, and through which door.

pyproject.toml states them. They judge single imports; chains are the business of the layers.
"""

import re
import sys
from collections.abc import Iterator
from typing import NamedTuple

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class Fault(NamedTuple):
    """One import that must not be."""

    importer: str
    imported: str
    why: str


class _DirectImports(Contract):
    """Breaks on every import that is wrong by itself, whatever else is imported."""

    def faults(self, graph: ImportGraph) -> Iterator[Fault]:
        """Yield the imports that must not be, in any order."""
        raise NotImplementedError

    def words(self, option: str) -> tuple[str, ...]:
        """Return the option's values, one or many, as written."""
        written: str | list[str] = self.contract_options[option]
        return (written,) if isinstance(written, str) else tuple(written)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: FBT001 - import-linter calls it so
        found = sorted(set(self.faults(graph)))
        return ContractCheck(kept=not found, metadata={"faults": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, imported, why in check.metadata["faults"]:
            output.print_error(f"{importer} must not import {imported}: {why}", bold=False)
        output.new_line()


class StandardLibrary(_DirectImports):
    """`importer` imports itself and the standard library, and of that nothing that is `banned`."""

    importer = fields.StringField()
    banned = fields.SetField(subfield=fields.StringField())

    def faults(self, graph: ImportGraph) -> Iterator[Fault]:
        """Yield what is neither the importer's own nor the standard library's, and what is banned."""
        (package,) = self.words("importer")
        banned = self.words("banned")
        for importer, imported in _imports(graph):
            if not _within(importer, package) or _within(imported, package):
                continue
            if _top(imported) in banned:
                yield Fault(importer, imported, "banned here")
            elif _top(imported) not in sys.stdlib_module_names:
                yield Fault(importer, imported, "not of the standard library")


class MayImport(_DirectImports):
    """`importer` imports, of our own packages, itself and exactly these `modules`."""

    importer = fields.StringField()
    modules = fields.SetField(subfield=fields.StringField())

    def faults(self, graph: ImportGraph) -> Iterator[Fault]:
        """Yield the imports of our own modules that are not named."""
        (package,) = self.words("importer")
        seen = (package, *self.words("modules"))
        for importer, imported in _imports(graph):
            ours = not graph.is_module_squashed(imported)
            if _within(importer, package) and ours and not any(_within(imported, module) for module in seen):
                yield Fault(importer, imported, "not among what it may see")


class ClosedInside(_DirectImports):
    """`importer` imports no module inside of `package`, only what the package itself shows."""

    importer = fields.StringField()
    package = fields.StringField()

    def faults(self, graph: ImportGraph) -> Iterator[Fault]:
        """Yield the imports of a module inside of the package."""
        (mine,), (package,) = self.words("importer"), self.words("package")
        for importer, imported in _imports(graph):
            if _within(importer, mine) and _within(imported, package) and imported != package:
                yield Fault(importer, imported, "what is read goes through the floor between")


class Strangers(_DirectImports):
    """Those modules of `package` whose names match `members` are imported by none of their siblings.

    The other modules are what the members share; none of them looks back at the package that lists them.
    """

    package = fields.StringField()
    members = fields.StringField()

    def faults(self, graph: ImportGraph) -> Iterator[Fault]:
        """Yield the imports of a member, or of the package itself, by a module inside."""
        (package,) = self.words("package")
        (members,) = self.words("members")
        for importer, imported in _imports(graph):
            mine, other = _child(importer, package), _child(imported, package)
            if mine is None or other is None or mine in ("", other):
                continue
            if other == "" or re.fullmatch(members, other):
                yield Fault(importer, imported, "what both need belongs in a module of its own")


class OneDoor(_DirectImports):
    """`doors` are lines of the form `package, package -> module, module`; a package without a line has no door.

    It speaks of every package that another one imports, ours and others', but for the standard library.
    """

    doors = fields.ListField(subfield=fields.StringField())

    def faults(self, graph: ImportGraph) -> Iterator[Fault]:
        """Yield the imports of a package by another than its doors."""
        doors: dict[str, tuple[str, ...]] = {}
        for line in self.words("doors"):
            packages, _, modules = line.partition("->")
            doors |= dict.fromkeys(_listed(packages), _listed(modules))
        for importer, imported in _imports(graph):
            package = _top(imported)
            if package == _top(importer) or package in sys.stdlib_module_names:
                continue
            if not any(_within(importer, door) for door in doors.get(package, ())):
                yield Fault(importer, imported, f"its door is {' or '.join(doors.get(package, ())) or 'nowhere yet'}")


def _imports(graph: ImportGraph) -> Iterator[tuple[str, str]]:
    for importer in graph.modules:
        for imported in graph.find_modules_directly_imported_by(importer):
            yield importer, imported


def _within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def _child(module: str, package: str) -> str | None:
    """Return which module of the package it is or belongs to: "" for the package itself, None outside."""
    if not _within(module, package):
        return None
    return _top(module.removeprefix(package).removeprefix("."))


def _top(module: str) -> str:
    return module.partition(".")[0]


def _listed(words: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in words.split(","))
