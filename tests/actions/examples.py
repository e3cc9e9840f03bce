"""An example of every action: what has to be there before, what is asked for, and what is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from monitor.actions import (
    acknowledge,
    api_tokens,
    backup,
    case_batch,
    cases,
    claims,
    closing_steps,
    contacts,
    documents,
    logins,
    looks,
    messages,
    mutes,
    people,
    provider_logins,
    reports,
    turned_away,
    two_persons,
    unit_links,
    unit_proposals,
    web_hooks,
)
from monitor.actions import users as user_actions
from monitor.actions.actor import EVERYTHING, Actor, Origin
from monitor.actions.imports import decisions, file, papers, posts, records, roster, withdraw
from monitor.actions.imports.kinds import FILE_KINDS, FileRead, Terms
from monitor.actions.imports.office import ImportOffice
from monitor.actions.perform import perform
from monitor.core.account import Account, Contact, Role, UnitKey
from monitor.core.calendar import WorkCalendar, beijing_date
from monitor.core.claim import Verdict
from monitor.core.closing_steps import ClosingDay
from monitor.core.collector import Proof
from monitor.core.decision import USUAL_TERMS, Decision, DecisionTerms, Ruling
from monitor.core.figures import Material
from monitor.core.finding import State
from monitor.core.message import Attempt, Outcome
from monitor.core.paper import Paper, PaperKind
from monitor.core.period import Period
from monitor.core.record import NewRecord, RecordKind
from monitor.core.report import ReportKind
from monitor.core.rules import upd_01
from monitor.core.subject import Subject, SubjectKind
from monitor.core.token import Permit, Purpose
from monitor.core.token_scope import TokenScope
from monitor.core.unit_proposal import ProposalKind
from monitor.core.user import UserRole
from monitor.ledger.roster import Roster
from monitor.pipeline.claim_verifier import VerifiedLink, claim_of
from monitor.pipeline.evaluate import RulesInForce
from monitor.pipeline.hook_vault import HookVault
from monitor.pipeline.hooks import Post
from monitor.pipeline.reckoning import reckon
from monitor.store import Store, identities, login_links, outbox, sessions, users
from monitor.store import cases as stored_cases
from monitor.store import web_hooks as stored_hooks
from monitor.store.api_tokens import ApiToken, api_token
from monitor.store.sessions import LoginSession
from tests.core.build import BOOK
from tests.core.closing import RULES as CLOSING
from tests.store import build
from tests.store.build import DAY, HOUR, NOW, SOURCES, account, enrol, finding, judge, notice, open_with, post, step

TITLES = {"UPD-01": "两周未更新"}
ONE_DAY = timedelta(days=1)
LIAISON = Contact(role=Role.LIAISON, name="联络员甲", phone="13800000001", mail="liaison@example.invalid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A command that is done, and one, if there is any, that is refused whoever asks."""

    done: object
    refused: object | None = None


def _account(**changes: object) -> Account:
    return account("A01", contacts=(LIAISON,), **changes)


def _case(store: Store) -> int:
    """Open a case about the account, with a notice for its liaison."""
    enrol(store, _account(), at=NOW - DAY)
    judge(store, open_with(step(), notice()))
    with store.read() as tx:
        (case,) = stored_cases.cases(tx)
    return case.id


def _decide(store: Store) -> Example:
    command = cases.DecideCommand(
        case=_case(store),
        ruling=Ruling.EXEMPTED,
        titles=TITLES,
        by="县府办",
        note="整合期间",
        document="示例〔2026〕1号",
    )
    return Example(done=command, refused=replace(command, note=""))


def _decide_many(store: Store) -> Example:
    picked = (case_batch.PickedCase(case=_case(store), ruling=Ruling.EXEMPTED),)
    command = case_batch.DecideManyCommand(
        picked=picked, titles=TITLES, by="县府办", note="整合期间", document="示例〔2026〕1号"
    )
    return Example(done=command, refused=replace(command, picked=()))


