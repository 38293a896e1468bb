"""Protocol switches: only what is named is touched, what was found is given back, what others turned is theirs."""

from typing import Any

import pytest

from mailgrant.errors import CmdletError, ExchangeError, HostLostError
from mailgrant.exchange import settings
from mailgrant.exchange.cmdlets.call import Call
from mailgrant.exchange.settings_provider import KINDS
from mailgrant.exchange.switches import Places, State
from offline_tenant.state.tenant import Tenant
from tests.exchange.conftest import TenantSession

INVOICES, BILLING, FRONT = "invoices@contoso.com", "billing@contoso.com", "frontdesk@contoso.com"
MAILBOXES = KINDS["MailboxProtocols"]
POP_OFF, ALL_OFF = {"pop": "off"}, {"imap": "off", "pop": "off", "smtp_auth": "off"}


def quiet(_: str) -> None:
    pass


def set_(
    session: TenantSession, wanted: Places, before: State | None = None, names: Any = None
) -> tuple[State, dict[str, str], dict[str, str]]:
    """What the two resources do one after the other; gives the state that comes of it, failures, and what was left."""
    before = before or State()
    seen = settings.look(session, MAILBOXES, before.found, names or {}, wanted, quiet)
    outcome = settings.change(session, MAILBOXES, before, wanted, seen.words, quiet)
    return State(outcome.applied, seen.words), {**outcome.failed, **seen.failed}, outcome.left


def shown(session: TenantSession, mailbox: str) -> tuple[bool, bool, bool | None]:
    [record] = session.exchange.run("Get-CASMailbox", Identity=mailbox)
    return record["ImapEnabled"], record["PopEnabled"], record["SmtpClientAuthenticationDisabled"]


def turn(session: TenantSession, mailbox: str, **values: Any) -> None:
    session.exchange.post("Set-CASMailbox", Identity=mailbox, **values).raise_for_status()


def test_only_the_named_switches_are_turned_with_one_read_and_one_write(session: TenantSession) -> None:
    before = shown(session, FRONT)

    state, failed, _ = set_(session, {FRONT: POP_OFF})

    assert (state.applied, state.found, failed) == ({FRONT: POP_OFF}, {FRONT: {"pop": "on"}}, {})
    assert shown(session, FRONT) == (before[0], False, before[2])
    assert session.taken() == {"Get-CASMailbox": 1, "Set-CASMailbox": 1}


def test_what_is_as_wanted_already_is_looked_at_again_and_not_written(session: TenantSession) -> None:
    state, _, _ = set_(session, {FRONT: {"imap": "on"}})

    assert state.applied == {FRONT: {"imap": "on"}}
    assert session.taken() == {"Get-CASMailbox": 2}


def test_what_was_found_in_a_run_that_was_killed_is_not_believed_for_ever(session: TenantSession) -> None:
    seen = settings.look(session, MAILBOXES, {}, {}, {FRONT: POP_OFF}, quiet)
    settings.change(session, MAILBOXES, State(), {FRONT: POP_OFF}, seen.words, quiet)  # is lost

    settings.change(session, MAILBOXES, State(), {FRONT: {"pop": "on"}}, seen.words, quiet)

    assert shown(session, FRONT)[1] is True


def test_the_second_time_nothing_is_called(session: TenantSession) -> None:
    state, _, _ = set_(session, {FRONT: POP_OFF})
    session.taken()

    assert set_(session, {FRONT: POP_OFF}, state) == (state, {}, {})
    assert session.taken() == {}


@pytest.mark.parametrize("word", ["on", "off", "inherit"])
def test_smtp_auth_has_three_words(session: TenantSession, word: str) -> None:
    turn(session, FRONT, SmtpClientAuthenticationDisabled=word == "on")

    set_(session, {FRONT: {"smtp_auth": word}})

    assert shown(session, FRONT)[2] is {"on": False, "off": True, "inherit": None}[word]


def test_what_is_not_wanted_any_more_goes_back_to_what_was_found(session: TenantSession) -> None:
    turn(session, FRONT, SmtpClientAuthenticationDisabled=None)
    before = shown(session, FRONT)
    state, _, _ = set_(session, {FRONT: ALL_OFF, BILLING: POP_OFF})
    assert shown(session, FRONT) == (False, False, True)

    state, _, _ = set_(session, {FRONT: POP_OFF}, state)
    assert shown(session, FRONT) == (before[0], False, before[2])
    assert state.applied == {FRONT: POP_OFF}

    set_(session, {}, state)
    assert shown(session, FRONT) == before
    assert shown(session, BILLING)[1] is True


