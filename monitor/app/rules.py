"""The rules there are, and what the settings make of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache, lru_cache

from monitor.core import obligations
from monitor.core.calendar import WorkCalendar
from monitor.core.decision import DecisionTerms
from monitor.core.finding import AreaRule, Rule, RuleBook
from monitor.core.rules import see_01
from monitor.core.subject import SubjectKind
from monitor.pipeline.evaluate import RulesInForce
from monitor.settings import Settings


@cache
def all_rules() -> tuple[Rule, ...]:
    """Return every rule on what is known of one account, by id: of the modules that offer a RULE."""
    return tuple(rule for rule in obligations.all_rules() if isinstance(rule, Rule))


@cache
def all_area_rules() -> tuple[AreaRule, ...]:
    """Return every rule on an area's register, by id."""
    return tuple(rule for rule in obligations.all_rules() if isinstance(rule, AreaRule))


def rule_subjects() -> dict[str, SubjectKind]:
    """Return of what the findings of each rule speak, by id."""
    return {rule.id: rule.on if isinstance(rule, AreaRule) else SubjectKind.ACCOUNT for rule in obligations.all_rules()}


def rule_titles() -> dict[str, str]:
    """Return what people call each rule, by id."""
    return {rule.id: rule.title for rule in (*obligations.all_rules(), see_01.rule(WorkCalendar()))}


def decision_terms(settings: Settings) -> DecisionTerms:
    """Return what the settings say of decisions."""
    return DecisionTerms(exempt_months=settings.rule_versions.exempt_months, two_persons=settings.review.two_persons)


def rules_in_force(settings: Settings, calendar: WorkCalendar) -> RulesInForce:
    """Return the rules and what they go by; the numbers of a day are put together once."""
    titles = {rule.id: rule.title for rule in (*obligations.all_rules(), see_01.rule(calendar))}

    @lru_cache(maxsize=64)
    def book_of(day: date) -> RuleBook:
        return replace(settings.rule_book(day), titles=titles, calendar=calendar, terms=decision_terms(settings))

    return RulesInForce(rules=all_rules(), area_rules=all_area_rules(), book_of=book_of, calendar=calendar)