def _asked_for(store: Store) -> int:
    """Have somebody decide what another is to confirm, and return the case."""
    command = cases.DecideCommand(
        case=_case(store),
        ruling=Ruling.DEREGISTERED,
        titles=TITLES,
        terms=DecisionTerms(two_persons=True),
        document="示例〔2026〕1号",
    )
    perform(store, cases.decide, command, actor=Actor(name="提出人", origin=Origin.PAGE, rights=EVERYTHING), now=NOW)
    return command.case


def _confirm_decision(store: Store) -> Example:
    done = two_persons.ConfirmDecisionCommand(case=_asked_for(store), titles=TITLES, terms=USUAL_TERMS)
    return Example(done=done, refused=replace(done, case=999))


def _drop_decision(store: Store) -> Example:
    done = two_persons.DropDecisionCommand(case=_asked_for(store), why="文号有误")
    return Example(done=done, refused=replace(done, why=" "))


def _mark_steps(store: Store) -> Example:
    number = _case(store)
    command = cases.DecideCommand(
        case=number, ruling=Ruling.DEREGISTERED, titles=TITLES, by="县府办", document="示例〔2026〕1号"
    )
    perform(store, cases.decide, command, actor=Actor(name="甲", origin=Origin.PAGE, rights=EVERYTHING), now=NOW)
    today = beijing_date(NOW)
    done = closing_steps.MarkStepsCommand(account="A01", days={ClosingDay.FILED: today}, seen="0", book=CLOSING)
    return Example(done=done, refused=replace(done, days={ClosingDay.FILED: today + timedelta(days=1)}))


def _close(store: Store) -> Example:
    number = _case(store)
    with store.begin() as tx:
        stored_cases.save_findings(tx, [finding(State.OK)], at=NOW)
    return Example(done=cases.CloseCommand(case=number), refused=cases.CloseCommand(case=number + 1))


def _report(store: Store) -> Example:
    enrol(store, _account(), at=NOW - DAY)
    rules = RulesInForce(rules=(upd_01.RULE,), book_of=lambda _: BOOK, calendar=WorkCalendar())
    with store.read() as tx:
        reckoning = reckon(tx, rules, Period.of("2026-05"), now=NOW)
    command = reports.MakeReportCommand(kind=ReportKind.MONTHLY, reckoning=reckoning, template="")
    empty = replace(reckoning, material=Material(accounts=()))
    return Example(done=command, refused=replace(command, reckoning=empty))


def _message(store: Store, *, held: bool = False) -> str:
    """Write a message that tells of a case."""
    _case(store)
    with store.begin() as tx:
        (told,) = outbox.waiting_notices(tx)
        draft = outbox.Draft(
            channel="mail",
            address=LIAISON.mail,
            role=Role.LIAISON,
            person=LIAISON.key,
            subject="更新提醒",
            body="正文",
            notices=(told.id,),
        )
        return outbox.save_draft(tx, draft, at=NOW, not_before=NOW, held=held)


def _acknowledge_in_person(store: Store) -> Example:
    done = acknowledge.AcknowledgeInPersonCommand(cases=(_case(store),), role=Role.LIAISON)
    return Example(done=done, refused=replace(done, role=Role.LEADER))


def _permit(store: Store, purpose: Purpose) -> Permit:
    return Permit(purpose=purpose, message=_message(store), until=NOW + 7 * DAY)


def _acknowledge(store: Store) -> Example:
    permit = _permit(store, Purpose.ACKNOWLEDGE)
    return Example(
        done=acknowledge.AcknowledgeByLinkCommand(permit=permit),
        refused=acknowledge.AcknowledgeByLinkCommand(permit=replace(permit, message="another")),
    )


