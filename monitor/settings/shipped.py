"""The settings that come with the program, for a county that has none of its own yet."""

from pathlib import Path

DEFAULT = Path("config")
"""Where an office's settings are unless it says otherwise."""
_IN_WHEEL = Path(__file__).with_name("config")
"""A wheel carries config/ here (pyproject.toml)."""


def shipped() -> Path:
    """Return the folder of the settings as they are shipped: in an installed wheel, or in a checkout."""
    return _IN_WHEEL if _IN_WHEEL.is_dir() else Path(__file__).parents[2] / DEFAULT
