"""`/accounts/{id}/deregistration`: the days of an account's deregistration, to be marked and corrected."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.actions.closing_steps import DaysRefusedError, MarkStepsCommand, form_of, hint_of, mark_steps
from monitor.actions.refused import Field, RefusedError, StaleError
from monitor.core.account import Account
from monitor.core.closing_steps import ClosingDay, ClosingForm
from monitor.core.deregistration import ID, Progress, Stage
from monitor.core.finding import RuleBook
from monitor.core.phrases import until
from monitor.queries.lines import OverviewContext
from monitor.store import Tx
from monitor.web import forms
from monitor.web.days import written_day
from monitor.web.forms import Form, Problems, done
from monitor.web.pages.pages import Pages


def routes(pages: Pages) -> tuple[Route, ...]:
    """Return the addresses; they stand before that of an account, whose id may have strokes in it."""
    address = "/accounts/{account_id:path}/deregistration"
    return Route(address, partial(steps, pages)), Route(address, partial(post_steps, pages), methods=["POST"])


async def steps(pages: Pages, request: Request) -> Response:
    """Answer GET: the days that are marked, and until when the next one is due."""
    return await _page(pages, request, Form({}))


async def post_steps(pages: Pages, request: Request) -> Response:
    """Answer POST: keep what is new of them."""
    form, moment = await forms.form_of(request), pages.context.moment()
    id_ = request.path_params["account_id"]
    try:
        command = MarkStepsCommand(
            account=id_,
            days={day: _day(form, day) for day in ClosingDay if form.get(day.value).strip()},
            why=form.get("why"),
            into=form.get("into"),
            seen=form.get("seen"),
            book=pages.context.rule_book(moment.today),
        )
        made = await pages.perform(request, mark_steps, command)
    except DaysRefusedError as error:
        return await _page(pages, request, form, problems=[(name, f"{text}。") for name, text in error.faults])
    except RefusedError as error:
        status = 409 if isinstance(error, StaleError) else 422
        return await _page(pages, request, form, problems=forms.problems_of(error), status=status)
    what = f"{made.progress.ruling.label}进度"
    said = f"已登记“{made.account.name}”的{what}：{made.told}。{_next(made.progress, moment)}"
    return done(request, f"/accounts/{quote(id_)}/deregistration", said)


def _day(form: Form, day: ClosingDay) -> date:
    try:
        return written_day(form.get(day.value).strip())
    except ValueError as error:
        raise RefusedError(f"{day.label}应写作2026-05-19。", Field(day.value, day.label)) from error


def _next(reached: Progress, moment: OverviewContext) -> str:
    """Return what is to be done next, and by when, as a sentence; empty where all is done."""
    if reached.next is None:
        return ""
    due = f"，请于{until(reached.due, moment.today)}" if reached.due else ""
    return f"下一步：{_TO_DO.get(reached.next, reached.next.label)}{due}。"


_TO_DO = {
    Stage.GONE: "核实平台已无该账号",
    Stage.CLOSED: "归档（在台账中改为“已注销”）",
}
"""What is done at the steps that are no day of the form."""


def _read(tx: Tx, account: str, book: RuleBook, now: datetime) -> tuple[Account, ClosingForm, str]:
    known, form = form_of(tx, account, book, now)
    return known, form, hint_of(tx, known, form)


async def _page(pages: Pages, request: Request, typed: Form, *, problems: Problems = (), status: int = 422) -> Response:
    moment, id_ = pages.context.moment(), request.path_params["account_id"]
    book = pages.context.rule_book(moment.today)
    if ID not in book.clauses:
        raise HTTPException(404, "没有设置注销办理的规则。")
    try:
        account, found, hint = await pages.context.store.query(lambda tx: _read(tx, id_, book, moment.now))
    except RefusedError as error:
        raise HTTPException(404, str(error)) from None
    return pages.html(
        "deregistration.html",
        moment,
        status=status if problems else 200,
        account=account,
        found=found,
        typed=typed,
        problems=problems,
        hint=hint,
        coming=_next(found.progress, moment),
    )