def _register(store: Store) -> Example:
    permit = _permit(store, Purpose.UNIT)
    proof = Proof(post=post(NOW - HOUR), authors=frozenset({"1"}))
    link = VerifiedLink(account=_account(platform_id="1"), link="https://example.invalid/1", proof=proof, own="1")
    with store.begin() as tx:
        claim = claim_of(tx, link, by="", token=None, now=NOW)
        assert claim.verdict is Verdict.PROVED
    return Example(done=claims.RegisterLinkCommand(verified=link, permit=permit))


def _ours(store: Store) -> UnitKey:
    """Have the account on the roster and return whose it is."""
    enrol(store, _account(), at=NOW - DAY)
    return _account().unit_key


def _stop_links(store: Store) -> Example:
    unit = _ours(store)
    return Example(
        done=unit_links.StopLinksCommand(unit=unit),
        refused=unit_links.StopLinksCommand(unit=UnitKey(unit.area, "没有的单位")),
    )


def _contacts(store: Store) -> Example:
    unit = _ours(store)
    return Example(
        done=contacts.ShowContactsCommand(unit=unit),
        refused=contacts.ShowContactsCommand(unit=UnitKey(unit.area, "没有的单位")),
    )


def _subscribe(store: Store) -> Example:
    unit = _ours(store)
    return Example(
        done=unit_links.SubscribeCommand(unit=unit),
        refused=unit_links.SubscribeCommand(unit=UnitKey(unit.area, "没有的单位")),
    )


def _wish(store: Store) -> unit_proposals.ProposeCommand:
    return unit_proposals.ProposeCommand(
        kind=ProposalKind.CONTACT,
        unit=_ours(store),
        accounts=("A01",),
        from_on=beijing_date(NOW),
        role=Role.LIAISON,
        name="联络员乙",
        phone="13800000002",
    )


def _propose(store: Store) -> Example:
    command = _wish(store)
    return Example(done=command, refused=replace(command, phone="0578-1"))


def _proposed(store: Store) -> int:
    actor = Actor(name="联络员甲", origin=Origin.SIGNED_LINK, rights=EVERYTHING)
    return perform(store, unit_proposals.propose, _wish(store), actor=actor, now=NOW)


def _accept(store: Store) -> Example:
    command = unit_proposals.AcceptProposalCommand(number=_proposed(store), sources=SOURCES)
    return Example(done=command, refused=replace(command, number=999))


def _decline(store: Store) -> Example:
    command = unit_proposals.DeclineProposalCommand(number=_proposed(store), why="已电话核实，没有变更")
    return Example(done=command, refused=replace(command, why=" "))


def _recipient(store: Store) -> Example:
    done = messages.ShowRecipientCommand(message=_message(store))
    return Example(done=done, refused=messages.ShowRecipientCommand(message="no such"))


def _release(store: Store) -> Example:
    number = _message(store, held=True)
    return Example(done=messages.ReleaseCommand(numbers=(number,)), refused=messages.ReleaseCommand(numbers=("x",)))


def _retry(store: Store) -> Example:
    number = _message(store)
    failed = Attempt(outcome=Outcome.PERMANENT, code="550", detail="")
    with store.begin() as tx:
        build.tried(tx, number, "正文", failed, at=NOW, next_try=None)
    return Example(done=messages.RetryCommand(numbers=(number,)), refused=messages.RetryCommand(numbers=(number, "x")))


def _withhold(store: Store) -> Example:
    done = messages.WithholdCommand(numbers=(_message(store, held=True),), why="已电话沟通")
    return Example(done=done, refused=replace(done, why=" "))


def _phone(store: Store) -> Example:
    number = _message(store)
    with store.begin() as tx:
        failed = Attempt(outcome=Outcome.PERMANENT, code="550", detail="")
        build.tried(tx, number, "正文", failed, at=NOW, next_try=None)
    done = messages.PhoneCommand(number=number, to="联络员甲")
    return Example(done=done, refused=replace(done, at=NOW + HOUR))


