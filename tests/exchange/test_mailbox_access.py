"""Grants: the difference made true with one write each, nothing lost when a part fails."""

import pytest

from mailgrant.errors import CmdletError, HostLostError, MailgrantError
from mailgrant.exchange import mailbox_access, service_principal
from mailgrant.exchange.cmdlets.call import Call
from mailgrant.exchange.mailbox_access import Earlier
from mailgrant.exchange.service_principal import Wanted
from offline_tenant.exchange.mailboxes import add_mailbox
from offline_tenant.state.tenant import Tenant
from tests.exchange.conftest import TenantSession

APP_ID = "aaaaaaaa-0000-4000-8000-000000000001"
PRINCIPAL = "bbbbbbbb-0000-4000-8000-000000000001"
INVOICES, BILLING, SUPPORT = "invoices@contoso.com", "billing@contoso.com", "support@contoso.com"
FULL = "full-access"


@pytest.fixture
def exchange(session: TenantSession) -> TenantSession:
    """A session to a tenant that knows our principal."""
    service_principal.ensure(session, Wanted(APP_ID, PRINCIPAL, "invoice-poller"))
    session.taken()
    return session


def change(
    session: TenantSession, before: dict[str, str], wanted: dict[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    outcome = mailbox_access.change(session, PRINCIPAL, before, wanted, lambda _: None)
    return outcome.granted, outcome.failed


def holders(session: TenantSession, mailbox: str) -> list[str]:
    found = session.exchange.run("Get-MailboxPermission", Identity=mailbox)
    return [record["User"] for record in found if "SELF" not in record["User"]]


def test_a_grant_is_one_write_and_nothing_read(exchange: TenantSession) -> None:
    granted, failed = change(exchange, {}, {INVOICES: FULL, BILLING: FULL})

    assert (granted, failed) == ({BILLING: FULL, INVOICES: FULL}, {})
    assert exchange.taken() == {"Add-MailboxPermission": 2}
    assert holders(exchange, INVOICES) == holders(exchange, BILLING) == [PRINCIPAL]


def test_what_is_as_wanted_is_not_asked_about(exchange: TenantSession) -> None:
    change(exchange, {}, {INVOICES: FULL})
    exchange.taken()

    assert change(exchange, {INVOICES: FULL}, {INVOICES: FULL}) == ({INVOICES: FULL}, {})
    assert exchange.taken() == {}


def test_only_the_difference_is_written_and_revocations_come_first(exchange: TenantSession) -> None:
    change(exchange, {}, {INVOICES: FULL, BILLING: FULL})
    order: list[str] = []
    exchange.before = lambda call: order.append(f"{call.cmdlet} {call.target}")

    granted, _ = change(exchange, {INVOICES: FULL, BILLING: FULL}, {SUPPORT: FULL, BILLING: FULL})

    assert granted == {BILLING: FULL, SUPPORT: FULL}
    assert order == [f"Remove-MailboxPermission {INVOICES}", f"Add-MailboxPermission {SUPPORT}"]
    assert holders(exchange, INVOICES) == []


def test_a_grant_that_a_killed_run_made_is_looked_at_and_taken_over(exchange: TenantSession) -> None:
    change(exchange, {}, {INVOICES: FULL})
    exchange.taken()

    for _ in range(2):
        assert change(exchange, {}, {INVOICES: FULL, BILLING: FULL}) == ({BILLING: FULL, INVOICES: FULL}, {})
    taken = exchange.taken()
    assert taken["Add-MailboxPermission"] == 4
    assert taken["Get-MailboxPermission"] == 3  # one for the first run, two for the second


def test_a_warning_without_a_grant_is_a_failure(exchange: TenantSession) -> None:
    change(exchange, {}, {INVOICES: FULL})

    def revoked_meanwhile(call: Call) -> None:
        if call.cmdlet == "Get-MailboxPermission":
            given = {"User": PRINCIPAL, "AccessRights": "FullAccess", "Confirm": False}
            exchange.exchange.run("Remove-MailboxPermission", Identity=INVOICES, **given)

    exchange.before = revoked_meanwhile

    granted, failed = change(exchange, {}, {INVOICES: FULL})

    assert granted == {}
    assert failed == {INVOICES: "Exchange only warned, and the grant is not there"}


def test_two_names_of_one_mailbox_are_found_and_named(exchange: TenantSession) -> None:
    alias = "rechnungen@contoso.com"

    granted, failed = change(exchange, {}, {INVOICES: FULL, alias: FULL})

    assert granted == {INVOICES: FULL}
    assert failed == {alias: f"is the same mailbox as {INVOICES}: name it once"}


def test_a_second_name_is_found_in_a_later_run_too(exchange: TenantSession) -> None:
    alias = "rechnungen@contoso.com"
    first = mailbox_access.change(exchange, PRINCIPAL, {}, {INVOICES: FULL}, lambda _: None)

    both = {INVOICES: FULL, alias: FULL}
    second = mailbox_access.change(
        exchange, PRINCIPAL, first.granted, both, lambda _: None, Earlier(first.names.known)
    )

    assert second.granted == {INVOICES: FULL}
    assert second.failed == {alias: f"is the same mailbox as {INVOICES}: name it once"}


def test_a_mailbox_can_be_called_by_its_other_name_from_now_on(exchange: TenantSession) -> None:
    alias = "rechnungen@contoso.com"
    first = mailbox_access.change(exchange, PRINCIPAL, {}, {INVOICES: FULL}, lambda _: None)

    second = mailbox_access.change(
        exchange, PRINCIPAL, first.granted, {alias: FULL}, lambda _: None, Earlier(first.names.known)
    )

    assert (second.granted, second.failed) == ({alias: FULL}, {})
    assert holders(exchange, INVOICES) == [PRINCIPAL]


def test_an_unknown_mailbox_stops_only_itself(exchange: TenantSession) -> None:
    granted, failed = change(exchange, {}, {INVOICES: FULL, "nobody@contoso.com": FULL, BILLING: FULL})

    assert granted == {BILLING: FULL, INVOICES: FULL}
    assert list(failed) == ["nobody@contoso.com"]
    assert "couldn't be found" in failed["nobody@contoso.com"]


def test_a_name_that_fits_several_mailboxes_is_told_with_what_to_do(
    exchange: TenantSession, tenant: Tenant
) -> None:
    add_mailbox(tenant, "adele2@contoso.com", "Adele Vance")

    outcome = mailbox_access.change(exchange, PRINCIPAL, {}, {"Adele Vance": FULL}, lambda _: None)

    assert outcome.granted == {}
    assert "'Adele Vance' matches multiple entries" in outcome.failed["Adele Vance"]
    assert outcome.remedies == {"Add-MailboxPermission: Use the full primary SMTP address."}


def test_what_to_do_is_told_once_for_each_kind_of_failure(exchange: TenantSession) -> None:
    wanted = dict.fromkeys(("nobody@contoso.com", "nobody2@contoso.com"), FULL)

    outcome = mailbox_access.change(exchange, PRINCIPAL, {}, wanted, lambda _: None)

    assert len(outcome.failed) == 2
    [remedy] = outcome.remedies
    assert remedy.startswith("Add-MailboxPermission: Check the spelling")


def test_an_empty_map_means_no_mailbox(exchange: TenantSession) -> None:
    assert change(exchange, {}, {}) == ({}, {})
    assert exchange.taken() == {}


def test_what_failed_is_tried_again_alone(exchange: TenantSession) -> None:
    wanted = {INVOICES: FULL, "nobody@contoso.com": FULL}
    granted, _ = change(exchange, {}, wanted)
    exchange.taken()

    change(exchange, granted, wanted)

    assert exchange.taken() == {"Add-MailboxPermission": 1}


def test_a_host_that_is_lost_in_the_middle_loses_nothing(exchange: TenantSession) -> None:
    def lost(call: Call) -> None:
        if call.target == BILLING:
            raise HostLostError("pwsh ended with exit code 137")

    exchange.before = lost

    granted, failed = change(exchange, {}, {INVOICES: FULL, BILLING: FULL})

    assert granted == {INVOICES: FULL}
    assert failed == {BILLING: "pwsh ended with exit code 137"}


def test_when_nothing_could_be_done_the_reason_is_raised(exchange: TenantSession) -> None:
    def lost(_: Call) -> None:
        raise HostLostError("pwsh ended with exit code 137")

    exchange.before = lost

    with pytest.raises(HostLostError):
        change(exchange, {}, {INVOICES: FULL, BILLING: FULL})


def test_a_revocation_that_fails_is_still_granted(exchange: TenantSession) -> None:
    change(exchange, {}, {INVOICES: FULL})

    def refuse(call: Call) -> None:
        raise CmdletError(call.cmdlet, call.target, "not now")

    exchange.before = refuse

    assert change(exchange, {INVOICES: FULL}, {}) == ({INVOICES: FULL}, {INVOICES: "not now"})


@pytest.mark.parametrize("gone", ["nobody@contoso.com", INVOICES])
def test_revoking_what_is_gone_succeeds(exchange: TenantSession, gone: str) -> None:
    for _ in range(2):
        assert change(exchange, {gone: FULL}, {}) == ({}, {})


def test_read_sees_what_is_there_and_what_is_not(exchange: TenantSession) -> None:
    change(exchange, {}, {INVOICES: FULL})
    known = {INVOICES: FULL, BILLING: FULL, "nobody@contoso.com": FULL}

    assert mailbox_access.read(exchange, PRINCIPAL, APP_ID, known, lambda _: None) == {INVOICES: FULL}


def test_read_does_not_take_an_unreadable_mailbox_for_one_without_grants(exchange: TenantSession) -> None:
    change(exchange, {}, {INVOICES: FULL})

    def unreadable(call: Call) -> None:
        if call.cmdlet == "Get-MailboxPermission":
            raise CmdletError(call.cmdlet, call.target, "A server side error has occurred")

    exchange.before = unreadable

    with pytest.raises(MailgrantError, match="server side error"):
        mailbox_access.read(exchange, PRINCIPAL, APP_ID, {INVOICES: FULL}, lambda _: None)


def test_a_mailbox_that_is_gone_may_answer_with_everything(exchange: TenantSession, tenant: Tenant) -> None:
    """Microsoft's documentation warns of this for every Get- cmdlet."""
    change(exchange, {}, {INVOICES: FULL})
    tenant.documents("settings").put("exchange", {"unknown_identity": "everything"})

    assert mailbox_access.read(exchange, PRINCIPAL, APP_ID, {"no@contoso.com": FULL}, lambda _: None) == {}


def test_destroying_names_what_is_left(exchange: TenantSession) -> None:
    change(exchange, {}, {INVOICES: FULL, BILLING: FULL})

    def refuse(call: Call) -> None:
        if call.target == BILLING:
            raise CmdletError(call.cmdlet, call.target, "not now")

    exchange.before = refuse

    with pytest.raises(
        MailgrantError, match=r"1 mailbox could not be taken back:\n  - billing@contoso.com: not now"
    ):
        mailbox_access.revoke_all(exchange, PRINCIPAL, {INVOICES: FULL, BILLING: FULL}, lambda _: None)
    assert holders(exchange, INVOICES) == []
