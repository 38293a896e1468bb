"""Limits of a mailbox: connections, commands, messages, recipients; Exchange's texts, on the tenant's clock."""

import smtplib
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from offline_tenant.mail import limits
from offline_tenant.mail.authentication import Decision, Outcome
from offline_tenant.mail.limit_table import LIMITS
from offline_tenant.mail.limits import Limits
from offline_tenant.state.tenant import Installation, Tenant
from tests.offline.control_helper import Control
from tests.offline.mail_helper import MAILBOX, MailServer, Wire

pytest_plugins = ["tests.offline.control_fixtures"]

ADELE = "adele@contoso.com"
LETTER = b"From: invoices@contoso.com\r\nSubject: Hello\r\n\r\nText.\r\n"
NOON = datetime(2027, 1, 1, 12, 30, tzinfo=UTC)
CONNECTED = b"b OK [READ-WRITE] SELECT completed."
NOT_CONNECTED = b"b BAD User is authenticated but not connected."


def log_in(mail: MailServer, wire: Wire) -> bytes:
    """What the first command after a login is answered with."""
    wire.line()
    assert wire.ask(b"a", b"AUTHENTICATE XOAUTH2 " + mail.response()) == [b"a OK AUTHENTICATE completed."]
    return wire.ask(b"b", b"SELECT INBOX")[-1]


# --- IMAP


def test_the_twenty_first_connection_is_not_connected(mail: MailServer) -> None:
    with ExitStack() as stack:
        wires = [stack.enter_context(mail.wire()) for _ in range(20)]
        assert {log_in(mail, wire) for wire in wires} == {CONNECTED}
        with mail.wire() as excess:
            assert log_in(mail, excess) == NOT_CONNECTED
        assert mail.ledger.stats()["logins"] == {"imap ok": 20, "imap not connected": 1}
        reasons = [entry["reason"] for entry in mail.ledger.log() if entry["call"] == "login"]
        assert reasons == ["connected"] * 20 + ["too many connections to the mailbox are open"]

        assert wires[3].ask(b"c", b"LOGOUT")[-1] == b"c OK LOGOUT completed."
        assert wires[3].closed()
        with mail.wire() as next_one:
            assert log_in(mail, next_one) == CONNECTED


def test_connections_without_a_mailbox_take_no_place(mail: MailServer, installation: Installation) -> None:
    mail.do(lambda: limits.change(installation, {"imapConnections": 1}))
    with ExitStack() as stack:
        mail.revoke()
        assert log_in(mail, stack.enter_context(mail.wire())) == NOT_CONNECTED
        mail.grant()
        stack.enter_context(mail.wire()).line()
        assert log_in(mail, stack.enter_context(mail.wire())) == CONNECTED


def test_a_connection_that_breaks_gives_its_place_back(mail: MailServer, installation: Installation) -> None:
    mail.do(lambda: limits.change(installation, {"imapConnections": 1}))
    for _ in range(3):
        with mail.wire() as wire:
            assert _in_the_end(mail, wire)
            wire.send(b"c APPEND INBOX {10+}\r\nhalf")


def _in_the_end(mail: MailServer, wire: Wire) -> bool:
    """Whether a login gets its mailbox once the server has noticed that others are gone."""
    if log_in(mail, wire) == CONNECTED:
        return True
    for _ in range(200):
        with mail.wire() as another:
            if log_in(mail, another) == CONNECTED:
                return True
    return False


def test_too_many_commands_are_throttled_and_the_connection_is_closed(
    mail: MailServer, installation: Installation
) -> None:
    mail.do(lambda: installation.clock.stop(installation.clock.now()))
    mail.do(lambda: limits.change(installation, {"imapCommands": 3}))
    with mail.wire() as wire:
        assert log_in(mail, wire) == CONNECTED
        mail.do(lambda: installation.clock.advance(timedelta(seconds=10.5)))
        assert wire.ask(b"c", b"NOOP") == [b"c OK NOOP completed."]
        assert wire.ask(b"d", b"NOOP") == [b"d OK NOOP completed."]
        assert wire.ask(b"e", b"NOOP") == [
            b"e BAD Request is throttled. Suggested Backoff Time: 289500 milliseconds"
        ]
        assert wire.line() == b"* BYE Connection closed. 14"
        assert wire.closed()
    with mail.wire() as again:
        again.line()
        response = b"AUTHENTICATE XOAUTH2 " + mail.response()
        assert again.ask(b"a", response) == [b"a OK AUTHENTICATE completed."]
        assert b"throttled" in again.ask(b"b", b"SELECT INBOX")[-1]
    mail.do(lambda: installation.clock.advance(timedelta(seconds=289.5)))
    with mail.wire() as later:
        assert log_in(mail, later) == CONNECTED


