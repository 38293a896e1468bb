"""A policy that blocks basic authentication: made or brought into shape, given to people, taken back."""

from typing import Any

import pytest

from mailgrant.errors import NotFoundError
from mailgrant.exchange import authentication_policy, settings
from mailgrant.exchange.settings_provider import KINDS, ORGANIZATION
from mailgrant.exchange.switches import Places, State
from tests.exchange.conftest import TenantSession

ADELE, ALEX = "adele@contoso.com", "alex@contoso.com"
POLICIES = KINDS["AuthenticationPolicy"]
NAME = "mailgrant: no basic authentication"
OURS = {"policy": NAME}


def quiet(_: str) -> None:
    pass


def policies(session: TenantSession) -> dict[str, dict[str, Any]]:
    return {record["Name"]: record for record in session.exchange.run("Get-AuthenticationPolicy")}


def policy_of(session: TenantSession, user: str) -> str | None:
    [record] = session.exchange.run("Get-User", Identity=user)
    policy: str | None = record["AuthenticationPolicy"]
    return policy


def assign(session: TenantSession, before: State, wanted: Places) -> State:
    seen = settings.look(session, POLICIES, before.found, {}, wanted, quiet)
    outcome = settings.change(session, POLICIES, before, wanted, seen.words, quiet)
    assert outcome.failed == seen.failed == {}
    return State(outcome.applied, seen.words)


def test_a_policy_is_made_once(session: TenantSession) -> None:
    for _ in range(2):
        assert authentication_policy.ensure(session, NAME) is True
    assert not any(
        value is True for name, value in policies(session)[NAME].items() if name.startswith("Allow")
    )


def test_somebody_elses_policy_is_brought_into_shape_and_stays_theirs(session: TenantSession) -> None:
    session.exchange.run(
        "New-AuthenticationPolicy", Name="Legacy", AllowBasicAuthImap=True, AllowBasicAuthPop=True
    )

    assert authentication_policy.ensure(session, "Legacy") is False

    assert policies(session)["Legacy"]["AllowBasicAuthImap"] is False
    assert authentication_policy.still_allows(session, "Legacy") == []


def test_what_allows_basic_authentication_again_is_told_and_blocked(session: TenantSession) -> None:
    authentication_policy.ensure(session, NAME)
    session.exchange.run("Set-AuthenticationPolicy", Identity=NAME, AllowBasicAuthSmtp=True)
    assert authentication_policy.still_allows(session, NAME) == ["AllowBasicAuthSmtp"]

    authentication_policy.block(session, NAME)

    assert authentication_policy.still_allows(session, NAME) == []


def test_removing_twice_succeeds_and_a_missing_policy_is_an_error_when_it_is_needed(
    session: TenantSession,
) -> None:
    authentication_policy.ensure(session, NAME)
    for _ in range(2):
        authentication_policy.remove(session, NAME)

    with pytest.raises(NotFoundError, match="no policy of this name"):
        authentication_policy.still_allows(session, NAME)


def test_people_and_the_organization_get_back_what_they_had(session: TenantSession) -> None:
    session.exchange.run("New-AuthenticationPolicy", Name="Before")
    session.exchange.run("Set-User", Identity=ADELE, AuthenticationPolicy="Before")
    authentication_policy.ensure(session, NAME)

    state = assign(session, State(), {ADELE: OURS, ALEX: OURS, ORGANIZATION: OURS})
    assert (policy_of(session, ADELE), policy_of(session, ALEX)) == (NAME, NAME)
    assert session.exchange.run("Get-OrganizationConfig")[0]["DefaultAuthenticationPolicy"] == NAME

    assign(session, state, {})
    assert (policy_of(session, ADELE), policy_of(session, ALEX)) == ("Before", None)
    assert session.exchange.run("Get-OrganizationConfig")[0]["DefaultAuthenticationPolicy"] is None


@pytest.mark.parametrize("shown", [NAME, f"CN={NAME},CN=Auth Policies,DC=EURPR01A001"])
def test_a_policy_is_known_by_its_name_and_by_its_distinguished_name(shown: str) -> None:
    assert POLICIES.parse({"AuthenticationPolicy": shown}) == OURS
