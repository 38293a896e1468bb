"""Sending by RBAC for Applications: scope and assignment from every half-done state."""

from typing import Any

import pytest

from mailgrant.errors import MailgrantError, NotFoundError
from mailgrant.exchange import application_scope, service_principal
from mailgrant.exchange.application_scope import Shown, Wanted
from mailgrant.exchange.cmdlets import application_scope as cmdlets
from mailgrant.exchange.cmdlets.call import Call
from mailgrant.exchange.service_principal import Wanted as WantedPrincipal
from tests.exchange.conftest import TenantSession

APP_ID = "aaaaaaaa-0000-4000-8000-000000000001"
PRINCIPAL = "bbbbbbbb-0000-4000-8000-000000000001"
FILTER = "CustomAttribute1 -eq 'newsletter'"
OTHER = "CustomAttribute1 -eq 'billing'"
WANTED = Wanted(APP_ID, filter=FILTER)


@pytest.fixture
def exchange(session: TenantSession) -> TenantSession:
    service_principal.ensure(session, WantedPrincipal(APP_ID, PRINCIPAL, "newsletter"))
    session.taken()
    return session


def no_pause(seconds: float) -> None:
    raise AssertionError(f"waited {seconds} s")


def assignments(session: TenantSession) -> list[dict[str, Any]]:
    return session.exchange.run("Get-ManagementRoleAssignment", RoleAssigneeType="ServicePrincipal")


def test_scope_and_assignment_are_two_writes_and_no_read(exchange: TenantSession) -> None:
    assert application_scope.ensure(exchange, WANTED, no_pause) == FILTER

    assert exchange.taken() == {"New-ManagementScope": 1, "New-ManagementRoleAssignment": 1}
    assert application_scope.find(exchange, WANTED) == Shown(FILTER, effective=True)
    [assignment] = assignments(exchange)
    assert assignment["Role"] == "Application SMTP.SendAsApp"


@pytest.mark.parametrize(
    "before", ["nothing", "a scope", "a scope with another filter", "all of it", "switched off"]
)
def test_every_half_done_state_becomes_whole_and_twice_is_as_once(
    exchange: TenantSession, before: str
) -> None:
    if before != "nothing":
        exchange.run(cmdlets.new_scope(WANTED.scope, OTHER if "another" in before else FILTER))
    if before in {"all of it", "switched off"}:
        exchange.run(cmdlets.new_assignment(WANTED.assignment, APP_ID, WANTED.scope))
    if before == "switched off":
        exchange.exchange.run("Set-ManagementRoleAssignment", Identity=WANTED.assignment, Enabled=False)

    for _ in range(2):
        application_scope.ensure(exchange, WANTED, no_pause)

    assert application_scope.find(exchange, WANTED) == Shown(FILTER, effective=True)
    assert len(assignments(exchange)) == 1


def test_a_group_becomes_a_filter_for_its_direct_members(exchange: TenantSession) -> None:
    group = "news@contoso.com"
    exchange.exchange.run("New-DistributionGroup", Name="O'Neill's news", PrimarySmtpAddress=group)

    found = application_scope.ensure(exchange, Wanted(APP_ID, group=group), no_pause)

    assert found.startswith("MemberOfGroup -eq 'CN=O''Neill''s news,")
    assert application_scope.find(exchange, WANTED) == Shown(found, effective=True)


def test_a_group_that_is_not_there_is_an_error_before_anything_is_made(exchange: TenantSession) -> None:
    with pytest.raises(NotFoundError, match="couldn't be found"):
        application_scope.ensure(exchange, Wanted(APP_ID, group="nobody@contoso.com"), no_pause)

    assert application_scope.find(exchange, WANTED) is None
    assert exchange.exchange.run("Get-ManagementScope") == []


def test_a_principal_that_exchange_does_not_know_yet_is_waited_for(exchange: TenantSession) -> None:
    pauses: list[float] = []

    def not_yet(call: Call) -> None:
        if call.cmdlet == "New-ManagementRoleAssignment" and len(pauses) < 3:
            raise NotFoundError(call.cmdlet, call.target, "couldn't be found")

    exchange.before = not_yet

    application_scope.ensure(exchange, WANTED, pauses.append)

    assert pauses == [2.0, 5.0, 10.0]


def test_the_filter_can_change_and_drift_is_seen(exchange: TenantSession) -> None:
    application_scope.ensure(exchange, WANTED, no_pause)
    exchange.exchange.run("Set-ManagementScope", Identity=WANTED.scope, RecipientRestrictionFilter=OTHER)
    assert application_scope.find(exchange, WANTED) == Shown(OTHER, effective=True)

    application_scope.narrow(exchange, WANTED)

    assert application_scope.find(exchange, WANTED) == Shown(FILTER, effective=True)


def test_removing_twice_succeeds_and_touches_nobody_elses(exchange: TenantSession) -> None:
    exchange.exchange.run("New-ManagementScope", Name="theirs", RecipientRestrictionFilter=FILTER)
    application_scope.ensure(exchange, WANTED, no_pause)

    for _ in range(2):
        application_scope.remove(exchange, WANTED)

    assert [record["Name"] for record in exchange.exchange.run("Get-ManagementScope")] == ["theirs"]
    assert assignments(exchange) == []


def test_a_list_that_cannot_be_read_is_never_absence(exchange: TenantSession) -> None:
    application_scope.ensure(exchange, WANTED, no_pause)

    def fail(call: Call) -> None:
        raise MailgrantError("no answer")

    exchange.before = fail

    with pytest.raises(MailgrantError, match="no answer"):
        application_scope.find(exchange, WANTED)


@pytest.mark.parametrize(
    ("shown", "same"),
    [
        (f"({FILTER})", FILTER),
        (f"(({FILTER}))", FILTER),
        (f" {FILTER.replace(' ', '  ')} ", FILTER),
        ("(A -eq 'b') -and (C -eq 'd')", "(A -eq 'b') -and (C -eq 'd')"),
    ],
)
def test_filters_are_compared_without_what_exchange_adds(shown: str, same: str) -> None:
    assert cmdlets.filter_of({"RecipientFilter": shown}) == same
