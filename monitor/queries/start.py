"""The first run: which of its steps are done, and how far the first looks have come."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.core.account import Labelled
from monitor.store import Tx
from monitor.store.first_looks import FirstLooks, first_looks
from monitor.store.roster import has_roster


class StartStep(Labelled):
    """A step of the first run, in order."""

    PASSWORD = "password", "设密码"
    OFFICE = "office", "单位和电话"
    TEMPLATE = "template", "下载模板"
    ROSTER = "roster", "上传并核对"
    LOOKS = "looks", "首次核查"
    CHANNEL = "channel", "通知渠道"
    HOLD = "hold", "试发模式"

    @property
    def next(self) -> StartStep | None:
        """The step after it."""
        steps = list(StartStep)
        place = steps.index(self) + 1
        return steps[place] if place < len(steps) else None

    @property
    def before(self) -> StartStep | None:
        """The step before it."""
        steps = list(StartStep)
        place = steps.index(self)
        return steps[place - 1] if place else None


class StepState(Labelled):
    """Where a step stands."""

    DONE = "done", "已完成"
    NOW = "now", "现在做"
    LATER = "later", "以后再做"


@dataclass(frozen=True, slots=True, kw_only=True)
class StartFacts:
    """What is known of the first run without the database: from the settings, and from who looks."""

    has_password: bool
    """True if whoever looks is logged in, or needs no log-in."""
    has_office: bool
    """True if the settings name the office and its phone."""
    has_channels: bool
    is_holding: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPage:
    """The first run."""

    steps: dict[StartStep, StepState]
    looks: FirstLooks

    @property
    def current(self) -> StartStep | None:
        """The step to take now; None when nothing is left that has to be done."""
        return next((step for step, state in self.steps.items() if state is StepState.NOW), None)


def read_start(tx: Tx, facts: StartFacts) -> StartPage:
    """Return how the first run stands: the first step that is not done is to be done now, all others later.

    The office's name and phone are to be seen to now as long as they are missing, for every message has them; but as
    somebody else writes them into the settings, they hold nothing up.
    """
    enrolled, looks = has_roster(tx), first_looks(tx)
    done = {
        StartStep.PASSWORD: facts.has_password,
        StartStep.OFFICE: facts.has_office,
        StartStep.TEMPLATE: enrolled,
        StartStep.ROSTER: enrolled,
        StartStep.LOOKS: enrolled and looks.is_over,
        StartStep.CHANNEL: facts.has_channels,
        StartStep.HOLD: enrolled and facts.has_channels and not facts.is_holding,
    }
    missing = [step for step, is_done in done.items() if not is_done]
    here = [step for step in missing if step is not StartStep.OFFICE][:1]
    states = {step: StepState.DONE if is_done else StepState.LATER for step, is_done in done.items()}
    states |= dict.fromkeys((step for step in missing if step in here or step is StartStep.OFFICE), StepState.NOW)
    return StartPage(steps=states, looks=looks)
