"""Run an action in a durable transaction of its own: the one way from the faces of the program to a change."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol, TypeVar

from monitor.actions.actor import Actor
from monitor.store import Store, Tx

C_contra = TypeVar("C_contra", contravariant=True)
D_co = TypeVar("D_co", covariant=True)
C = TypeVar("C")
D = TypeVar("D")


class Action(Protocol[C_contra, D_co]):
    """An action of a person, as a function of a transaction and a command value."""

    def __call__(self, tx: Tx, command: C_contra, /, *, actor: Actor, now: datetime) -> D_co:
        """Do it, write one audit row and return what was done; raises RefusedError, and then nothing is kept."""


def perform(store: Store, action: Action[C, D], command: C, *, actor: Actor, now: datetime) -> D:
    """Return what the action returned, kept durably; raises RefusedError and StoreError, and then nothing is kept."""
    with store.begin(durable=True) as tx:
        return action(tx, command, actor=actor, now=now)


async def perform_async(store: Store, action: Action[C, D], command: C, *, actor: Actor, now: datetime) -> D:
    """Do as `perform` does, on the store's writer thread."""
    return await store.write(lambda tx: action(tx, command, actor=actor, now=now), durable=True)
