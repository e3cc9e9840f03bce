"""Why an action cannot be done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from monitor.core.token import Refused

FIELDS = "{fields}"
"""Where a sentence names the fields that it is about."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a command value: its name there, and what people call it."""

    name: str
    label: str


class RefusedError(Exception):
    """An action cannot be done, and nothing was written; `str` is the Chinese sentence for the actor, or several.

    Where it is about fields of the command, `fields` says which, and the sentence has `{fields}` where they are named:
    a page marks them, a command adds its options to them (see `told`).
    """

    def __init__(self, sentence: str, *fields: Field) -> None:
        """Say why, in one line for each fault."""
        self._sentence = sentence
        self.fields = fields
        super().__init__(self.told(lambda field: field.label))

    def told(self, called: Callable[[Field], str]) -> str:
        """Return the sentence with every field as `called` names it."""
        if not self.fields:
            return self._sentence
        return self._sentence.replace(FIELDS, "、".join(called(field) for field in self.fields))


class IncompleteError(RefusedError):
    """What was filled in lacks a part, or cannot be: of many decided by one form, none is kept."""


class StaleError(RefusedError):
    """Somebody else was quicker: what the actor saw is no longer so. The sentence says who did what, and when."""


class LinkRefusedError(RefusedError):
    """The token of a signed link lets nothing be done, or nothing more; `refused` says why."""

    def __init__(self, refused: Refused) -> None:
        """Say why, in the words for the holder of the link."""
        self.refused = refused
        super().__init__(refused.label)


class OutOfReachError(RefusedError):
    """What an action is about is another unit's: who asks is told what they would be told if it were not there."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__("没有这一项，请核对编号。")
