"""The grounds of a decision: the finding that it was made on, as it was known then and as it is known by now.

A bulletin that is corrected, a post that turns up late: the decision stands, and people are told that what it rests
on has changed (依据变化). Both findings are judged anew from the facts, so this can be worked out at any time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from monitor.core.decision import Decision
from monitor.core.finding import Finding, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """The judgement of a decision's rule at the decision's moment."""

    decision: Decision
    then: Finding
    """By what was known when the decision was entered."""
    now: Finding
    """By what is known now."""

    @property
    def have_changed(self) -> bool:
        """True if the trouble that was decided on is no more, or was another one.

        Where there was no finding, nothing can change; and what can no longer be told has not changed.
        """
        if self.then.state.is_settled or self.then.state is State.UNKNOWN or self.now.state is State.UNKNOWN:
            return False
        return (self.then.state, self.then.episode) != (self.now.state, self.now.episode)

    @property
    def said(self) -> str:
        """How they have changed, in Chinese."""
        return f"作出决定时：{self.then.because}按现在所知：{self.now.because}"


def before(decision: Decision, decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """Return the decisions that were made before this one, as far as its rule heeds them."""
    return tuple(entry for entry in decisions if entry.rule != decision.rule or entry.at < decision.at)
