"""The seeded company: who is in it, and what makes each of its mailboxes a case of its own."""

from typing import Any

import pytest

from offline_tenant import seed
from offline_tenant.exchange.access import has_full_access, mailbox_of
from offline_tenant.exchange.organization import TRANSPORT, config
from offline_tenant.mail.authentication import Outcome, authenticate
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Installation, Tenant
from tests.offline.exchange_helper import token


@pytest.fixture
def contoso(installation: Installation, tenant: Tenant) -> Tenant:
    seed.fill(tenant)
    return tenant


def mailbox(tenant: Tenant, name: str) -> Document:
    found = mailbox_of(tenant, f"{name}@contoso.com")
    assert found
    return found


def test_a_dozen_mailboxes_of_every_kind(contoso: Tenant) -> None:
    kinds = [found["RecipientTypeDetails"] for found in contoso.documents("mailboxes").all()]
    assert len(kinds) == 12
    assert set(kinds) == {"UserMailbox", "SharedMailbox", "RoomMailbox", "EquipmentMailbox"}


def test_smtp_is_off_but_where_an_administrator_opened_it(contoso: Tenant) -> None:
    assert config(contoso, TRANSPORT)["SmtpClientAuthenticationDisabled"] is True
    own = {
        found["Name"]: value
        for found in contoso.documents("mailboxes").all()
        if (value := found.get("SmtpClientAuthenticationDisabled")) is not None
    }
    assert own == {"invoices": False, "billing": False, "lynne": True}


def test_the_archive_is_on_hold_and_nearly_full_of_entries(contoso: Tenant) -> None:
    legal = mailbox(contoso, "legal")
    assert legal["LitigationHoldEnabled"] is True
    assert len(contoso.documents("mailboxPermissions").find("mailbox", legal["Guid"])) == 481


def test_the_groups_and_their_members(contoso: Tenant) -> None:
    groups = {
        group["PrimarySmtpAddress"]: (group["RecipientTypeDetails"], group["Members"])
        for group in contoso.documents("distributionGroups").all()
    }
    sids = {name: mailbox(contoso, name)["Sid"] for name in ("newsletter", "support", "adele", "patti")}
    assert groups == {
        "newsletter-senders@contoso.com": (
            "MailUniversalDistributionGroup",
            [sids["newsletter"], sids["support"]],
        ),
        "finance@contoso.com": ("MailUniversalSecurityGroup", [sids["adele"], sids["patti"]]),
    }


def test_every_mailbox_has_its_account(contoso: Tenant) -> None:
    for found in contoso.documents("mailboxes").all():
        user = contoso.documents("users").get(found["ExternalDirectoryObjectId"])
        assert user
        assert user["mail"] == found["PrimarySmtpAddress"]
        assert user["accountEnabled"] is (found["RecipientTypeDetails"] == "UserMailbox")


def claims_of(user: Document) -> dict[str, Any]:
    return {
        "idtyp": None,
        "roles": None,
        "wids": None,
        "scp": "IMAP.AccessAsUser.All",
        "oid": user["id"],
        "upn": user["userPrincipalName"],
    }


@pytest.mark.parametrize(
    ("name", "expected", "reason"),
    [("isaiah", Outcome.REFUSED, "no mailbox has this address"), ("adele", Outcome.CONNECTED, "connected")],
)
def test_somebody_without_a_licence_signs_in_and_has_no_mailbox(
    contoso: Tenant, installation: Installation, name: str, expected: Outcome, reason: str
) -> None:
    [user] = contoso.documents("users").find("userPrincipalName", f"{name}@contoso.com")
    assert user["accountEnabled"] is True
    decision = authenticate(installation, "imap", f"{name}@contoso.com", token(contoso, **claims_of(user)))
    assert (decision.outcome, decision.reason) == (expected, reason)


def test_a_second_tenant_has_the_same_company_at_its_own_domain(installation: Installation) -> None:
    tenant = installation.add_tenant(
        "11111111-0000-4000-8000-000000000001", ["fabrikam.onmicrosoft.com", "fabrikam.com"]
    )
    seed.fill(tenant)
    finance = tenant.documents("distributionGroups").find("EmailAddresses", "smtp:finance@fabrikam.com")
    assert len(finance[0]["Members"]) == 2
    adele, billing = (mailbox_of(tenant, f"{name}@fabrikam.com") for name in ("adele", "billing"))
    assert adele
    assert billing
    assert has_full_access(tenant, adele, adele)
    assert not has_full_access(tenant, billing, adele)