# --- SMTP: what its server asks for


@pytest.fixture
def login(tenant: Tenant) -> Decision:
    """A login to a mailbox; time stands still."""
    tenant.clock.stop(NOON)
    return Decision(Outcome.CONNECTED, "connected", tenant, {"Guid": "a mailbox"})


@pytest.fixture
def smtp(installation: Installation, login: Decision) -> Iterator[Limits]:
    found = Limits(installation)
    found.enter("smtp", login, "the connection")
    yield found
    found.leave("the connection")


def send(smtp: Limits, login: Decision, recipients: int = 1) -> limits.Excess | None:
    return smtp.submit(login, recipients, "the connection")


def test_three_connections_send_and_the_fourth_does_not(smtp: Limits, login: Decision) -> None:
    assert [smtp.enter("smtp", login, name) for name in ("two", "three", "four")] == [True, True, False]
    answers = [smtp.submit(login, 1, name) for name in ("the connection", "two", "three", "four")]
    assert answers == [None, None, None, limits.TOO_MANY_SENDERS]
    smtp.leave("two")
    assert smtp.submit(login, 1, "four") is None


def test_thirty_messages_a_minute(smtp: Limits, login: Decision, tenant: Tenant) -> None:
    assert [send(smtp, login) for _ in range(30)] == [None] * 30
    assert send(smtp, login) == limits.TOO_MANY_SENDERS
    tenant.clock.advance(timedelta(seconds=59))
    assert send(smtp, login) == limits.TOO_MANY_SENDERS
    tenant.clock.advance(timedelta(seconds=1))
    assert send(smtp, login) is None


def test_ten_thousand_recipients_a_day(smtp: Limits, login: Decision, tenant: Tenant) -> None:
    assert [send(smtp, login, 500) for _ in range(19)] == [None] * 19
    assert send(smtp, login, 501) == limits.QUOTA_EXCEEDED
    assert send(smtp, login, 500) is None
    assert send(smtp, login, 1) == limits.QUOTA_EXCEEDED
    tenant.clock.advance(timedelta(hours=23, minutes=29))
    assert send(smtp, login) == limits.QUOTA_EXCEEDED
    tenant.clock.advance(timedelta(minutes=1))
    assert send(smtp, login) is None


def test_another_mailbox_has_limits_of_its_own(smtp: Limits, login: Decision, tenant: Tenant) -> None:
    other = Decision(Outcome.CONNECTED, "connected", tenant, {"Guid": "another"})
    smtp.enter("smtp", other, "their connection")
    assert send(smtp, login, 10_000) is None
    assert smtp.submit(other, 10_000, "their connection") is None


def test_a_clock_that_is_set_back_does_not_block_for_ever(
    smtp: Limits, login: Decision, tenant: Tenant
) -> None:
    for _ in range(30):
        send(smtp, login, 300)
    tenant.clock.stop(NOON - timedelta(days=3))
    assert send(smtp, login, 5000) is None


def test_a_refused_login_has_nothing_to_count_for(smtp: Limits) -> None:
    with pytest.raises(ValueError, match="no mailbox"):
        smtp.enter("smtp", Decision(Outcome.REFUSED, "no"), "x")


# --- the control plane