def test_what_somebody_else_has_turned_since_is_left_and_said(session: TenantSession) -> None:
    turn(session, FRONT, SmtpClientAuthenticationDisabled=None)
    state, _, _ = set_(session, {FRONT: {"smtp_auth": "off"}})
    turn(session, FRONT, SmtpClientAuthenticationDisabled=False)

    after, failed, left = set_(session, {}, state)

    assert (after.applied, failed, left) == ({}, {}, {f"{FRONT} smtp_auth": "on"})
    assert shown(session, FRONT)[2] is False


def test_drift_that_a_refresh_saw_is_mended_and_still_given_back(session: TenantSession) -> None:
    state, _, _ = set_(session, {FRONT: POP_OFF})
    turn(session, FRONT, PopEnabled=True)
    seen = settings.read(session, MAILBOXES, state.applied, quiet)
    assert seen == {FRONT: {"pop": "on"}}

    state, _, _ = set_(session, {FRONT: POP_OFF}, State(state.applied, state.found, seen))
    assert shown(session, FRONT)[1] is False

    set_(session, {}, state)
    assert shown(session, FRONT)[1] is True


def test_a_run_that_was_killed_after_the_write_does_not_forget_what_was_found(session: TenantSession) -> None:
    seen = settings.look(session, MAILBOXES, {}, {}, {FRONT: POP_OFF}, quiet)  # stands in the state
    settings.change(session, MAILBOXES, State(), {FRONT: POP_OFF}, seen.words, quiet)  # is lost

    again = settings.look(session, MAILBOXES, seen.words, seen.names.known, {FRONT: POP_OFF}, quiet)
    outcome = settings.change(session, MAILBOXES, State(), {FRONT: POP_OFF}, again.words, quiet)
    settings.change(session, MAILBOXES, State(outcome.applied, again.words), {}, {}, quiet)

    assert shown(session, FRONT)[1] is True


def test_a_mailbox_that_is_not_there_stops_only_itself(session: TenantSession) -> None:
    state, failed, _ = set_(session, {"nobody@contoso.com": POP_OFF, FRONT: POP_OFF})

    assert state.applied == {FRONT: POP_OFF}
    assert "couldn't be found" in failed["nobody@contoso.com"]


def test_two_names_of_one_mailbox_are_found_and_named(session: TenantSession) -> None:
    state, failed, _ = set_(session, {INVOICES: POP_OFF, "rechnungen@contoso.com": {"pop": "on"}})

    assert state.applied == {INVOICES: POP_OFF}
    assert failed == {"rechnungen@contoso.com": f"is the same as {INVOICES}: name it once"}


def test_a_write_that_fails_is_tried_again_alone(session: TenantSession) -> None:
    def refuse(call: Call) -> None:
        if call.cmdlet == "Set-CASMailbox" and call.target == FRONT:
            raise CmdletError(call.cmdlet, call.target, "not now")

    session.before = refuse
    state, failed, _ = set_(session, {FRONT: POP_OFF, BILLING: POP_OFF})
    assert (state.applied, failed) == ({BILLING: POP_OFF}, {FRONT: "not now"})
    session.before = lambda _: None
    session.taken()

    state, failed, _ = set_(session, {FRONT: POP_OFF, BILLING: POP_OFF}, state)

    assert (state.applied, failed) == ({FRONT: POP_OFF, BILLING: POP_OFF}, {})
    assert session.taken() == {"Set-CASMailbox": 1}


def test_a_lookup_that_fails_is_an_error_and_never_absence(session: TenantSession) -> None:
    state, _, _ = set_(session, {FRONT: POP_OFF})

    def fail(call: Call) -> None:
        raise HostLostError("pwsh ended")

    session.before = fail

    with pytest.raises(
        ExchangeError, match=r"1 mailbox could not be read:\n  - frontdesk@contoso.com: pwsh ended"
    ):
        settings.read(session, MAILBOXES, state.applied, quiet)
    assert set_(session, {}, state)[1] == {FRONT: "pwsh ended"}


@pytest.mark.parametrize("answer", ["error", "everything"])
def test_a_mailbox_that_is_gone_needs_nothing_given_back(
    session: TenantSession, tenant: Tenant, answer: str
) -> None:
    state, _, _ = set_(session, {FRONT: POP_OFF})
    [record] = session.exchange.run("Get-Mailbox", Identity=FRONT)
    tenant.documents("mailboxes").delete(record["Guid"])
    tenant.documents("settings").put("exchange", {"unknown_identity": answer})

    after, failed, _ = set_(session, {}, state)

    # Where Exchange answers with everything, nobody can know: it is told, and nothing is done.
    told = {FRONT: "Exchange did not answer with this one object"}
    assert (after.applied, failed) == (({}, {}) if answer == "error" else (state.applied, told))
