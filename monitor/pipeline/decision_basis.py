"""Find out which decisions rest on what has turned out otherwise (see `monitor.core.grounds`)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from monitor.core.decision import Decision, Ruling
from monitor.core.finding import AreaRule, Finding, Rule, word_of
from monitor.core.grounds import Grounds, before
from monitor.core.judgement import reviewed, words
from monitor.pipeline.evaluate import RulesInForce
from monitor.store import Tx, facts, grounds, registers


def examine(tx: Tx, rules_in_force: RulesInForce, now: datetime) -> None:
    """Judge anew what the decisions were made on about whose past anything was learnt since, and note what changed."""
    for kept in grounds.to_examine(tx, now):
        found = grounds_of(tx, rules_in_force, kept, now)
        grounds.note(tx, kept.id, found.said if found and found.have_changed else None, at=now)


def grounds_of(tx: Tx, rules_in_force: RulesInForce, kept: grounds.KeptDecision, now: datetime) -> Grounds | None:
    """Return what a decision rests on; None for 撤销, or where its rule is not judged or nobody was on the roster."""
    if kept.decision.ruling is Ruling.REVOKED:
        return None
    then, today = (_word(tx, rules_in_force, kept.decision, known_at) for known_at in (kept.known_at, now))
    return Grounds(decision=kept.decision, then=then, now=today) if then and today else None


def _word(tx: Tx, rules_in_force: RulesInForce, decision: Decision, known_at: datetime) -> Finding | None:
    """Return what the decision's rule says of its moment, as known by another, before it was decided on."""
    rule = rules_in_force.rule(decision.rule, decision.at)
    match rule:
        case Rule():
            return _of_account(tx, rules_in_force, rule, decision, known_at)
        case AreaRule():
            return _of_area(tx, rules_in_force, rule, decision, known_at)
        case None:
            return None


def _of_account(
    tx: Tx, rules_in_force: RulesInForce, rule: Rule, decision: Decision, known_at: datetime
) -> Finding | None:
    ids = [decision.subject.account] if decision.subject.account else []
    for known in facts.known(tx, ids, now=decision.at, known_at=known_at, is_whole=False):
        undecided = replace(known, decisions=before(decision, known.decisions))
        word = word_of(rule, undecided, rules_in_force.book(decision.at), decision.at)
        return reviewed(word, undecided.standing_decisions, decision.at)
    return None


def _of_area(
    tx: Tx, rules_in_force: RulesInForce, rule: AreaRule, decision: Decision, known_at: datetime
) -> Finding | None:
    area = _area_of(tx, decision, known_at)
    if area is None:
        return None
    register = registers.register(tx, area, now=decision.at, known_at=known_at)
    undecided = replace(register, decisions=before(decision, register.decisions))
    said = words(rule, undecided, rules_in_force.book(decision.at), decision.at)
    return next((finding for finding in said if finding.subject == decision.subject), None)


def _area_of(tx: Tx, decision: Decision, known_at: datetime) -> str | None:
    """Return the area of whom a decision is about, as known by a moment; None for who was on no roster then."""
    if not decision.subject.account:
        return decision.subject.area
    found = facts.known(tx, [decision.subject.account], now=decision.at, known_at=known_at, is_whole=False)
    return found[0].account.area if found else None