def _erase(store: Store) -> Example:
    heir = replace(LIAISON, name="联络员乙", phone="13800000002", mail=None)
    enrol(store, _account(), at=NOW - 2 * DAY)
    enrol(store, account(contacts=(heir,)), at=NOW - DAY)
    return Example(
        done=people.EraseCommand(person="联络员甲", alias="已清除-1"), refused=people.EraseCommand(person="联络员乙")
    )


def _mute(store: Store) -> Example:
    enrol(store, _account())
    command = mutes.MuteCommand(
        kind=SubjectKind.ACCOUNT, subject="A01", until=NOW.date() + 30 * ONE_DAY, why="账号交接", by="县府办"
    )
    return Example(done=command, refused=replace(command, subject="A99"))


def _backup(store: Store) -> Example:
    del store
    return Example(done=backup.BackUpCommand(out=Path("备份.db")))


def _document(store: Store) -> Example:
    del store
    return Example(done=documents.HandOutCommand(what=documents.Handout.ROSTER, file="台账.xlsx"))


def _turned_away(store: Store) -> Example:
    del store
    return Example(done=turned_away.TurnAwayCommand(action="link refuse", why="forged"))


def _roster(store: Store) -> Example:
    enrol(store, _account(), at=NOW - DAY)
    found = roster.difference([_account()], [_account(name="新名称"), account("A02")], replace=False)
    command = roster.ImportRosterCommand(file="台账.xlsx", difference=found, as_of=NOW, sources=SOURCES)
    return Example(done=command)


def _office() -> ImportOffice:
    return ImportOffice(
        areas=("示例县",),
        collectors=frozenset({"feed"}),
        channels=(),
        forms={},
        sources=SOURCES,
        by_hand=lambda _: None,
        advice=lambda _: (),
        institutions_on=lambda _: (),
        rules={},
        strengths_on=lambda _: {},
    )


def _file(store: Store) -> Example:
    enrol(store, _account(), at=NOW - DAY)
    office, terms = _office(), Terms(as_of=NOW, now=NOW)
    with store.read() as tx:
        reading = FILE_KINDS["roster"].reading(tx, office, terms)
        content = Roster(accounts=(_account(name="新名称"), account("A02")))
        read = FileRead(office=office, terms=terms, file="台账.xlsx", reading=reading, content=content)
        shown = FILE_KINDS["roster"].preview(tx, read).digest
    command = file.ImportFileCommand(kind="roster", read=read, shown=shown)
    return Example(done=command, refused=replace(command, shown="another"))


def _posts(store: Store) -> Example:
    enrol(store, _account(), account("A02"), at=NOW - DAY)
    command = posts.ImportPostsCommand(
        file="发布.csv",
        posts={"A01": (post(NOW - HOUR),)},
        silent=("A02",),
        accounts={"A01": _account(), "A02": account("A02")},
        complete=True,
        as_of=NOW,
    )
    return Example(done=command)


def _papers(store: Store) -> Example:
    enrol(store, _account(), at=NOW - DAY)
    filed = Paper(kind=PaperKind.FILED_LIST, on=date(2026, 5, 5), area="示例县")
    return Example(done=papers.ImportPapersCommand(kind="filed-list", file="清单.xlsx", papers=(filed,), as_of=NOW))


def _decisions(store: Store) -> Example:
    enrol(store, _account(), at=NOW - DAY)
    made = Decision(
        subject=Subject.of_account("A01"), rule="UPD-01", episode="", ruling=Ruling.RETAINED, by="县府办", at=NOW - HOUR
    )
    return Example(done=decisions.ImportDecisionsCommand(file="决定.xlsx", decisions=(made,), as_of=NOW))


def _records(store: Store) -> Example:
    enrol(store, _account(), at=NOW - DAY)
    return Example(done=records.ImportRecordsCommand(file="记录.xlsx", records=(_TRAINING,), as_of=NOW))


_TRAINING = NewRecord(
    kind=RecordKind.TRAINING, subject=SubjectKind.AREA, name="示例县", on=date(2026, 5, 5), text="培训"
)


