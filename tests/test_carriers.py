"""One contract, three carriers: what goes out arrives as data, and what comes back is plain, with typed errors."""

from collections.abc import Iterator

import pytest

from mailgrant.errors import (
    AccessDeniedError,
    AlreadyExistsError,
    CmdletError,
    HostLostError,
    MailgrantError,
    NotFoundError,
)
from mailgrant.exchange.cmdlets import permissions
from mailgrant.exchange.cmdlets import service_principal as principals
from mailgrant.exchange.cmdlets.call import Call, Reply
from mailgrant.exchange.connection import connect
from mailgrant.exchange.session import Carrier
from offline_tenant import process, seed
from offline_tenant.home import Home
from tests.carriers import CARRIERS, opened, target
from tests.worlds import OfflineTenant

APP_ID = "aaaaaaaa-0000-4000-8000-000000000001"
OBJECT_ID = "bbbbbbbb-0000-4000-8000-000000000001"
INVOICES = "invoices@contoso.com"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    home = Home(tmp_path_factory.mktemp("tenant"))
    yield home
    process.stop(home)


@pytest.fixture
def emptied(home: Home, monkeypatch: pytest.MonkeyPatch) -> OfflineTenant:
    """As after the first start, in a process that runs already: to start one takes longer than these tests."""
    tenant = OfflineTenant(home, process.start(home))
    tenant.control("POST", "reset")
    for name, value in tenant.environment.items():
        monkeypatch.setenv(name, value)
    return tenant


@pytest.fixture(params=CARRIERS)
def carrier(request: pytest.FixtureRequest, emptied: OfflineTenant) -> Iterator[Carrier]:
    with opened(request.param, emptied) as carrier:
        yield carrier


def make(carrier: Carrier, name: str = "poller") -> Reply:
    return carrier.run(principals.new_service_principal(APP_ID, OBJECT_ID, name))


def test_cmdlets_go_out_and_records_come_back_as_plain_values(carrier: Carrier) -> None:
    assert make(carrier).records[0]["ObjectId"] == OBJECT_ID
    assert carrier.run(permissions.add_full_access(INVOICES, OBJECT_ID)).warnings == ()

    record = principals.parse_service_principal(carrier.run(principals.get_service_principals()).records[0])
    entries = carrier.run(permissions.get_mailbox_permissions(INVOICES)).records

    assert [permissions.grants_full_access(entry, record) for entry in entries].count(True) == 1
    for entry in entries:
        assert {type(value) for value in entry.values()} <= {str, bool, int, float, list, type(None)}


def test_a_warning_comes_back_as_one(carrier: Carrier) -> None:
    make(carrier)
    carrier.run(permissions.add_full_access(INVOICES, OBJECT_ID))

    [warning] = carrier.run(permissions.add_full_access(INVOICES, OBJECT_ID)).warnings

    assert warning.startswith("The appropriate access control entry is already present")


def test_errors_come_back_with_their_type(carrier: Carrier) -> None:
    make(carrier)

    with pytest.raises(AlreadyExistsError):
        make(carrier)
    with pytest.raises(
        NotFoundError, match=r"Get-MailboxPermission for no@contoso.com: The operation couldn't"
    ):
        carrier.run(permissions.get_mailbox_permissions("no@contoso.com"))
    with pytest.raises(AccessDeniedError):
        carrier.run(Call("Get-Nonsense"))


def test_a_value_of_64_kilobytes_arrives_as_data(carrier: Carrier) -> None:
    with pytest.raises(CmdletError, match="length of the value provided is 65536"):
        make(carrier, "'$x\n" * 16384)


def test_many_calls_come_back_in_their_order_each_with_its_own_outcome(carrier: Carrier) -> None:
    make(carrier)
    calls = [
        permissions.add_full_access(INVOICES, OBJECT_ID),
        permissions.add_full_access("no@contoso.com", OBJECT_ID),
        permissions.get_mailbox_permissions(INVOICES),
    ]

    given, missing, entries = carrier.run_many(calls)

    assert isinstance(given, Reply)
    assert isinstance(missing, NotFoundError)
    assert missing.target == "no@contoso.com"
    assert isinstance(entries, Reply)
    assert len(entries.records) == 2


