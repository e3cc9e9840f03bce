"""What imports need of the settings, joined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from collectors.keys import FormOf
from monitor.actions.imports.office import ImportOffice
from monitor.app.collectors import Chains, all_collectors, key_forms, sources_of
from monitor.app.hints import ungranted, unwatched
from monitor.app.rules import decision_terms, rule_subjects, rule_titles
from monitor.core.account import Account
from monitor.core.calendar import ONE_DAY
from monitor.core.collector import KeyForm
from monitor.core.forms import INSTITUTIONS
from monitor.core.rules import sys_01
from monitor.ledger.decisions import Ruled, StrengthTable
from monitor.settings import Settings


def import_office(settings: Settings) -> ImportOffice:
    """Return what files are read against."""
    chains = Chains(all_collectors(settings.platforms))
    titles = rule_titles()

    def advice(accounts: Sequence[Account]) -> tuple[str, ...]:
        listings = chains.listings(accounts)
        return (*ungranted(accounts, chains, settings), *unwatched(listings, settings, chains.collectors))

    def institutions_on(day: date) -> tuple[str, ...]:
        required = settings.rule_book(day).listed(sys_01.ID, "required")
        return tuple(dict.fromkeys((*INSTITUTIONS, *required)))

    return ImportOffice(
        areas=settings.office.areas,
        collectors=frozenset(chains.collectors),
        channels=tuple(settings.channels),
        forms=_forms(chains),
        sources=sources_of(settings, chains),
        by_hand=chains.by_hand,
        advice=advice,
        institutions_on=institutions_on,
        rules={id_: Ruled(title=titles[id_], on=on) for id_, on in rule_subjects().items()},
        terms=decision_terms(settings),
        strengths_on=StrengthTable([(day, settings.rule_book(day).strengths) for day in _turns(settings)]),
    )


def _forms(chains: Chains) -> dict[str, KeyForm]:
    """Return what keys look like, by collector, in a form that another process understands."""
    found = key_forms(chains.collectors)
    return {name: KeyForm(FormOf(type(chains.collectors[name]).__module__), form.said) for name, form in found.items()}


def _turns(settings: Settings) -> list[date]:
    """Return the days on which a rule begins to hold, or has ended."""

    def days() -> Iterator[date]:
        for version in settings.rule_versions.rules:
            yield version.effective_from
            if version.effective_until is not None and version.effective_until < date.max:
                yield version.effective_until + ONE_DAY

    return sorted(set(days()))