def _withdraw(store: Store) -> Example:
    enrol(store, _account(), at=NOW - DAY)
    actor = Actor(name="甲", origin=Origin.COMMAND_LINE, rights=EVERYTHING)
    command = records.ImportRecordsCommand(file="记录.xlsx", records=(_TRAINING,), as_of=NOW)
    perform(store, records.import_records, command, actor=actor, now=NOW)
    done = withdraw.WithdrawCommand(number=1, sources=SOURCES)
    return Example(done=done, refused=replace(done, number=2))


BOTH = frozenset({UserRole.ADMINISTRATOR, UserRole.OPERATOR})
KEYS = ("name/1", "address/1")
CHECKED = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA"
"""Stands for a hash: no action looks at a password."""


def _user(store: Store, name: str = "甲", *roles: UserRole) -> int:
    """Keep a user who has a password."""
    with store.begin() as tx:
        user = users.add_user(tx, name, roles or BOTH, None, at=NOW - DAY)
        users.set_password(tx, user, CHECKED)
    return user


def _session(store: Store, user: int, digest: str = "a" * 64, *, is_half: bool = False) -> str:
    with store.begin() as tx:
        begun = LoginSession(digest=digest, user=user, began_at=NOW - HOUR, active_at=NOW - HOUR, is_half=is_half)
        sessions.start(tx, begun)
    return digest


def _add_user(store: Store) -> Example:
    _user(store)
    command = user_actions.AddUserCommand(name="乙", roles=frozenset({UserRole.READER}))
    return Example(done=command, refused=replace(command, name=" 甲"))


def _change_roles(store: Store) -> Example:
    _user(store)
    other = _user(store, "乙", UserRole.READER)
    command = user_actions.ChangeRolesCommand(user=other, roles=BOTH)
    return Example(done=command, refused=replace(command, roles=frozenset({UserRole.UNIT, UserRole.READER})))


def _disable(store: Store) -> Example:
    last, other = _user(store), _user(store, "乙", UserRole.READER)
    return Example(done=user_actions.UserCommand(user=other), refused=user_actions.UserCommand(user=last))


def _enable(store: Store) -> Example:
    last, other = _user(store), _user(store, "乙", UserRole.READER)
    with store.begin() as tx:
        users.set_disabled(tx, other, NOW - HOUR)
    return Example(done=user_actions.UserCommand(user=other), refused=user_actions.UserCommand(user=last))


def _link(store: Store) -> Example:
    user = _user(store)
    return Example(done=user_actions.UserCommand(user=user), refused=user_actions.UserCommand(user=user + 1))


def _first_link(store: Store) -> Example:
    del store
    return Example(done=user_actions.FirstLinkCommand())


def _end_sessions(store: Store) -> Example:
    user = _user(store)
    _session(store, user)
    return Example(done=user_actions.UserCommand(user=user), refused=user_actions.UserCommand(user=user + 1))


def _set_password(store: Store) -> Example:
    return Example(done=user_actions.SetPasswordCommand(user=_user(store), password=f"{CHECKED}1"))


def _demand(store: Store) -> Example:
    return Example(done=user_actions.DemandSecondFactorCommand(user=_user(store)))


def _remove_factor(store: Store) -> Example:
    user = _user(store)
    with store.begin() as tx:
        users.set_second_factor(tx, user, b"secret")
    return Example(done=user_actions.UserCommand(user=user), refused=user_actions.UserCommand(user=user + 1))


def _log_in(store: Store) -> Example:
    user = _user(store)
    command = logins.LogInCommand(user=user, checked=CHECKED, digest="b" * 64, keys=KEYS, idle=8 * HOUR)
    return Example(done=command, refused=replace(command, checked="another"))


