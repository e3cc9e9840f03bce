"""What the settings page says: the settings in force, and what is wrong with the files as they stand now."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from monitor.app.hints import hints
from monitor.app.settings import load_settings
from monitor.settings import Settings, SettingsError
from monitor.settings.in_force import in_force
from monitor.web.page_context import SettingsReport


def settings_report(settings: Settings, folder: Path | None, env: Mapping[str, str]) -> SettingsReport:
    """Return the values in force, where each stands in the folder's file, and what `config check` says of the files."""
    known, problems = folder, tuple[str, ...]()
    if folder is not None:
        try:
            load_settings(folder, env)
        except SettingsError as error:
            known, problems = None, tuple(str(problem) for problem in error.problems)
    return SettingsReport(
        lines=in_force(settings, known),
        problems=problems,
        hints=tuple(hint.with_place for hint in hints(settings)),
        is_checked=folder is not None,
    )
