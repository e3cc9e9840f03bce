"""The forms of keys that several collectors share."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

from collectors import html
from monitor.core.collector import KeyForm


def is_address(key: str) -> bool:
    """True if it is an address of the web."""
    return html.link("", key) is not None


ADDRESS = KeyForm(is_address, "http:// 或 https:// 开头的地址")


@dataclass(frozen=True, slots=True)
class FormOf:
    """Tells whether a key can be right, by the module of its collector: a value that another process understands."""

    module: str

    def __call__(self, key: str) -> object:
        """Return something truthy for a key that can be right."""
        return import_module(self.module).COLLECTOR.key_form.fits(key)
