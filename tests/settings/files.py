"""The settings of an office in a folder, and the complaints about them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from monitor.settings import Settings, SettingsError, load

SHIPPED = Path(__file__).parents[2] / "config"
OFFICE = "office:\n  name: 县府办\n  areas: [缙云县]\n"


def loaded(folder: Path, text: str, env: Mapping[str, str] | None = None) -> Settings:
    (folder / "xuncha.yaml").write_text(OFFICE + text, encoding="utf-8")
    return load(folder, env or {})


def complaints(folder: Path, text: str, *, name: str = "xuncha.yaml", head: str = OFFICE) -> list[str]:
    """Return what is said about a file, without the folder in front of its name."""
    (folder / name).write_text(head + text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load(folder, {})
    return [str(problem).removeprefix(f"{folder}/") for problem in caught.value.problems]