def _give_code(store: Store) -> Example:
    user = _user(store)
    with store.begin() as tx:
        users.set_second_factor(tx, user, b"secret")
    half = _session(store, user, is_half=True)
    command = logins.GiveCodeCommand(session=half, digest="b" * 64, number=7, keys=KEYS)
    return Example(done=command, refused=replace(command, session="c" * 64))


def _use_link(store: Store) -> Example:
    user = _user(store)
    with store.begin() as tx:
        login_links.keep_link(tx, "d" * 64, user, until=NOW + HOUR, now=NOW)
    command = logins.UseLinkCommand(link="d" * 64, password=f"{CHECKED}1")
    return Example(done=command, refused=replace(command, link="e" * 64))


def _own(store: Store) -> Example:
    own = _session(store, _user(store))
    return Example(done=logins.OwnSessionCommand(session=own), refused=logins.OwnSessionCommand(session="c" * 64))


def _own_password(store: Store) -> Example:
    own = _session(store, _user(store))
    command = logins.ChangePasswordCommand(session=own, digest="b" * 64, checked=CHECKED, password=f"{CHECKED}1")
    return Example(done=command, refused=replace(command, checked="another"))


def _own_factor(store: Store) -> Example:
    own = _session(store, _user(store))
    command = logins.SetSecondFactorCommand(session=own, digest="b" * 64, checked=CHECKED, secret=b"secret", number=7)
    return Example(done=command, refused=replace(command, checked="another"))


def _own_factor_removed(store: Store) -> Example:
    own = _session(store, _user(store))
    command = logins.ConfirmedCommand(session=own, digest="b" * 64, checked=CHECKED)
    return Example(done=command, refused=replace(command, checked="another"))


def _issue(store: Store) -> Example:
    del store
    command = api_tokens.IssueTokenCommand(name="省平台", scopes=frozenset({TokenScope.READ}), lasts=30 * ONE_DAY)
    return Example(done=command, refused=replace(command, scopes=frozenset()))


def _token(store: Store) -> ApiToken:
    """Give out a token and return it."""
    actor = Actor(name="甲", origin=Origin.COMMAND_LINE, rights=EVERYTHING)
    command = api_tokens.IssueTokenCommand(name="省平台", scopes=frozenset({TokenScope.READ}), lasts=30 * ONE_DAY)
    number = perform(store, api_tokens.issue_token, command, actor=actor, now=NOW)
    with store.read() as tx:
        found = api_token(tx, number)
    assert found is not None
    return found


def _revoke_token(store: Store) -> Example:
    number = _token(store).id
    return Example(
        done=api_tokens.RevokeTokenCommand(number=number), refused=api_tokens.RevokeTokenCommand(number=number + 1)
    )


def _end_token(store: Store) -> Example:
    shown = _token(store)
    return Example(
        done=api_tokens.EndTokenCommand(shown=shown),
        refused=api_tokens.EndTokenCommand(shown=replace(shown, revoked_at=NOW)),
    )


def _issue_own(store: Store) -> Example:
    own = _session(store, _user(store))
    read = frozenset({TokenScope.READ})
    command = api_tokens.IssueOwnTokenCommand(name="本人的脚本", scopes=read, lasts=30 * ONE_DAY, session=own)
    return Example(done=command, refused=replace(command, session="c" * 64))


def _revoke_own(store: Store) -> Example:
    command = _issue_own(store).done
    assert isinstance(command, api_tokens.IssueOwnTokenCommand)
    actor = Actor(name="甲", origin=Origin.PAGE, rights=EVERYTHING)
    number = perform(store, api_tokens.issue_own_token, command, actor=actor, now=NOW)
    others = _token(store).id
    revoke = api_tokens.RevokeOwnTokenCommand(number=number, session=command.session)
    return Example(done=revoke, refused=replace(revoke, number=others))


def _use_token(store: Store) -> Example:
    return Example(done=api_tokens.UseTokenCommand(used=_token(store)))


