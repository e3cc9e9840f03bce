"""The templates, and the words they may use; everything from outside is escaped."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor.actions.actor import Right
from monitor.core.account import way_of_looking
from monitor.core.calendar import beijing, beijing_date
from monitor.core.forms import FORMS
from monitor.core.labels import evidence_text, proposed, step_text
from monitor.core.light import Light
from monitor.core.phrases import dated, day, deadline_text, plain, with_week
from monitor.core.phrases import until as last_day
from monitor.core.record import RecordKind
from monitor.core.rules.per_01 import ID as CONTACTS
from monitor.core.rules.see_01 import ID as DUTY
from monitor.core.rules.sup_02 import ID as LATE_TO_MEND
from monitor.core.rules.upd_01 import ID as UPDATES
from monitor.core.user import UserRole
from monitor.queries.lines import OverviewContext
from monitor.web.audit import action_text
from monitor.web.auth.visitor import VISITOR
from monitor.web.drawing import drawing
from monitor.web.import_text import cell_texts
from monitor.web.navigation import navigation, own_page
from monitor.web.page_context import PageContext
from monitor.web.sources import outcome_text, seen_text
from monitor.web.words import (
    CHOICES,
    LONG,
    ago,
    dialled,
    masked,
    moment,
    safe_link,
    tried_text,
    until,
)


class Templates:
    """The templates of one application."""

    def __init__(self, view: PageContext) -> None:
        """Prepare the templates; `view` is what every page shows around its own content."""
        self._jinja = Environment(
            loader=PackageLoader("monitor.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._jinja.filters |= {
            "line": _line,
            "unit_called": lambda unit: view.office.names.unit(unit.area, unit.name),
            "masked": masked,
            "evidence": evidence_text,
            "link": safe_link,
            "beijing": beijing,
            "collector": way_of_looking,
            "drawn": drawing(view.html),
            "tel": dialled,
        }
        self._jinja.globals |= {
            "CHOICES": CHOICES,
            "CONTACTS": CONTACTS,
            "LATE_TO_MEND": LATE_TO_MEND,
            "LISTING": RecordKind.LISTING,
            "OPINIONS": FORMS[RecordKind.LISTING].results,
            "DUTY": DUTY,
            "UPDATES": UPDATES,
            "Light": Light,
            "Right": Right,
            "UserRole": UserRole,
            "action_text": action_text,
            "ago": ago,
            "base": view.base,
            "beijing_date": beijing_date,
            "cell_texts": cell_texts,
            "dated": dated,
            "day": day,
            "deadline_text": deadline_text,
            "last_day": last_day,
            "moment": moment,
            "navigation": navigation,
            "own_page": own_page,
            "office": view.office,
            "units": view.office.names,
            "outcome_text": outcome_text,
            "sample": view.sample,
            "proposed": proposed,
            "seen_text": seen_text,
            "step_text": step_text,
            "tried_text": tried_text,
            "until": until,
            "version": view.version,
            "with_week": with_week,
        }

    def fill(self, template: str, at: OverviewContext, **values: object) -> str:
        """Return a page as it is at a moment."""
        return self._jinja.get_template(template).render(
            now=at.now, today=at.today, ladder=at.ladder, rule_title=at.title, visitor=VISITOR.get(), **values
        )


def _line(text: str) -> str:
    """Return text from outside as one line without invisible signs."""
    return plain(text, LONG)
