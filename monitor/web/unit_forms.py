"""The forms of a unit's page, with a log-in or by a signed link: what each says, and what is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from http import HTTPStatus

from monitor.actions.acknowledge import AcknowledgeInPersonCommand, acknowledge_in_person
from monitor.actions.actor import Actor
from monitor.actions.claims import PasteCommand
from monitor.actions.perform import perform_async
from monitor.actions.refused import FIELDS, Field, RefusedError
from monitor.actions.unit_links import SubscribeCommand, subscribe
from monitor.actions.unit_proposals import ProposeCommand, propose
from monitor.core.account import Role, UnitKey
from monitor.core.claim import Claim, Excess, Verdict, links_in
from monitor.core.claim_answer import AnswerSetting, answer, taken_out
from monitor.core.members import member
from monitor.core.token import Permit
from monitor.core.typed_day import typed_day
from monitor.core.unit_proposal import ProposalKind
from monitor.queries.unit_page import UnitPage
from monitor.web.page_context import PageContext

Fields = Mapping[str, tuple[str, ...]]
_TAKEN = frozenset({Verdict.PROVED, Verdict.UNPROVED, Verdict.NOT_REACHABLE})
_ONLY_OWN = "本链接只能登记贵单位的账号，没有登记。"
_KEPT = "已提交，{office}采纳后生效。"
_UNCLEAR = "没有看出要办什么，没有登记。请返回重新点一次。"
_BAD_DAY = f"{FIELDS}无法识别，请填写日期，如2026-12-1。"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitAnswer:
    """What is said after a form, and what of it is shown again."""

    sentence: str = ""
    status: int = 200
    act: str = ""
    """The form that was not taken: it stands open, as it was typed."""
    account: str = ""
    """The account that the form was about."""
    typed: Fields = field(default_factory=dict)
    fields: tuple[str, ...] = ()
    """The fields that the sentence is about."""

    @property
    def is_good(self) -> bool:
        """True if the form was taken."""
        return self.status < HTTPStatus.BAD_REQUEST

    def get(self, act: str, name: str, otherwise: str = "") -> str:
        """Return what was typed into a field of a form that was not taken."""
        return next(iter(self.typed.get(name, ())), otherwise) if self.act == act else otherwise

    def all(self, act: str, name: str, otherwise: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Return all that was ticked in a form that was not taken."""
        return self.typed.get(name, ()) if self.act == act else otherwise

    @classmethod
    def refused(cls, error: RefusedError, typed: Fields, status: int = HTTPStatus.UNPROCESSABLE_ENTITY) -> UnitAnswer:
        """Return the answer to a form that an action refused: with everything that was typed."""
        return cls(
            sentence=str(error),
            status=status,
            act=_first(typed, "act"),
            account=_first(typed, "account"),
            typed=typed,
            fields=tuple(field.name for field in error.fields),
        )


