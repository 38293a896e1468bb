"""Changes of Exchange's directory reach the mail servers later, and not all at once."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from offline_tenant.control.lag import REALISTIC
from offline_tenant.exchange import routes
from offline_tenant.exchange.access import entry_id, has_full_access, mailbox_of, principal_of
from offline_tenant.exchange.smtp_app_access import ROLE, in_scope
from offline_tenant.mail.authentication import Outcome, decide
from offline_tenant.state import changes, delays, propagation
from offline_tenant.state.kinds import REPLICATED
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Installation, Tenant
from offline_tenant.web.call import Route
from tests.offline.control_helper import Control
from tests.offline.exchange_helper import Exchange
from tests.offline.exchange_helper import token as admin_token
from tests.offline.mail_helper import MAILBOX, OBJECT_ID, SID, MailServer, fill, grant, principal, token

pytest_plugins = ["tests.offline.control_fixtures"]

NOON = datetime(2027, 1, 1, 12, tzinfo=UTC)
KIND = "mailboxPermissions"


@pytest.fixture
def mailbox(tenant: Tenant) -> Document:
    """Invoices, which one daemon client may open; time stands still."""
    tenant.clock.stop(NOON)
    return fill(tenant)


def tell(tenant: Tenant, **told: dict[str, Any]) -> None:
    delays.configure(tenant.store.collection("", "settings"), told)


def later(tenant: Tenant, **by: float) -> None:
    tenant.clock.advance(timedelta(**by))


def login(tenant: Tenant) -> Outcome:
    now = int(tenant.clock.now().timestamp())
    return decide(tenant, "imap", MAILBOX, token(tenant, iat=now, nbf=now, exp=now + 600)).outcome


def revoke(tenant: Tenant, mailbox: Document) -> None:
    tenant.documents(KIND).delete(entry_id(mailbox, SID, deny=False))


def deny(tenant: Tenant, mailbox: Document) -> None:
    entry = {"mailbox": mailbox["Guid"], "trustee": SID, "AccessRights": ["FullAccess"], "Deny": True}
    tenant.documents(KIND).put(entry_id(mailbox, SID, deny=True), entry)


def switch_off(tenant: Tenant, mailbox: Document) -> None:
    tenant.documents("mailboxes").replace(mailbox["Guid"], mailbox | {"ImapEnabled": False})


def forget_principal(tenant: Tenant, mailbox: Document) -> None:
    tenant.documents("exchangeServicePrincipals").delete(OBJECT_ID)


def make_principal(tenant: Tenant, mailbox: Document) -> None:
    tenant.documents("exchangeServicePrincipals").insert(OBJECT_ID, principal())


def allow(tenant: Tenant, mailbox: Document) -> None:
    grant(tenant, mailbox, SID)


Change = Callable[[Tenant, Document], None]
# What lags, what was done before (None: nothing), what is done, and what a login meets before and after it arrives.
LATE: dict[str, tuple[str, Change | None, Change, Outcome, Outcome]] = {
    "a new permission": (KIND, revoke, allow, Outcome.NOT_CONNECTED, Outcome.CONNECTED),
    "a permission that was taken back": (KIND, None, revoke, Outcome.CONNECTED, Outcome.NOT_CONNECTED),
    "a refusal": (KIND, None, deny, Outcome.CONNECTED, Outcome.NOT_CONNECTED),
    "a switch": ("casMailboxes", None, switch_off, Outcome.CONNECTED, Outcome.NOT_CONNECTED),
    "a new principal": (
        "exchangeServicePrincipals",
        forget_principal,
        make_principal,
        Outcome.REFUSED,
        Outcome.CONNECTED,
    ),
    "a principal that was removed": (
        "exchangeServicePrincipals",
        None,
        forget_principal,
        Outcome.CONNECTED,
        Outcome.REFUSED,
    ),
}


@pytest.mark.parametrize("what", LATE)
def test_arrives_later(tenant: Tenant, mailbox: Document, what: str) -> None:
    name, prepare, change, before, after = LATE[what]
    if prepare:
        prepare(tenant, mailbox)
    tell(tenant, **{name: {"seconds": 900}})
    change(tenant, mailbox)
    assert login(tenant) is before
    later(tenant, seconds=899)
    assert login(tenant) is before
    later(tenant, seconds=1)
    assert login(tenant) is after
    assert tenant.documents(changes.KIND).count() == 0  # nothing is left of it


@pytest.mark.parametrize("what", LATE)
def test_arrives_at_once_unless_told(tenant: Tenant, mailbox: Document, what: str) -> None:
    _, prepare, change, _, after = LATE[what]
    if prepare:
        prepare(tenant, mailbox)
    change(tenant, mailbox)
    assert login(tenant) is after
    assert tenant.documents(changes.KIND).count() == 0


def test_what_lags_by_another_name_does_not_lag_by_this(tenant: Tenant, mailbox: Document) -> None:
    tell(tenant, casMailboxes={"seconds": 900})
    revoke(tenant, mailbox)
    assert login(tenant) is Outcome.NOT_CONNECTED


def test_another_property_of_a_mailbox_is_no_switch(tenant: Tenant, mailbox: Document) -> None:
    tell(tenant, casMailboxes={"seconds": 900})
    tenant.documents("mailboxes").replace(mailbox["Guid"], mailbox | {"DisplayName": "Bills"})
    found = mailbox_of(tenant, MAILBOX)
    assert found is not None
    assert found["DisplayName"] == "Bills"
    assert tenant.documents(changes.KIND).count() == 0


def test_the_imap_server_says_what_it_says_for_the_real_cause(mail: MailServer) -> None:
    mail.revoke()
    mail.do(lambda: tell(mail.tenant, mailboxPermissions={"seconds": 900}))
    mail.grant()
    assert _selects(mail) == b"b BAD User is authenticated but not connected."
    mail.do(lambda: later(mail.tenant, minutes=16))
    assert _selects(mail) == b"b OK [READ-WRITE] SELECT completed."
    mail.change_mailbox(ImapEnabled=False)
    assert _selects(mail) == b"b BAD User is authenticated but not connected."


def test_the_smtp_server_goes_by_switches_and_permissions_that_have_arrived(mail: MailServer) -> None:
    follows = {"SmtpClientAuthenticationDisabled": None}
    mail.change_mailbox(**follows)
    assert _submits(mail).startswith("535 5.7.139")
    mail.do(lambda: tell(mail.tenant, transportConfig={"seconds": 900}, casMailboxes={"seconds": 600}))
    mail.allow_smtp()
    assert _submits(mail).startswith("535 5.7.139 Authentication unsuccessful, SmtpClientAuth")
    mail.do(lambda: later(mail.tenant, minutes=15))
    assert _submits(mail).startswith("250 2.0.0 OK")

    mail.change_mailbox(SmtpClientAuthenticationDisabled=True)
    assert _submits(mail).startswith("250 2.0.0 OK")
    mail.do(lambda: later(mail.tenant, minutes=10))
    assert "disabled for the Mailbox" in _submits(mail)
    mail.change_mailbox(**follows)
    mail.do(lambda: later(mail.tenant, minutes=10))

    mail.revoke()
    mail.do(lambda: tell(mail.tenant, mailboxPermissions={"seconds": 900}))
    mail.grant()
    assert _submits(mail).startswith("430 4.2.0 STOREDRV; mailbox logon failure;")
    mail.do(lambda: later(mail.tenant, minutes=15))
    assert _submits(mail).startswith("250 2.0.0 OK")


def _submits(mail: MailServer) -> str:
    """The last answer to a login and a message."""
    with mail.encrypted() as wire:
        login = wire.say(b"AUTH XOAUTH2 " + mail.response(**_fresh(mail)))
        if not login.startswith(b"235"):
            return login.decode()
        wire.say(f"MAIL FROM:<{MAILBOX}>".encode())
        wire.say(b"RCPT TO:<adele@contoso.com>")
        wire.say(b"DATA")
        return wire.say(f"From: <{MAILBOX}>\r\nSubject: x\r\n\r\nText\r\n.".encode()).decode()


def _fresh(mail: MailServer) -> dict[str, Any]:
    now = int(mail.do(mail.tenant.clock.now).timestamp())
    return {"iat": now, "nbf": now, "exp": now + 600}


def _selects(mail: MailServer) -> bytes:
    with mail.wire() as wire:
        wire.line()
        response = mail.response(**_fresh(mail))
        assert wire.ask(b"a", b"AUTHENTICATE XOAUTH2 " + response) == [b"a OK AUTHENTICATE completed."]
        return wire.ask(b"b", b"SELECT INBOX")[-1]


def test_cmdlets_show_a_permission_at_once(
    tenant: Tenant, mailbox: Document, client_of: Callable[[Iterable[Route]], httpx.Client]
) -> None:
    tenant.clock.reset()
    tell(tenant, mailboxPermissions={"seconds": 900}, exchangeServicePrincipals={"seconds": 900})
    exchange = Exchange(client_of(routes.ROUTES), admin_token(tenant))
    made = exchange.new_principal(ObjectId="eeeeeeee-0000-4000-8000-000000000001")
    exchange.run("Add-MailboxPermission", Identity=MAILBOX, User=made["ObjectId"], AccessRights="FullAccess")
    [shown] = exchange.run("Get-MailboxPermission", Identity=MAILBOX, User=made["ObjectId"])
    assert shown["AccessRights"] == ["FullAccess"]
    assert exchange.run("Get-ServicePrincipal", Identity=made["ObjectId"]) == [made]
    assert "already present" in exchange.warning(
        "Add-MailboxPermission", Identity=MAILBOX, User=made["ObjectId"], AccessRights="FullAccess"
    )

    assert principal_of(tenant, made["ObjectId"]) is None
    assert not has_full_access(tenant, mailbox, made)
    later(tenant, minutes=15)
    arrived = principal_of(tenant, made["ObjectId"])
    assert arrived is not None
    assert has_full_access(tenant, mailbox, arrived)


def test_an_assignment_is_cached_after_its_end(tenant: Tenant, mailbox: Document) -> None:
    assignment = {"Guid": "1", "Role": ROLE, "RoleAssignee": OBJECT_ID, "CustomResourceScope": None}
    tenant.documents("managementRoleAssignments").insert("1", assignment)
    tell(tenant, managementRoleAssignments={"seconds": 3600})
    tenant.documents("managementRoleAssignments").delete("1")
    assert in_scope(tenant, principal(), mailbox) is True
    later(tenant, hours=1)
    assert in_scope(tenant, principal(), mailbox) is None


def test_so_many_reads_miss_it(tenant: Tenant, mailbox: Document) -> None:
    forget_principal(tenant, mailbox)
    tell(tenant, exchangeServicePrincipals={"reads": 2, "seconds": 60})
    make_principal(tenant, mailbox)
    later(tenant, seconds=61)
    outcomes = [login(tenant) for _ in range(3)]
    assert outcomes == [Outcome.REFUSED, Outcome.REFUSED, Outcome.CONNECTED]


def test_changes_arrive_in_their_order(tenant: Tenant, mailbox: Document) -> None:
    tell(tenant, mailboxPermissions={"seconds": 600})
    revoke(tenant, mailbox)
    later(tenant, seconds=300)
    allow(tenant, mailbox)
    later(tenant, seconds=299)
    assert login(tenant) is Outcome.CONNECTED  # neither
    later(tenant, seconds=1)
    assert login(tenant) is Outcome.NOT_CONNECTED  # the first
    later(tenant, seconds=300)
    assert login(tenant) is Outcome.CONNECTED  # both


# --- flapping


def flaps(tenant: Tenant, every: float = 30) -> list[bool]:
    """What a login meets, tried again and again for three quarters of an hour."""
    met = []
    for _ in range(int(45 * 60 / every)):
        met.append(login(tenant) is Outcome.CONNECTED)
        later(tenant, seconds=every)
    return met


def test_flaps_between_two_answers_and_then_holds(tenant: Tenant, mailbox: Document) -> None:
    revoke(tenant, mailbox)
    tell(tenant, mailboxPermissions={"seconds": 300, "flaps": 1500})
    allow(tenant, mailbox)
    met = flaps(tenant)
    assert not any(met[:10])  # five minutes
    assert {True, False} == set(met[10:60])
    assert sum(one != other for one, other in pairwise(met)) > 5
    assert all(met[60:])


def test_flaps_the_same_way_in_every_run_however_often_somebody_looks(
    tenant: Tenant, mailbox: Document, installation: Installation
) -> None:
    revoke(tenant, mailbox)
    tell(tenant, mailboxPermissions={"seconds": 0, "flaps": 1500})

    def run(every: float) -> list[bool]:
        tenant.documents(KIND).delete(entry_id(mailbox, SID, deny=False))
        propagation.release(tenant, ())
        tenant.clock.stop(NOON)
        allow(tenant, mailbox)
        return flaps(tenant, every)

    first = run(30)
    assert run(30) == first
    assert run(10)[::3] == first
    installation.ids.reseed(7)
    assert run(30) != first


# --- whole states


def test_off_lets_everything_be_seen_at_once(control: Control) -> None:
    tenant = control.installation.tenants()[0]
    mailbox = next(one for one in tenant.documents("mailboxes").all() if one["Alias"] == "billing")
    tenant.documents("exchangeServicePrincipals").insert(OBJECT_ID, principal())
    control.ask("POST", "lag", {"mailboxPermissions": {"seconds": 900}, "applications": {"reads": 9}})
    made = control.graph("POST", "applications", {"displayName": "x"}).json()
    allow(tenant, mailbox)
    assert not has_full_access(tenant, mailbox, principal())

    control.ask("POST", "lag", {"applications": {"reads": 5}})
    assert not has_full_access(tenant, mailbox, principal())
    control.ask("POST", "lag", {"mailboxPermissions": None})
    assert has_full_access(tenant, mailbox, principal())
    assert control.graph("GET", f"applications/{made['id']}").status_code == 404
    control.ask("DELETE", "lag", expect=204)
    assert control.graph("GET", f"applications/{made['id']}").status_code == 200


def test_a_snapshot_keeps_what_has_not_arrived(control: Control) -> None:
    tenant = control.installation.tenants()[0]
    mailbox = next(one for one in tenant.documents("mailboxes").all() if one["Alias"] == "billing")
    control.ask("POST", "clock", {"stop": "2027-01-01T12:00:00Z"})
    control.ask("POST", "lag", {"mailboxPermissions": {"reads": 2, "seconds": 900}})
    allow(tenant, mailbox)
    control.ask("POST", "snapshots", {"name": "waiting"}, 201)

    def arrives() -> list[bool]:
        control.ask("POST", "clock", {"advance": "15m"})
        return [has_full_access(tenant, mailbox, principal()) for _ in range(3)]

    assert arrives() == [False, False, True]
    control.ask("POST", "restore", {"name": "waiting"}, 204)
    assert arrives() == [False, False, True]
    control.ask("POST", "restore", {"name": "waiting"}, 204)
    assert not has_full_access(tenant, mailbox, principal())
    control.ask("POST", "reset", {}, 204)
    assert tenant.documents(changes.KIND).count() == 0


def test_realistic_is_what_can_be_told(control: Control) -> None:
    told = control.ask("POST", "lag/realistic", {})
    assert told == REALISTIC
    assert told.keys() >= REPLICATED.keys()
    assert told["mailboxPermissions"] == {"seconds": 300, "flaps": 1500}


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ({"applications": {"flaps": 5}}, "applications: flaps are for exchangeServicePrincipals, mailbox"),
        ({"mailboxPermissions": {"flaps": -1}}, "mailboxPermissions.flaps: Input should be greater"),
        ({"mailboxPermission": {"seconds": 1}}, "no such kind of document; known are"),
    ],
)
def test_a_wrong_delay_is_refused(control: Control, body: Any, complaint: str) -> None:
    assert complaint in control.complaint("POST", "lag", body)
    assert control.ask("GET", "lag") == {}


# --- any order of things

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.sampled_from(["FullAccess", "ReadPermission"])),
        st.tuples(st.just("delete"), st.none()),
        st.tuples(st.just("wait"), st.integers(0, 120)),
    ),
    max_size=20,
)


@pytest.fixture
def delayed(tenant: Tenant) -> Tenant:
    tenant.clock.stop(NOON)
    tell(tenant, mailboxPermissions={"seconds": 60})
    return tenant


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_a_server_sees_what_was_there_a_minute_ago(delayed: Tenant, steps: list[tuple[str, Any]]) -> None:
    tenant, id_ = delayed, delayed.ids.uuid()
    held = [(tenant.clock.now() - timedelta(days=1), None)]
    for step, given_ in steps:
        if step == "wait":
            later(tenant, seconds=given_)
        elif step == "put":
            tenant.documents(KIND).put(id_, {"mailbox": "m", "trustee": "t", "AccessRights": [given_]})
            held.append((tenant.clock.now(), given_))
        else:
            tenant.documents(KIND).delete(id_)
            held.append((tenant.clock.now(), None))
        seen = propagation.seen(tenant, KIND, id_)
        old = [right for at, right in held if at + timedelta(seconds=60) <= tenant.clock.now()]
        assert (seen["AccessRights"] if seen else [None]) == [old[-1] if old else None]
        assert (seen in propagation.found(tenant, KIND, "trustee", "T")) == (seen is not None)
