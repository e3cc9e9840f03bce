"""Planted faults that no test notices are explained, and those that are explained are there."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import pytest
from mutmut.mutation.file_mutation import mutate_file_contents

ROOT = Path(__file__).parents[1]
SURVIVORS = tomllib.loads((ROOT / "tests" / "survivors.toml").read_text("utf-8"))


@cache
def planted(module: str) -> dict[str, str]:
    """Return the functions that planting faults makes of a module, by their names."""
    path = ROOT / (module.replace(".", "/") + ".py")
    made = mutate_file_contents(str(path), path.read_text("utf-8"))
    lines = made.code.splitlines()
    spans = made.line_span_by_function_name
    return {name: "\n".join(lines[spans[name].start - 1 : spans[name].end]) for name in made.mutant_names}


@pytest.mark.parametrize("name", SURVIVORS)
def test_a_fault_that_is_explained_is_there_and_changes_what_it_is_said_to(name: str) -> None:
    module, _, function = name.rpartition(".")
    assert function in planted(module), "its function has changed: plant the faults again"
    assert SURVIVORS[name]["is"] in planted(module)[function]
    assert len(SURVIVORS[name]["why"]) > 20
