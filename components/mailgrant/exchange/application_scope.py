"""Sending over SMTP by RBAC for Applications: a scope of recipients, and a role assignment that has it.

Both are named after the application, so that what a run before us left is known to be ours.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from mailgrant.errors import AlreadyExistsError, NotFoundError
from mailgrant.exchange.cancellation import CANCELLATION
from mailgrant.exchange.cmdlets import application_scope as cmdlets
from mailgrant.exchange.cmdlets.call import Call, Record, Reply, is_true, text
from mailgrant.exchange.session import Session

# Seconds between the tries while Exchange does not know a principal yet that it has just made.
PAUSES: Final = (2.0, 5.0, 10.0, 20.0, 40.0, 60.0, 60.0, 60.0)


@dataclass(frozen=True)
class Wanted:
    """What an application may send as.

    Args:
        app_id: the application's (client) id.
        group: the address of a group whose direct members it may send as; empty if a filter says it.
        filter: Exchange's recipient filter; empty if a group says it.
    """

    app_id: str
    group: str = ""
    filter: str = ""

    @property
    def scope(self) -> str:
        """The name of its scope."""
        return f"mailgrant {self.app_id}"

    @property
    def assignment(self) -> str:
        """The name of its role assignment."""
        return f"mailgrant SMTP {self.app_id}"


@dataclass(frozen=True)
class Shown:
    """What is there: the filter of the scope, and whether the assignment has it, is switched on, and lets send."""

    filter: str
    effective: bool


def ensure(session: Session, wanted: Wanted, pause: Callable[[float], object] = CANCELLATION.wait) -> str:
    """Make scope and assignment, or bring those that are there into the wanted shape; gives the filter.

    Raises:
        NotFoundError: there is no such group, or Exchange does not know the application.
        ExchangeError: Exchange refused.
    """
    wanted_filter = _filter(session, wanted)
    try:
        session.run(cmdlets.new_scope(wanted.scope, wanted_filter))
    except AlreadyExistsError:
        session.run(cmdlets.set_scope(wanted.scope, wanted_filter))
    _assign(session, wanted, pause)
    return wanted_filter


def narrow(session: Session, wanted: Wanted, pause: Callable[[float], object] = CANCELLATION.wait) -> str:
    """Give the scope another filter, and the assignment the scope; gives the filter. What is gone is made again.

    Raises:
        ExchangeError: Exchange refused.
    """
    wanted_filter = _filter(session, wanted)
    try:
        session.run(cmdlets.set_scope(wanted.scope, wanted_filter))
        session.run(cmdlets.set_assignment(wanted.assignment, wanted.scope))
    except NotFoundError:
        return ensure(session, wanted, pause)
    return wanted_filter


def is_same(one: str, other: str) -> bool:
    """Whether two filters are the same but for what Exchange adds: outer parentheses, spaces."""
    return cmdlets.normal(one).casefold() == cmdlets.normal(other).casefold()


def find(session: Session, wanted: Wanted) -> Shown | None:
    """What is there of it; None if there is neither scope nor assignment.

    Raises:
        ExchangeError: a list could not be read; that never means that nothing is there.
    """
    scope = _named(session.run(cmdlets.get_scopes()), wanted.scope)
    assignment = _named(session.run(cmdlets.get_assignments()), wanted.assignment)
    if scope is None and assignment is None:
        return None
    has_it = text(assignment or {}, "CustomResourceScope").casefold() == wanted.scope.casefold()
    lets_send = text(assignment or {}, "Role") == cmdlets.SEND
    effective = has_it and lets_send and is_true((assignment or {}).get("Enabled"))
    return Shown(cmdlets.filter_of(scope or {}), effective)


def remove(session: Session, wanted: Wanted) -> None:
    """Remove the assignment, then its scope; what is gone already is as wanted.

    Raises:
        ExchangeError: Exchange refused.
    """
    for call in (cmdlets.remove_assignment(wanted.assignment), cmdlets.remove_scope(wanted.scope)):
        try:
            session.run(call)
        except NotFoundError:
            continue


def _assign(session: Session, wanted: Wanted, pause: Callable[[float], object]) -> None:
    new = cmdlets.new_assignment(wanted.assignment, wanted.app_id, wanted.scope)
    try:
        _patiently(session, new, pause)
    except AlreadyExistsError:
        found = _named(session.run(cmdlets.get_assignments()), wanted.assignment)
        if found and text(found, "Role") == cmdlets.SEND:
            session.run(cmdlets.set_assignment(wanted.assignment, wanted.scope))
            return
        # The role of an assignment cannot change.
        session.run(cmdlets.remove_assignment(wanted.assignment))
        _patiently(session, new, pause)


def _filter(session: Session, wanted: Wanted) -> str:
    if not wanted.group:
        return wanted.filter
    reply = session.run(cmdlets.get_group(wanted.group))
    # Asked for one that is unknown, Exchange's Get- cmdlets may answer with everything.
    if len(reply.records) != 1:
        raise NotFoundError(
            "Get-DistributionGroup", wanted.group, "Exchange did not answer with this one group"
        )
    return cmdlets.members_of(reply.records[0])


def _named(reply: Reply, name: str) -> Record | None:
    return next((one for one in reply.records if text(one, "Name").casefold() == name.casefold()), None)


def _patiently(session: Session, call: Call, pause: Callable[[float], object]) -> Reply:
    for seconds in PAUSES:
        try:
            return session.run(call)
        except NotFoundError:
            pause(seconds)
    return session.run(call)
