"""The rights that pages ask for, by the address of their route. A route without a line is nobody's."""

from __future__ import annotations

from collections.abc import Mapping

from monitor.actions.actor import Right

NEEDS: Mapping[str, Right] = {
    "/": Right.SEE,
    "/fresh": Right.SEE,
    "/accounts": Right.SEE,
    "/accounts/{account_id:path}": Right.SEE,
    "/accounts/{account_id:path}/handover.docx": Right.EXPORT_PERSONAL,
    "/accounts/new": Right.IMPORT,
    "/accounts/{account_id:path}/edit": Right.IMPORT,
    "/records/new": Right.IMPORT,
    "/contacts": Right.SEE_CONTACTS,
    "/cases": Right.SEE,
    "/cases/decide": Right.DECIDE,
    "/decisions": Right.SEE,
    "/cases/{number}": Right.SEE,
    "/cases/{number}/notice.docx": Right.REPORT,
    "/cases/{number}/decisions": Right.DECIDE,
    "/cases/{number}/close": Right.CLOSE,
    "/review": Right.REPORT,
    "/review/sheet": Right.REPORT,
    "/review/sheet.{ending}": Right.REPORT,
    "/messages": Right.SEE_MESSAGES,
    "/messages/release": Right.RELEASE,
    "/messages/withhold": Right.WITHHOLD,
    "/messages/test": Right.TEST_CHANNEL,
    "/messages/{message_id}": Right.SEE_MESSAGES,
    "/messages/{message_id}/phone": Right.PHONE,
    "/messages/{message_id}/retry": Right.RETRY,
    "/cases/{number}/acknowledge": Right.ACKNOWLEDGE,
    "/cases/{number}/second": Right.DECIDE,
    "/accounts/{account_id:path}/deregistration": Right.DECIDE,
    "/mutes": Right.MUTE,
    "/mutes/end": Right.MUTE,
    "/start": Right.SEE_IMPORTS,
    "/start/progress": Right.SEE_IMPORTS,
    "/start/own": Right.SEE,
    "/looks": Right.LOOK,
    "/looks/row": Right.LOOK,
    "/looks/{number}": Right.LOOK,
    "/imports": Right.SEE_IMPORTS,
    "/accounts.xlsx": Right.EXPORT,
    "/cases.xlsx": Right.EXPORT,
    "/decisions.xlsx": Right.EXPORT,
    "/messages.xlsx": Right.EXPORT,
    "/imports/new": Right.IMPORT,
    "/imports/roster.xlsx": Right.EXPORT,
    "/imports/blank/{kind}.xlsx": Right.EXPORT,
    "/imports/kept/{number}": Right.WITHDRAW,
    "/imports/{upload_id}": Right.IMPORT,
    "/imports/{upload_id}/apply": Right.IMPORT,
    "/imports/{upload_id}/marked.xlsx": Right.IMPORT,
    "/orders": Right.REPORT,
    "/orders/sheet.{ending}": Right.REPORT,
    "/reports": Right.REPORT,
    "/reports/dictionary": Right.REPORT,
    "/reports/making": Right.REPORT,
    "/reports/sample.xlsx": Right.REPORT,
    "/reports/county-sheet": Right.REPORT,
    "/reports/{number}": Right.REPORT,
    "/reports/{number}/accounts": Right.REPORT,
    "/reports/{number}/files/{name}": Right.REPORT,
    "/system": Right.SEE_SYSTEM,
    "/system/settings": Right.SEE_SYSTEM,
    "/system/tokens": Right.MANAGE_TOKENS,
    "/system/tokens/{number}/revoke": Right.MANAGE_TOKENS,
    "/system/hooks": Right.SEE_SYSTEM,
    "/system/hooks/{number}/{act}": Right.MANAGE_HOOKS,
    "/audit": Right.SEE_AUDIT,
    "/rights": Right.SEE,
    "/units/{name:path}": Right.SEE,
    "/proposals": Right.ANSWER_PROPOSAL,
    "/proposals/{number}": Right.ANSWER_PROPOSAL,
    "/me": Right.KEEP_LOGIN,
    "/me/password": Right.KEEP_LOGIN,
    "/me/second-factor": Right.KEEP_LOGIN,
    "/me/second-factor/remove": Right.KEEP_LOGIN,
    "/me/sessions/end": Right.KEEP_LOGIN,
    "/me/confirm": Right.KEEP_LOGIN,
    "/me/tokens": Right.KEEP_LOGIN,
    "/me/tokens/{number}/revoke": Right.KEEP_LOGIN,
    "/logout": Right.KEEP_LOGIN,
    "/users": Right.MANAGE_USERS,
    "/users/new": Right.MANAGE_USERS,
    "/users/requests/{number}": Right.MANAGE_USERS,
    "/users/requests/{number}/decline": Right.MANAGE_USERS,
    "/users/{number}": Right.MANAGE_USERS,
    "/users/{number}/{act}": Right.MANAGE_USERS,
}
OWN = frozenset(
    {
        "/accounts",
        "/accounts/{account_id:path}",
        "/cases",
        "/cases/{number}",
        "/cases/{number}/acknowledge",
        "/decisions",
        "/messages",
        "/messages/{message_id}",
        "/units/{name:path}",
        "/rights",
        "/me",
        "/me/password",
        "/me/second-factor",
        "/me/second-factor/remove",
        "/me/sessions/end",
        "/me/confirm",
        "/me/tokens",
        "/me/tokens/{number}/revoke",
        "/logout",
    }
)
"""The pages that show a unit's people what is their own, and nothing else; no other page is theirs to open."""
BACK = "/login/oidc/back"
"""Where the identity provider sends people back to: nobody's session is looked at there."""
OPEN = frozenset({"/login", "/login/code", "/login/link/{secret}", "/login/oidc", BACK})
"""Pages for people who have not logged in (yet)."""
FREE = ("/healthz", "/readyz", "/metrics", "/static/", "/k/", "/api/")
"""The beginnings of addresses behind which nobody is asked who they are: machines, and holders of signed links."""
PROVED = frozenset({Right.MANAGE_USERS, Right.MANAGE_TOKENS, Right.MANAGE_HOOKS})
"""The rights whose forms ask for a proof of who is there that is no older than a short while."""
PROVED_FORMS = frozenset({"/system/hooks", "/me/tokens"})
"""The pages that ask for less to be seen, and whose form is of that kind."""
PROVED_READS: Mapping[str, str] = {"/imports/roster.xlsx": "", "/accounts.xlsx": "people"}
"""The pages that hand out people's data by the hundred and ask for that, too; if a parameter is named, with that."""
UPLOADS = frozenset({"/imports"})
"""Pages whose form comes in parts, with a file: they ask for its token themselves, as soon as that part is there."""
POLLED = frozenset({"/fresh", "/reports/making", "/start/progress"})
"""Addresses that pages ask for by themselves: nobody is active by that."""
