"""The Exchange record of an application, from every state in which it can be found."""

import logging

import pytest

from mailgrant.errors import CmdletError
from mailgrant.exchange import service_principal
from mailgrant.exchange.cmdlets.call import Call
from mailgrant.exchange.service_principal import Wanted
from tests.exchange.conftest import TenantSession

APP, ENTERPRISE, REGISTRATION = "a" * 8, "b" * 8, "c" * 8
APP_ID = f"{APP}-0000-4000-8000-000000000001"
OBJECT_ID = f"{ENTERPRISE}-0000-4000-8000-000000000001"
REGISTRATION_ID = f"{REGISTRATION}-0000-4000-8000-000000000001"
WANTED = Wanted(APP_ID, OBJECT_ID, "invoice-poller")


def records(session: TenantSession) -> list[tuple[str, str, str]]:
    found = session.exchange.run("Get-ServicePrincipal")
    return [(record["AppId"], record["ObjectId"], record["DisplayName"]) for record in found]


def test_absent_it_is_made_with_one_call(session: TenantSession) -> None:
    record = service_principal.ensure(session, WANTED)

    assert session.taken() == {"New-ServicePrincipal": 1}
    assert (record.app_id, record.object_id) == (APP_ID, OBJECT_ID)
    assert records(session) == [(APP_ID, OBJECT_ID, "invoice-poller")]


def test_as_wanted_it_is_taken_over(session: TenantSession) -> None:
    service_principal.ensure(session, WANTED)
    session.taken()

    for _ in range(2):
        record = service_principal.ensure(session, WANTED)

        assert session.taken() == {"New-ServicePrincipal": 1, "Get-ServicePrincipal": 1}
        assert record.object_id == OBJECT_ID
    assert records(session) == [(APP_ID, OBJECT_ID, "invoice-poller")]


def test_with_the_registrations_object_id_it_is_named_and_replaced(
    session: TenantSession, caplog: pytest.LogCaptureFixture
) -> None:
    session.exchange.run(
        "New-ServicePrincipal", AppId=APP_ID, ObjectId=REGISTRATION_ID, DisplayName="by hand", Confirm=False
    )

    with caplog.at_level(logging.WARNING):
        service_principal.ensure(session, WANTED)

    assert records(session) == [(APP_ID, OBJECT_ID, "invoice-poller")]
    assert f"ObjectId {REGISTRATION_ID}; the enterprise application's is {OBJECT_ID}" in caplog.text


def test_under_another_name_it_is_renamed(session: TenantSession) -> None:
    service_principal.ensure(session, Wanted(APP_ID, OBJECT_ID, "old"))
    session.taken()

    service_principal.ensure(session, WANTED)

    assert session.taken() == {
        "New-ServicePrincipal": 1,
        "Get-ServicePrincipal": 1,
        "Set-ServicePrincipal": 1,
    }
    assert records(session) == [(APP_ID, OBJECT_ID, "invoice-poller")]


def test_somebody_elses_is_left_alone(session: TenantSession) -> None:
    other = "dddddddd-0000-4000-8000-000000000001"
    service_principal.ensure(session, Wanted(other, other[::-1].replace("-", "a", 0), "other"))

    service_principal.ensure(session, WANTED)
    service_principal.remove(session, OBJECT_ID, "invoice-poller")

    assert [app_id for app_id, _, _ in records(session)] == [other]


def test_a_list_that_cannot_be_read_is_an_error_and_not_absence(session: TenantSession) -> None:
    def broken(call: Call) -> None:
        if call.cmdlet == "Get-ServicePrincipal":
            raise CmdletError(call.cmdlet, call.target, "A server side error has occurred")

    service_principal.ensure(session, WANTED)
    session.before = broken

    with pytest.raises(CmdletError, match="server side error"):
        service_principal.find(session, APP_ID, OBJECT_ID)


def test_it_is_found_by_its_object_id_before_its_application(session: TenantSession) -> None:
    service_principal.ensure(session, WANTED)

    found = service_principal.find(session, APP_ID.upper(), OBJECT_ID.upper())

    assert found is not None
    assert found.object_id == OBJECT_ID
    assert service_principal.find(session, REGISTRATION_ID, REGISTRATION_ID) is None


def test_removed_twice_it_is_gone(session: TenantSession) -> None:
    service_principal.ensure(session, WANTED)

    service_principal.remove(session, OBJECT_ID, "invoice-poller")
    service_principal.remove(session, OBJECT_ID, "invoice-poller")

    assert records(session) == []


@pytest.mark.parametrize("name", ["'; Remove-Mailbox *", "$(Get-Date)", '`n"\n\x00\u202e|<b>&#', "ä" * 255])
def test_a_hostile_name_arrives_as_data(session: TenantSession, name: str) -> None:
    service_principal.ensure(session, Wanted(APP_ID, OBJECT_ID, name))

    assert records(session) == [(APP_ID, OBJECT_ID, name)]