def _look(store: Store) -> Example:
    enrol(store, _account(), at=NOW - DAY)
    rules = RulesInForce(rules=(upd_01.RULE,), book_of=lambda _: BOOK, calendar=WorkCalendar())
    command = looks.LookByHandCommand(account="A01", newest="0", at=NOW, rules=rules)
    return Example(done=command, refused=replace(command, newest="2027-1-1"))


def _correct_look(store: Store) -> Example:
    made = _look(store).done
    assert isinstance(made, looks.LookByHandCommand)
    actor = Actor(name="甲", origin=Origin.PAGE, rights=EVERYTHING)
    number = perform(store, looks.look_by_hand, made, actor=actor, now=NOW).number
    assert number is not None
    done = looks.CorrectLookCommand(number=number, newest="1", why="看错了一行", rules=made.rules)
    return Example(done=done, refused=replace(done, why=" "))


def hook_office(post: Post | None = None) -> web_hooks.HookOffice:
    """Return what the actions on far sides need: nothing is sealed, any host may be named but one's own."""

    async def taken(url: str, body: bytes, headers: Mapping[str, str]) -> Attempt:
        return Attempt(outcome=Outcome.SENT)

    return web_hooks.HookOffice(
        vault=HookVault(),
        fault_of=lambda url: "" if url.startswith("https://hooks.") else "不正确",
        post=post or taken,
    )


def _new_hook() -> web_hooks.AddHookCommand:
    return web_hooks.AddHookCommand(name="省平台", url="https://hooks.example.invalid/in?k=1", office=hook_office())


def _add_hook(_: Store) -> Example:
    command = _new_hook()
    return Example(done=command, refused=replace(command, url="https://localhost/in"))


def _hook(store: Store) -> Example:
    actor = Actor(name="管理员", origin=Origin.PAGE, rights=EVERYTHING)
    number = perform(store, web_hooks.add_hook, _new_hook(), actor=actor, now=NOW - DAY)
    return Example(done=web_hooks.HookCommand(number=number), refused=web_hooks.HookCommand(number=number + 1))


def _disabled_hook(store: Store) -> Example:
    example = _hook(store)
    with store.begin() as tx:
        stored_hooks.disable(tx, 1, "甲停用", at=NOW - HOUR)
    return example


def _rotate_hook(store: Store) -> Example:
    _hook(store)
    command = web_hooks.RotateHookCommand(number=1, office=hook_office())
    return Example(done=command, refused=replace(command, number=2))


def _identity(store: Store) -> provider_logins.ProvenIdentity:
    identity = provider_logins.ProvenIdentity(
        issuer="https://sso.example.invalid", claim="sub", value="a1b2", name="李某", proved_at=NOW
    )
    with store.begin() as tx:
        identities.ask(tx, identity.key, identity.shown, identity.called, "192.0.2.9", at=NOW - HOUR)
    return identity


def _log_in_by_provider(store: Store) -> Example:
    identity, user = _identity(store), _user(store)
    with store.begin() as tx:
        request = identities.request_of(tx, identity.key, now=NOW)
        assert request
        identities.link(tx, request, user, at=NOW)
    command = provider_logins.LogInByProviderCommand(identity=identity, digest="b" * 64, keys=KEYS, idle=8 * HOUR)
    return Example(done=command, refused=replace(command, identity=replace(identity, value="other")))


def _ask_to_log_in(store: Store) -> Example:
    known = _identity(store)
    return Example(
        done=provider_logins.AskToLogInCommand(identity=replace(known, value="c3d4")),
        refused=provider_logins.AskToLogInCommand(identity=known),
    )


def _grant_login(store: Store) -> Example:
    _identity(store)
    command = provider_logins.GrantLoginCommand(request=1, name="李某", roles=frozenset({UserRole.READER}))
    return Example(done=command, refused=replace(command, roles=frozenset()))


def _decline_login(store: Store) -> Example:
    _identity(store)
    return Example(
        done=provider_logins.LoginRequestCommand(request=1), refused=provider_logins.LoginRequestCommand(request=2)
    )


