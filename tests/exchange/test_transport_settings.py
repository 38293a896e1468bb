"""SMTP AUTH of the organization: one object that belongs to everybody."""

from mailgrant.exchange import settings
from mailgrant.exchange.settings_provider import KINDS, ORGANIZATION
from mailgrant.exchange.switches import State
from tests.exchange.conftest import TenantSession

TRANSPORT = KINDS["TransportSettings"]
ENABLED = {ORGANIZATION: {"smtp_auth": "enabled"}}


def quiet(_: str) -> None:
    pass


def is_disabled(session: TenantSession) -> bool:
    [record] = session.exchange.run("Get-TransportConfig")
    value: bool = record["SmtpClientAuthenticationDisabled"]
    return value


def test_it_is_turned_and_given_back(session: TenantSession) -> None:
    assert is_disabled(session)
    seen = settings.look(session, TRANSPORT, {}, {}, ENABLED, quiet)
    outcome = settings.change(session, TRANSPORT, State(), ENABLED, seen.words, quiet)
    assert not is_disabled(session)
    assert session.taken() == {"Get-TransportConfig": 1, "Set-TransportConfig": 1}

    settings.change(session, TRANSPORT, State(outcome.applied, seen.words), {}, {}, quiet)
    assert is_disabled(session)


def test_what_an_administrator_has_given_back_already_stays_and_needs_no_words(
    session: TenantSession,
) -> None:
    closed = {ORGANIZATION: {"smtp_auth": "disabled"}}
    session.exchange.run("Set-TransportConfig", SmtpClientAuthenticationDisabled=False)
    seen = settings.look(session, TRANSPORT, {}, {}, closed, quiet)
    outcome = settings.change(session, TRANSPORT, State(), closed, seen.words, quiet)
    session.exchange.run("Set-TransportConfig", SmtpClientAuthenticationDisabled=False)

    left = settings.change(session, TRANSPORT, State(outcome.applied, seen.words), {}, {}, quiet).left

    assert left == {}
    assert not is_disabled(session)