def test_limits_are_merged_replaced_and_given_back(control: Control) -> None:
    own: dict[str, Any] = {name: row.default for name, row in LIMITS.items()}
    assert control.ask("GET", "limits") == own
    assert control.ask("POST", "limits", {"imapConnections": 2}) == own | {"imapConnections": 2}
    both = {"imapConnections": 2, "smtpMessages": "unlimited"}
    assert control.ask("POST", "limits", {"smtpMessages": "unlimited"}) == own | both
    assert control.ask("POST", "limits", {"imapConnections": None}) == own | {"smtpMessages": "unlimited"}
    assert control.ask("PUT", "limits", {"imapCommands": 0}) == own | {"imapCommands": 0}
    control.ask("DELETE", "limits", expect=204)
    assert control.ask("GET", "limits") == own


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ({"imapConnection": 1}, "no such limit; known are imapConnections, imapCommands"),
        ({"imapConnections": -1}, "Input should be greater than or equal to 0"),
        ({"imapConnections": "two"}, "Input should be 'unlimited'"),
        ({"imapConnections": 1.5}, "Input should be a valid integer"),
        ([], "Input should be an object"),
    ],
)
def test_a_wrong_limit_changes_nothing(control: Control, body: Any, complaint: str) -> None:
    control.ask("POST", "limits", {"smtpMessages": 7})
    before = control.ask("GET", "limits")
    assert complaint in control.complaint("PUT", "limits", body)
    assert control.ask("GET", "limits") == before


def test_what_was_sent_is_saved_restored_and_reset(control: Control) -> None:
    tenant = control.installation.tenants()[0]
    control.ask("POST", "clock", {"stop": "2027-01-01T12:00:00Z"})
    login = Decision(Outcome.CONNECTED, "connected", tenant, {"Guid": "a mailbox"})
    smtp = Limits(control.installation)
    smtp.enter("smtp", login, "the connection")
    assert send(smtp, login, 10_000) is None
    control.ask("POST", "limits", {"imapCommands": 1})
    assert [smtp.backoff("imap", login) for _ in range(2)] == [None, 300_000]

    control.ask("POST", "snapshots", {"name": "full"}, 201)
    control.ask("POST", "reset", {}, 204)
    assert control.ask("GET", "limits")["imapCommands"] == LIMITS["imapCommands"].default
    assert smtp.backoff("imap", login) is None
    assert send(smtp, login) is None
    control.ask("POST", "restore", {"name": "full"}, 204)
    assert control.ask("GET", "limits")["imapCommands"] == 1
    assert send(smtp, login) == limits.QUOTA_EXCEEDED


# --- SMTP: its server, asked by smtplib


@pytest.fixture
def sending(mail: MailServer) -> MailServer:
    mail.allow_smtp()
    return mail


def answer(client: smtplib.SMTP, *to: str) -> tuple[int, str]:
    """What a message is answered with at its end."""
    try:
        client.sendmail(MAILBOX, to or [ADELE], LETTER)
    except smtplib.SMTPDataError as error:
        return error.smtp_code, bytes(error.smtp_error).decode()  # type: ignore[arg-type]
    return 250, ""


def test_the_fourth_connection_may_not_send_until_another_one_leaves(sending: MailServer) -> None:
    with ExitStack() as stack:
        clients = [stack.enter_context(sending.submitting()) for _ in range(4)]
        assert [answer(client)[0] for client in clients] == [250, 250, 250, 432]
        assert answer(clients[3])[1].startswith(
            "4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded [Hostname="
        )
        clients[0].quit()
        assert answer(clients[3]) == (250, "")
    assert len(sending.letters(mailbox=ADELE)) == 4


def test_messages_and_recipients_over_the_wire(sending: MailServer, installation: Installation) -> None:
    sending.do(lambda: installation.clock.stop(installation.clock.now()))
    sending.do(lambda: limits.change(installation, {"smtpMessages": 2, "smtpRecipients": 3}))
    with sending.submitting() as client:
        assert [answer(client)[0] for _ in range(3)] == [250, 250, 432]
        sending.do(lambda: installation.clock.advance(timedelta(minutes=1)))
        code, text = answer(client, ADELE, "alex@contoso.com")
        assert (code, text.partition(";")[0]) == (
            554,
            "5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException",
        )
        assert answer(client) == (250, "")
    assert len(sending.letters(mailbox=ADELE)) == 3


def test_a_message_that_is_refused_for_something_else_does_not_count(
    sending: MailServer, installation: Installation
) -> None:
    sending.do(lambda: limits.change(installation, {"smtpMessages": 1}))
    with sending.submitting() as client:
        sending.revoke()
        assert [answer(client)[0] for _ in range(3)] == [430, 430, 430]
        sending.grant()
        assert [answer(client)[0] for _ in range(2)] == [250, 432]