def _unlink_login(store: Store) -> Example:
    command = _log_in_by_provider(store).done
    assert isinstance(command, provider_logins.LogInByProviderCommand)
    with store.read() as tx:
        user = identities.user_of(tx, command.identity.key)
    assert user
    return Example(done=user_actions.UserCommand(user=user.id), refused=user_actions.UserCommand(user=user.id + 1))


def _confirm(store: Store) -> Example:
    command = logins.ConfirmCommand(session=_session(store, _user(store)), digest="b" * 64, checked=CHECKED)
    return Example(done=command, refused=replace(command, checked=None))


EXAMPLES: Mapping[Callable[..., object], Callable[[Store], Example]] = {
    cases.decide: _decide,
    cases.close: _close,
    closing_steps.mark_steps: _mark_steps,
    two_persons.confirm_decision: _confirm_decision,
    two_persons.drop_decision: _drop_decision,
    case_batch.decide_many: _decide_many,
    acknowledge.acknowledge_by_link: _acknowledge,
    acknowledge.acknowledge_in_person: _acknowledge_in_person,
    claims.register_link: _register,
    unit_links.stop_links: _stop_links,
    unit_links.subscribe: _subscribe,
    contacts.show_contacts: _contacts,
    unit_proposals.propose: _propose,
    unit_proposals.accept_proposal: _accept,
    unit_proposals.decline_proposal: _decline,
    messages.show_recipient: _recipient,
    messages.release: _release,
    messages.withhold: _withhold,
    messages.retry: _retry,
    messages.phone: _phone,
    people.erase: _erase,
    mutes.mute: _mute,
    backup.record_backup: _backup,
    documents.hand_out: _document,
    reports.make_report: _report,
    turned_away.turn_away: _turned_away,
    roster.import_roster: _roster,
    file.import_file: _file,
    posts.import_posts: _posts,
    looks.look_by_hand: _look,
    looks.correct_look: _correct_look,
    papers.import_papers: _papers,
    decisions.import_decisions: _decisions,
    records.import_records: _records,
    withdraw.withdraw_import: _withdraw,
    user_actions.add_user: _add_user,
    user_actions.change_roles: _change_roles,
    user_actions.disable_user: _disable,
    user_actions.enable_user: _enable,
    user_actions.issue_link: _link,
    user_actions.issue_first_link: _first_link,
    user_actions.end_sessions: _end_sessions,
    user_actions.set_password: _set_password,
    user_actions.demand_second_factor: _demand,
    user_actions.remove_second_factor: _remove_factor,
    logins.log_in: _log_in,
    logins.confirm: _confirm,
    provider_logins.log_in_by_provider: _log_in_by_provider,
    provider_logins.ask_to_log_in: _ask_to_log_in,
    provider_logins.grant_login: _grant_login,
    provider_logins.decline_login: _decline_login,
    provider_logins.unlink_login: _unlink_login,
    logins.give_code: _give_code,
    logins.use_link: _use_link,
    logins.log_out: _own,
    logins.end_other_sessions: _own,
    logins.change_password: _own_password,
    logins.set_own_second_factor: _own_factor,
    logins.remove_own_second_factor: _own_factor_removed,
    api_tokens.issue_token: _issue,
    api_tokens.revoke_token: _revoke_token,
    api_tokens.use_token: _use_token,
    api_tokens.end_token: _end_token,
    api_tokens.issue_own_token: _issue_own,
    api_tokens.revoke_own_token: _revoke_own,
    web_hooks.add_hook: _add_hook,
    web_hooks.rotate_hook: _rotate_hook,
    web_hooks.disable_hook: _hook,
    web_hooks.enable_hook: _disabled_hook,
    web_hooks.resend_hook: _hook,
    web_hooks.settle_hook: _hook,
    web_hooks.test_hook: _hook,
}
"""How an example of each action comes about, in a store that has nothing yet."""
