"""A call that was stopped may be done or not: nothing of it is forgotten, and the next run finds out."""

from collections.abc import Callable
from typing import Any

import pytest

from mailgrant.errors import CancelledError, CmdletError
from mailgrant.exchange.cmdlets.call import Call
from tests.exchange.conftest import TenantSession
from tests.exchange.settings_subjects import FRONT, MAILBOX_PROTOCOLS, turned
from tests.exchange.subjects import BILLING, INVOICES, MAILBOX_ACCESS, SERVICE_PRINCIPAL, Properties

FULL = "full-access"
BEGUN, WAITING = "cancelled while Exchange was at it: it may be done or not", "cancelled before it was begun"
WANTED = {**MAILBOX_ACCESS.wanted, "access": {INVOICES: FULL, BILLING: FULL}}
OFF = {"imap": "off", "pop": "off"}


def stopped_at(session: TenantSession, cmdlet: str, *, done: bool) -> None:
    """From the first call of this cmdlet on: it is stopped, after Exchange did it or before, and none is begun."""
    asked: list[Call] = []

    def before(call: Call) -> None:
        if asked:
            raise CancelledError(begun=False)
        if call.cmdlet == cmdlet:
            asked.append(call)
            if done:
                session.exchange.post(call.cmdlet, **call.parameters).raise_for_status()
            raise CancelledError(begun=True)

    session.before = before


def go_on(session: TenantSession) -> None:
    session.before = lambda _: None
    session.taken()


def outs_of(work: Callable[[], Any]) -> Properties:
    """What stands in the state after an operation: as JSON would have it."""
    outs: Properties = work().outs
    return outs


@pytest.mark.parametrize("done", [True, False])
def test_access_that_may_be_granted_is_granted_by_the_next_update(
    session: TenantSession, *, done: bool
) -> None:
    MAILBOX_ACCESS.prepare(session)
    provider = MAILBOX_ACCESS.over(session)
    stopped_at(session, "Add-MailboxPermission", done=done)

    outs = outs_of(lambda: provider.create(WANTED))
    assert outs["failed"] == {INVOICES: BEGUN, BILLING: WAITING}
    assert (outs["granted"], outs["unknown"]) == ({}, {INVOICES: FULL})

    go_on(session)
    after = outs_of(lambda: provider.update("", outs, WANTED))
    assert (after["granted"], after["failed"], after.get("unknown")) == (WANTED["access"], {}, None)


@pytest.mark.parametrize("operation", ["update", "delete", "refresh and delete"])
def test_access_that_may_be_granted_is_taken_back_when_nobody_wants_it(
    session: TenantSession, operation: str
) -> None:
    MAILBOX_ACCESS.prepare(session)
    provider, before = MAILBOX_ACCESS.over(session), MAILBOX_ACCESS.shows(session)
    stopped_at(session, "Add-MailboxPermission", done=True)
    outs = outs_of(lambda: provider.create(WANTED))
    go_on(session)
    assert MAILBOX_ACCESS.shows(session) != before

    if operation == "update":
        outs = outs_of(lambda: provider.update("", outs, {**WANTED, "access": {}}))
        assert (outs["failed"], outs.get("unknown")) == ({}, None)
    else:
        if operation == "refresh and delete":
            outs = outs_of(lambda: provider.read("", outs))
        provider.delete("", outs)

    assert MAILBOX_ACCESS.shows(session) == before


def test_when_no_call_was_begun_there_is_nothing_to_remember(session: TenantSession) -> None:
    def cancelled(_: Call) -> None:
        raise CancelledError(begun=False)

    session.before = cancelled

    for subject in (SERVICE_PRINCIPAL, MAILBOX_ACCESS, MAILBOX_PROTOCOLS):
        with pytest.raises(CancelledError, match="before it was begun"):
            subject.over(session).create(subject.wanted)


@pytest.mark.parametrize("done", [True, False])
def test_switches_that_may_be_set_are_set_again_and_given_back(session: TenantSession, *, done: bool) -> None:
    turned(imap=True, pop=True)(session)
    provider, before = MAILBOX_PROTOCOLS.over(session), MAILBOX_PROTOCOLS.shows(session)
    stopped_at(session, "Set-CASMailbox", done=done)

    outs = outs_of(lambda: provider.create(MAILBOX_PROTOCOLS.wanted))
    assert outs["failed"] == {FRONT: BEGUN}

    go_on(session)
    after = outs_of(lambda: provider.update("", outs, MAILBOX_PROTOCOLS.wanted))
    assert (after["applied"], after["failed"]) == ({FRONT: OFF}, {})
    assert session.taken()["Set-CASMailbox"] == 1
    for state in (outs, after):  # also when no update came between
        provider.delete("", state)
        assert MAILBOX_PROTOCOLS.shows(session) == before


def test_a_service_principal_that_may_be_made_is_found_by_the_next_update(session: TenantSession) -> None:
    provider = SERVICE_PRINCIPAL.over(session)
    stopped_at(session, "New-ServicePrincipal", done=True)
    with pytest.raises(CancelledError):
        provider.create(SERVICE_PRINCIPAL.wanted)

    go_on(session)
    provider.create(SERVICE_PRINCIPAL.wanted)

    assert session.taken() == {"New-ServicePrincipal": 1, "Get-ServicePrincipal": 1}


def test_a_setting_that_a_refresh_saw_and_an_update_could_not_mend_is_still_to_be_mended(
    session: TenantSession,
) -> None:
    provider = MAILBOX_PROTOCOLS.over(session)
    outs = outs_of(lambda: provider.create(MAILBOX_PROTOCOLS.wanted))
    turned(imap=True, pop=True)(session)
    drifted = {**outs_of(lambda: provider.read("", outs)), "__snapshot": outs["__snapshot"]}

    def refuse(call: Call) -> None:
        if call.cmdlet == "Set-CASMailbox":
            raise CmdletError(call.cmdlet, call.target, "not now")

    session.before = refuse
    failed = outs_of(lambda: provider.update("", drifted, MAILBOX_PROTOCOLS.wanted))
    assert failed["failed"] == {FRONT: "not now"}

    go_on(session)
    mended = outs_of(lambda: provider.update("", failed, MAILBOX_PROTOCOLS.wanted))
    assert (mended["failed"], mended["applied"]) == ({}, {FRONT: OFF})
    assert "front off off" in MAILBOX_PROTOCOLS.shows(session)
