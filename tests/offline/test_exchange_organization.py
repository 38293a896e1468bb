"""The single objects of an organization, and who may send by RBAC for Applications."""

from datetime import timedelta
from typing import Any

import pytest

from offline_tenant.exchange import organization, smtp_app_access
from offline_tenant.exchange.access import mailbox_of
from offline_tenant.exchange.configuration import ASSIGNMENTS
from offline_tenant.exchange.organization import ORGANIZATION, TRANSPORT
from offline_tenant.exchange.seed import seed
from offline_tenant.state import lag
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant

PRINCIPAL: Document = {"Guid": "aaaaaaaa-0000-4000-8000-000000000001"}


@pytest.fixture
def tenant(tenant: Tenant) -> Tenant:
    seed(tenant)
    return tenant


def give(tenant: Tenant, id_: str, scope: str | None = None, role: str = smtp_app_access.ROLE) -> None:
    assignment = {"id": id_, "Role": role, "RoleAssignee": PRINCIPAL["Guid"], "CustomResourceScope": scope}
    tenant.documents(ASSIGNMENTS).put(id_, assignment)


def may_send(tenant: Tenant, address: str = "invoices@contoso.com") -> bool | None:
    mailbox = mailbox_of(tenant, address)
    assert mailbox is not None
    return smtp_app_access.in_scope(tenant, PRINCIPAL, mailbox)


def test_a_new_organization_has_smtp_auth_off(tenant: Tenant) -> None:
    assert organization.config(tenant, TRANSPORT)["SmtpClientAuthenticationDisabled"] is True


def test_a_change_says_whether_it_changed_something(tenant: Tenant) -> None:
    off: dict[str, Any] = {"SmtpClientAuthenticationDisabled": False}

    assert organization.change(tenant, TRANSPORT, off) is True
    assert organization.change(tenant, TRANSPORT, off) is False
    assert organization.config(tenant, TRANSPORT)["SmtpClientAuthenticationDisabled"] is False
    assert organization.config(tenant, ORGANIZATION)["IsDehydrated"] is False


def test_a_property_that_does_not_exist_is_no_change(tenant: Tenant) -> None:
    with pytest.raises(KeyError, match="Nonsense"):
        organization.change(tenant, TRANSPORT, {"Nonsense": True})


def test_without_an_assignment_nothing_is_said(tenant: Tenant) -> None:
    give(tenant, "other", role="Application Mail.Send")

    assert may_send(tenant) is None


def test_an_assignment_without_a_scope_reaches_every_mailbox(tenant: Tenant) -> None:
    give(tenant, "all")

    assert may_send(tenant) is True


def test_an_assignment_arrives_later(tenant: Tenant) -> None:
    lag.configure(tenant.store.collection("", "settings"), {ASSIGNMENTS: {"seconds": 1800}})
    give(tenant, "all")

    assert may_send(tenant) is None
    tenant.clock.advance(timedelta(minutes=31))
    assert may_send(tenant) is True