def test_a_list_of_several_pages_comes_back_whole(at_offline: OfflineTenant) -> None:
    calls = [principals.new_service_principal(f"app {n}", f"object {n}", "x") for n in range(1005)]
    with opened("rest", at_offline) as carrier:
        for begin in range(0, len(calls), 10):
            carrier.run_many(calls[begin : begin + 10])

        assert len(carrier.run(principals.get_service_principals()).records) == 1005

    assert at_offline.stats()["exchange"]["Get-ServicePrincipal"] == 2


def test_rest_sends_a_tenth_of_the_requests_however_many_sessions_share_the_calls(
    at_offline: OfflineTenant,
) -> None:
    settings = {
        "mailgrant:organization": seed.ORGANIZATION,
        "mailgrant:cloud": "custom",
        "mailgrant:exchange": '{"carrier": "rest", "sessions": 8}',
    }
    calls = [permissions.get_mailbox_permissions("billing@contoso.com") for _ in range(195)]

    assert all(isinstance(reply, Reply) for _, reply in connect(settings.get).run_each(calls))

    stats = at_offline.stats()
    assert (stats["exchange"], stats["batch"]) == ({"Get-MailboxPermission": 195}, {"$batch": 20})


@pytest.mark.parametrize("name", CARRIERS)
def test_a_token_that_exchange_does_not_take_is_not_repeated(name: str, at_offline: OfflineTenant) -> None:
    with pytest.raises(MailgrantError) as caught:
        CARRIERS[name](target(at_offline, "not.a.token")).run(principals.get_service_principals())

    assert "not.a.token" not in str(caught.value)
    assert "not.a.token" not in repr(target(at_offline, "not.a.token"))


@pytest.mark.parametrize("name", CARRIERS)
def test_an_exchange_that_is_gone_is_a_lost_host_or_a_refused_connection(
    name: str, at_offline: OfflineTenant
) -> None:
    nowhere = target(at_offline, address="https://localhost:1")
    with opened(name, at_offline) as carrier:
        process.stop(at_offline.home)
        with pytest.raises(MailgrantError) as caught:
            carrier.run(principals.get_service_principals())
    assert nowhere.token not in str(caught.value)
    assert name == "pwsh" or isinstance(caught.value, HostLostError)


@pytest.mark.parametrize("name", CARRIERS)
def test_a_stack_says_which_carrier_and_its_resources_share_one_session(
    name: str, at_offline: OfflineTenant
) -> None:
    settings = {
        "mailgrant:organization": seed.ORGANIZATION,
        "mailgrant:cloud": "custom",
        "mailgrant:exchange": f'{{"carrier": "{name}"}}',
    }

    for _ in range(3):
        connect(settings.get).run(principals.get_service_principals())

    assert at_offline.stats()["connects"] == (0 if name == "rest" else 1)
    assert at_offline.stats()["exchange"] == {"Get-ServicePrincipal": 3}


@pytest.mark.parametrize("name", CARRIERS)
def test_a_token_that_ends_in_mid_run_is_replaced(name: str, at_offline: OfflineTenant) -> None:
    settings = {
        "mailgrant:organization": seed.ORGANIZATION,
        "mailgrant:cloud": "custom",
        "mailgrant:exchange": f'{{"carrier": "{name}"}}',
    }
    connect(settings.get).run(principals.get_service_principals())
    at_offline.control("POST", "clock", {"advance": "90m"})

    assert connect(settings.get).run(principals.get_service_principals()).records == ()


def test_a_powershell_that_gave_up_on_a_throttling_tenant_is_not_given_up(at_offline: OfflineTenant) -> None:
    too_many = {
        "match": "exchange Get-ServicePrincipal",
        "status": 429,
        "times": 5,
        "code": "TooManyRequests",
    }
    at_offline.control("POST", "faults", too_many)
    settings = {"mailgrant:organization": seed.ORGANIZATION, "mailgrant:cloud": "custom"}

    assert connect(settings.get).run(principals.get_service_principals()).records == ()
    assert at_offline.stats()["exchange"]["Get-ServicePrincipal"] == 6
