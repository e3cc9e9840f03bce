"""Who may do what: the rights of every role, in one table. What stands in no row nobody of that role may do.

docs/rights.md shows the table; `python -m tests.rightsbook` writes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from monitor.actions.actor import Right
from monitor.core.user import UserRole

_A, _O, _R, _U = UserRole.ADMINISTRATOR, UserRole.OPERATOR, UserRole.READER, UserRole.UNIT

HOLDERS: Mapping[Right, frozenset[UserRole]] = {
    Right.SEE: frozenset({_A, _O, _R, _U}),
    Right.REPORT: frozenset({_O, _R}),
    Right.MAKE_REPORT: frozenset({_O}),
    Right.ACKNOWLEDGE: frozenset({_O, _U}),
    Right.PASTE: frozenset({_O, _U}),
    Right.LOOK: frozenset({_O}),
    Right.PROPOSE: frozenset({_O, _U}),
    Right.SUBSCRIBE: frozenset({_O, _U}),
    Right.ANSWER_PROPOSAL: frozenset({_O}),
    Right.STOP_LINKS: frozenset({_O}),
    Right.SEE_MESSAGES: frozenset({_O, _U}),
    Right.SEE_CONTACTS: frozenset({_O, _U}),
    Right.READ_MESSAGE: frozenset({_O}),
    Right.VERIFY: frozenset({_O}),
    Right.DECIDE: frozenset({_O}),
    Right.CLOSE: frozenset({_O}),
    Right.MUTE: frozenset({_O}),
    Right.RELEASE: frozenset({_O}),
    Right.WITHHOLD: frozenset({_O}),
    Right.RETRY: frozenset({_O}),
    Right.PHONE: frozenset({_O}),
    Right.TEST_CHANNEL: frozenset({_O}),
    Right.SEE_IMPORTS: frozenset({_O}),
    Right.IMPORT: frozenset({_O}),
    Right.WITHDRAW: frozenset({_O}),
    Right.EXPORT: frozenset({_O}),
    Right.EXPORT_PERSONAL: frozenset({_O}),
    Right.ERASE: frozenset({_O}),
    Right.SEE_AUDIT: frozenset({_A, _O}),
    Right.SEE_SYSTEM: frozenset({_A, _O}),
    Right.EXPORT_AUDIT: frozenset({_A}),
    Right.BACK_UP: frozenset({_A}),
    Right.MANAGE_USERS: frozenset({_A}),
    Right.KEEP_LOGIN: frozenset({_A, _O, _R, _U}),
    Right.MANAGE_TOKENS: frozenset({_A}),
    Right.MANAGE_HOOKS: frozenset({_A}),
    Right.LOG_IN: frozenset(),
    Right.CALL: frozenset(),
}
"""Which roles have a right. LOG_IN is no role's: whoever opens the log-in page has it, and no other; CALL
is what every API token gives."""


def rights_of(roles: Iterable[UserRole]) -> frozenset[Right]:
    """Return what somebody of these roles may do: what one of them may."""
    held = frozenset(roles)
    return frozenset(right for right, holders in HOLDERS.items() if held & holders)