class UnitForms:
    """Takes the forms of a unit's page."""

    def __init__(self, view: PageContext) -> None:
        """Take what the forms need."""
        self._view = view

    async def answer(
        self, act: str, fields: Fields, page: UnitPage, *, actor: Actor, permit: Permit | None = None
    ) -> UnitAnswer:
        """Do what a form says and return what is said of it; raises RefusedError."""
        match act:
            case "acknowledge":
                return await self._acknowledged(fields, page, actor)
            case "paste":
                return await self._pasted(fields, page, actor, permit)
            case "contact":
                return await self._contacts(fields, page, actor, permit)
            case "retire":
                return await self._proposed(_retirement(fields, page, self._today), actor)
            case "subscribe":
                unit = page.unit_of(_first(fields, "account"))
                command = SubscribeCommand(unit=unit)
                await perform_async(self._view.store, subscribe, command, actor=actor, now=self._view.clock())
                return UnitAnswer(sentence="已生成订阅地址，见“把期限加到日历”。", act="subscribe")
            case _:
                raise RefusedError(_UNCLEAR)

    @property
    def _today(self) -> date:
        return self._view.moment().today

    async def _acknowledged(self, fields: Fields, page: UnitPage, actor: Actor) -> UnitAnswer:
        role = member(Role, _first(fields, "role"))
        command = AcknowledgeInPersonCommand(cases=page.told_of, role=role)
        (said, *_) = await perform_async(
            self._view.store, acknowledge_in_person, command, actor=actor, now=self._view.clock()
        )
        return UnitAnswer(sentence=f"已登记{said.by}知悉。例行提醒暂停，更新期限不变；更新后自动办结。")

    async def _pasted(self, fields: Fields, page: UnitPage, actor: Actor, permit: Permit | None) -> UnitAnswer:
        id_, text = _first(fields, "account"), _first(fields, "link")
        shown = page.account(id_)
        view, office = self._view, self._view.office.contact
        if shown is None or view.permits is None:
            return UnitAnswer(sentence=_ONLY_OWN, status=404)
        command = PasteCommand(account=id_, link=text, permit=permit)
        came = await view.permits.paste(command, actor=actor)
        if came is None:
            return UnitAnswer(sentence=_ONLY_OWN, status=404)
        if isinstance(came, Excess):
            return UnitAnswer(sentence=came.told(office), status=429, act="paste", account=id_, typed=fields)
        setting = AnswerSetting(now=view.clock(), ladder=view.moment().ladder, office=office)
        sentence = f"{_taken_out(text, came)}{answer(came, shown.account, setting)}"
        if came.verdict in _TAKEN:
            return UnitAnswer(sentence=sentence, account=id_)
        return UnitAnswer(sentence=sentence, status=422, act="paste", account=id_, typed=fields)

    async def _contacts(self, fields: Fields, page: UnitPage, actor: Actor, permit: Permit | None) -> UnitAnswer:
        """Propose a new contact to each unit whose accounts were ticked: a link may open the page of several."""
        chosen: dict[UnitKey, list[str]] = {}
        for id_ in fields.get("accounts", ()):
            chosen.setdefault(page.unit_of(id_), []).append(id_)
        commands = [_contact(fields, unit, tuple(ids), self._today) for unit, ids in chosen.items()]
        answer = UnitAnswer()
        for command in commands or [_contact(fields, page.units[0], (), self._today)]:
            by = replace(actor, own=command.unit) if permit else actor
            answer = await self._proposed(command, by)
        return answer

    async def _proposed(self, command: ProposeCommand, actor: Actor) -> UnitAnswer:
        await perform_async(self._view.store, propose, command, actor=actor, now=self._view.clock())
        return UnitAnswer(sentence=_KEPT.format(office=self._view.office.sender))


def _taken_out(text: str, claim: Claim) -> str:
    return taken_out(text, claim.link) if claim.link in links_in(text) else ""


def _contact(fields: Fields, unit: UnitKey, chosen: tuple[str, ...], today: date) -> ProposeCommand:
    return ProposeCommand(
        kind=ProposalKind.CONTACT,
        unit=unit,
        accounts=chosen,
        from_on=_day(_first(fields, "from_on"), today),
        role=member(Role, _first(fields, "role")),
        name=_first(fields, "name"),
        phone=_first(fields, "phone"),
    )


def _retirement(fields: Fields, page: UnitPage, today: date) -> ProposeCommand:
    kind = member(ProposalKind, _first(fields, "kind")) or ProposalKind.CONTACT
    if kind is ProposalKind.CONTACT:
        raise RefusedError(f"请选择{FIELDS}：已停用，或拟注销。", Field("kind", "账号情况"))
    account = _first(fields, "account")
    return ProposeCommand(
        kind=kind,
        unit=page.unit_of(account),
        accounts=(account,) if account else (),
        from_on=_day(_first(fields, "from_on"), today),
        note=_first(fields, "note"),
    )


def _day(written: str, today: date) -> date:
    """Return the day that was chosen, or typed where a browser has no field for days; today if none was."""
    if not written.strip():
        return today
    try:
        return date.fromisoformat(written.strip())
    except ValueError:
        typed = typed_day(written, today)
    if not isinstance(typed, date):
        raise RefusedError(_BAD_DAY, Field("from_on", "自何日起"))
    return typed


def _first(fields: Fields, name: str) -> str:
    return next(iter(fields.get(name, ())), "")
