"""Two rights on one mailbox: each is given, taken and told by itself."""

import pytest

from mailgrant.errors import CmdletError
from mailgrant.exchange import mailbox_access, service_principal
from mailgrant.exchange.cmdlets.call import Call
from mailgrant.exchange.service_principal import Wanted
from tests.exchange.conftest import TenantSession

APP_ID = "aaaaaaaa-0000-4000-8000-000000000001"
PRINCIPAL = "bbbbbbbb-0000-4000-8000-000000000001"
INVOICES = "invoices@contoso.com"
BOTH = "full-access, send-as"


@pytest.fixture
def exchange(session: TenantSession) -> TenantSession:
    service_principal.ensure(session, Wanted(APP_ID, PRINCIPAL, "invoice-poller"))
    session.taken()
    return session


def change(
    session: TenantSession, before: dict[str, str], wanted: dict[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    outcome = mailbox_access.change(session, PRINCIPAL, before, wanted, lambda _: None)
    return outcome.granted, outcome.failed


def test_each_right_is_one_write(exchange: TenantSession) -> None:
    assert change(exchange, {}, {INVOICES: BOTH}) == ({INVOICES: BOTH}, {})
    assert exchange.taken() == {"Add-MailboxPermission": 1, "Add-RecipientPermission": 1}

    assert mailbox_access.read(exchange, PRINCIPAL, APP_ID, {INVOICES: BOTH}, lambda _: None) == {
        INVOICES: BOTH
    }

    assert change(exchange, {INVOICES: BOTH}, {INVOICES: "full-access"}) == ({INVOICES: "full-access"}, {})
    found = mailbox_access.read(exchange, PRINCIPAL, APP_ID, {INVOICES: BOTH}, lambda _: None)
    assert found == {INVOICES: "full-access"}


def test_a_right_that_a_killed_run_gave_is_taken_over(exchange: TenantSession) -> None:
    change(exchange, {}, {INVOICES: BOTH})

    for _ in range(2):
        assert change(exchange, {}, {INVOICES: BOTH}) == ({INVOICES: BOTH}, {})


def test_taking_a_right_twice_succeeds(exchange: TenantSession) -> None:
    change(exchange, {}, {INVOICES: BOTH})

    for _ in range(2):
        assert change(exchange, {INVOICES: BOTH}, {}) == ({}, {})


def test_the_right_that_failed_is_named_and_the_other_one_is_kept(exchange: TenantSession) -> None:
    def refuse(call: Call) -> None:
        if call.cmdlet == "Add-RecipientPermission":
            raise CmdletError(call.cmdlet, call.target, "not now")

    exchange.before = refuse
    granted, failed = change(exchange, {}, {INVOICES: BOTH})
    assert (granted, failed) == ({INVOICES: "full-access"}, {INVOICES: "send-as: not now"})
    exchange.before = lambda _: None
    exchange.taken()

    assert change(exchange, granted, {INVOICES: BOTH}) == ({INVOICES: BOTH}, {})
    assert exchange.taken() == {"Add-RecipientPermission": 1}


def test_automapping_is_taken_and_given_anew(exchange: TenantSession) -> None:
    mapped = "full-access+automapping"
    change(exchange, {}, {INVOICES: "full-access"})
    exchange.taken()

    assert change(exchange, {INVOICES: "full-access"}, {INVOICES: mapped}) == ({INVOICES: mapped}, {})
    assert exchange.taken() == {"Remove-MailboxPermission": 1, "Add-MailboxPermission": 1}
