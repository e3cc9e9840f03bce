"""The office as the settings name it."""

from __future__ import annotations

from monitor.core.news import FixedTexts, Office
from monitor.core.phrases import Names
from monitor.settings import Settings


def office_of(settings: Settings) -> Office:
    """Return the office that sends and signs."""
    office = settings.office
    names = Names(with_area=len(office.areas) > 1)
    texts = FixedTexts(**settings.documents.model_dump())
    return Office(name=office.name, phone=office.phone or "", sender=office.signature, names=names, texts=texts)
