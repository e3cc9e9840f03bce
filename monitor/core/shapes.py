"""Values in the JSON forms of the contract (docs/api.md): one function for each, and nothing else."""

from __future__ import annotations

from datetime import datetime

from monitor.core.account import Account
from monitor.core.calendar import beijing
from monitor.core.case import Case
from monitor.core.claim import Claim
from monitor.core.collector import Collector, LinkCollector
from monitor.core.download import AppFault, Download, Link
from monitor.core.finding import Finding
from monitor.core.mute import Mute
from monitor.core.observation import Blind, Look, Observation, Post, Profile, Reason, Seen, Timeline, Unchanged

Shape = dict[str, object]


def finding_shape(finding: Finding) -> Shape:
    """Return one finding."""
    return {
        "rule": finding.rule,
        "account": finding.account,
        "unit": finding.unit,
        "area": finding.area,
        "state": finding.state.value,
        "since": finding.since.isoformat() if finding.since else None,
        "days": finding.days,
        "strength": finding.strength.value,
        "proposals": [proposal.label for proposal in finding.proposals],
        "basis": finding.basis.value,
        "clause": finding.clause,
        "because": finding.because,
        "evidence": list(finding.evidence),
    }


def read_shape(seen: Seen | Reason, collector: Collector) -> Shape:
    """Return what a saved page shows, in the form of the collector that read it."""
    if isinstance(collector, LinkCollector):
        return _FORMS[collector.link](seen) if not isinstance(seen, Timeline) else {}
    return seen_shape(seen) if not isinstance(seen, Download) else {}


def _store_shape(seen: Download | Reason) -> Shape:
    if isinstance(seen, Reason):
        return {"verdict": "unknown", "version": None, "released_at": None, "package": None, "reason": seen.value}
    match seen.fault:
        case None:
            verdict = "listed"
        case AppFault.NOT_LISTED:
            verdict = "not_listed"
        case _:
            verdict = "blocked"
    return {
        "verdict": verdict,
        "version": seen.version,
        "released_at": moment_shape(seen.released_at) if seen.released_at else None,
        "package": seen.package,
        "reason": seen.fault.value if seen.fault else None,
    }


def _package_shape(seen: Download | Reason) -> Shape:
    if isinstance(seen, Reason):
        return {"installable": None, "package": None, "version": None, "signed": False, "reason": seen.value}
    return {
        "installable": seen.is_available and (True if seen.is_signed else None),  # a manifest alone does not tell
        "package": seen.package,
        "version": seen.version,
        "signed": seen.is_signed is True,
        "reason": seen.fault.value if seen.fault else None,
    }


def _service_shape(seen: Download | Reason) -> Shape:
    if isinstance(seen, Reason):
        return {"available": None, "certificate_until": None, "reason": seen.value}
    until = seen.certificate_until
    return {
        "available": seen.is_available,
        "certificate_until": moment_shape(until) if until else None,
        "reason": seen.fault.value if seen.fault else None,
    }


_FORMS = {Link.STORE: _store_shape, Link.PACKAGE: _package_shape, Link.SERVICE: _service_shape}


def seen_shape(seen: Timeline | Reason) -> Shape:
    """Return what a page shows of an account, or why it shows nothing."""
    if isinstance(seen, Reason):
        return _seen(reason=seen)
    newest = seen.newest
    return _seen() | {
        "standing": seen.standing.value,
        "covers": seen.covers.value,
        "newest": moment_shape(newest.published_at) if newest else None,
        "precision": newest.precision.value if newest else None,
        "posts": [post_shape(post) for post in seen.posts],
        "profile": _profile(seen.profile) if seen.profile else None,
    }


def look_shape(look: Look, posts_added: int) -> Shape:
    """Return how one look ended; `unchanged` means that everything is as the last look saw it."""
    shape: Shape = {
        "account": look.source.account,
        "collector": look.source.collector,
        "key": look.source.key,
        "at": moment_shape(look.at),
        "unchanged": False,
        "standing": None,
        "reason": None,
        "detail": None,
        "covers": None,
        "newest": None,
        "link": None,
        "fault": None,
        "posts_added": posts_added,
    }
    match look.sight:
        case Unchanged():
            return shape | {"unchanged": True}
        case Blind(reason=reason, detail=detail):
            return shape | {"reason": reason.value, "detail": detail}
        case Download(link=link, fault=fault):
            return shape | {"link": link.value, "fault": fault.value if fault else None}
        case Timeline() as seen:
            known = seen_shape(seen)
            return shape | {key: known[key] for key in ("standing", "covers", "newest")}


def moment_shape(moment: datetime) -> str:
    """Return a moment in ISO form, in Beijing time."""
    return beijing(moment).isoformat()


def _seen(*, reason: Reason | None = None) -> Shape:
    return {
        "standing": None,
        "reason": reason.value if reason else None,
        "covers": None,
        "newest": None,
        "precision": None,
        "posts": [],
        "profile": None,
    }


def post_shape(post: Post) -> Shape:
    """Return one post."""
    return {
        "published_at": moment_shape(post.published_at),
        "title": post.title,
        "url": post.url,
        "pinned": post.is_pinned,
    }


def _profile(profile: Profile) -> Shape:
    return {"name": profile.name, "id": profile.id, "followers": profile.followers, "posts": profile.posts}


def account_shape(account: Account, newest_post_at: datetime | None, mute: Mute | None) -> Shape:
    """Return one account of the roster, when its newest known post appeared, and until when it is muted.

    Nothing of its people.
    """
    return {
        "id": account.id,
        "name": account.name,
        "platform": account.platform.value,
        "unit": account.unit,
        "area": account.area,
        "status": account.status.value,
        "function": account.function.value,
        "main": account.is_main,
        "homepage": account.homepage,
        "newest": moment_shape(newest_post_at) if newest_post_at else None,
        "muted_until": mute.last.isoformat() if mute else None,
    }


def observation_shape(observation: Observation) -> Shape:
    """Return one interval in which looks at a source saw the same."""
    seen = observation.seen
    return {
        "id": observation.id,
        "collector": observation.collector,
        "first_seen": moment_shape(observation.first_seen),
        "last_confirmed": moment_shape(observation.last_confirmed),
        "seen": _download(seen) if isinstance(seen, Download) else seen_shape(seen),
    }


def case_shape(case: Case) -> Shape:
    """Return one case with its steps."""
    return {
        "id": case.id,
        "rule": case.rule,
        "account": case.account or "",
        "unit": case.unit,
        "area": case.area,
        "opened_at": moment_shape(case.opened_at),
        "closed_at": moment_shape(case.closed_at) if case.closed_at else None,
        "closing": case.closing.value if case.closing else None,
        "steps": [
            {"kind": step.kind.value, "number": step.number, "at": moment_shape(step.at), "because": step.because}
            for step in case.steps
        ],
    }


def claim_shape(claim: Claim, office: str) -> Shape:
    """Return what became of a link that was pasted, and whom to call."""
    return {
        "account": claim.account,
        "link": claim.link,
        "verdict": claim.verdict.value,
        "said": claim.verdict.told(office),
        "post": post_shape(claim.post) if claim.post else None,
    }


def _download(seen: Download) -> Shape:
    return {"link": seen.link.value, "fault": seen.fault.value if seen.fault else None, "version": seen.version}
