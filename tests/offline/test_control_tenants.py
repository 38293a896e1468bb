"""Tenants, mailboxes and issuers over the control plane; one tenant knows nothing of another."""

import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from offline_tenant import seed
from offline_tenant.mail.authentication import Outcome, authenticate
from offline_tenant.mail.store import MailStore, deliver
from offline_tenant.state.tenant import Tenant
from tests.offline.control_helper import Control

pytest_plugins = ["tests.offline.control_fixtures"]

EXCHANGE = "https://outlook.office365.com"
EXCHANGE_APP_ID = "00000002-0000-0ff1-ce00-000000000000"
FABRIKAM = "fabrikam.onmicrosoft.com"


@pytest.fixture
def fabrikam(control: Control) -> str:
    body = {"organization": FABRIKAM, "domains": ["fabrikam.com"]}
    return str(control.ask("POST", "tenants", body, 201)["id"])


def cmdlet(control: Control, tenant: str, token: str, name: str, **parameters: Any) -> Any:
    body = {"CmdletInput": {"CmdletName": name, "Parameters": parameters}}
    headers = {"Authorization": f"Bearer {token}"}
    return control.http.post(f"/adminapi/beta/{tenant}/InvokeCommand", json=body, headers=headers)


def test_the_seeded_tenant_is_the_first(control: Control, fabrikam: str) -> None:
    first, second = control.ask("GET", "tenants")

    assert first["id"] == seed.TENANT_ID
    assert first["organization"] == "contoso.onmicrosoft.com"
    assert second == {
        "id": fabrikam,
        "organization": FABRIKAM,
        "domains": [FABRIKAM, "fabrikam.com"],
        "cloud": "global",
        "client_id": seed.AUTOMATION_CLIENT_ID,
    }


def test_a_new_tenant_has_a_company_and_an_automation(control: Control, fabrikam: str) -> None:
    assert control.sign_in(fabrikam)
    tenant = control.installation.tenant(FABRIKAM)
    assert tenant
    [organization] = tenant.documents("organization").all()
    assert organization["displayName"] == "Fabrikam"
    assert [domain["name"] for domain in organization["verifiedDomains"]] == [FABRIKAM, "fabrikam.com"]

    addresses = {mailbox["address"] for mailbox in control.ask("GET", f"mailboxes?tenant={fabrikam}")}
    assert "invoices@fabrikam.com" in addresses
    assert not any(address.endswith("contoso.com") for address in addresses)


def test_a_new_tenant_has_the_letters_of_its_company(control: Control, fabrikam: str) -> None:
    contoso, new = control.installation.tenants()
    [sent, received] = [_letters(tenant) for tenant in (contoso, new)]

    assert len(received) == len(sent) > 0
    assert b"contoso.com" not in b"".join(received)
    assert b"Adele Vance <adele@fabrikam.com>" in b"".join(received)


def _letters(tenant: Tenant) -> list[bytes]:
    stores = [MailStore(tenant, mailbox) for mailbox in tenant.documents("mailboxes").all()]
    inboxes = [(store, folder) for store in stores if (folder := store.folder("INBOX"))]
    return [store.content(letter) or b"" for store, inbox in inboxes for letter in store.messages(inbox)]


@pytest.mark.parametrize("cloud", ["usgov-high", "usgov-dod", "china"])
def test_a_tenant_lives_in_a_cloud(control: Control, cloud: str) -> None:
    control.ask("POST", "tenants", {"organization": FABRIKAM, "cloud": cloud}, 201)

    assert control.ask("GET", "tenants")[1]["cloud"] == cloud
    assert control.sign_in(FABRIKAM)


def test_tokens_of_one_tenant_open_nothing_in_another(control: Control, fabrikam: str) -> None:
    contosos, fabrikams = control.sign_in(), control.sign_in(fabrikam)
    made = control.graph("POST", "applications", {"displayName": "poller"}, contosos).json()

    assert control.graph("GET", f"applications/{made['id']}", token=contosos).status_code == 200
    assert control.graph("GET", f"applications/{made['id']}", token=fabrikams).status_code == 404
    names = [
        one["displayName"] for one in control.graph("GET", "applications", token=fabrikams).json()["value"]
    ]
    assert "poller" not in names

    token = control.sign_in(resource=EXCHANGE)
    assert cmdlet(control, seed.TENANT_ID, token, "Get-Mailbox").status_code == 200
    assert cmdlet(control, fabrikam, token, "Get-Mailbox").status_code == 401


def test_mailboxes_of_one_tenant_are_unknown_in_another(control: Control, fabrikam: str) -> None:
    token = control.sign_in(fabrikam, EXCHANGE)

    found = cmdlet(control, fabrikam, token, "Get-Mailbox", Identity="invoices@fabrikam.com")
    assert found.status_code == 200
    missing = cmdlet(control, fabrikam, token, "Get-Mailbox", Identity="invoices@contoso.com")
    assert missing.status_code == 404


def daemon(control: Control, mailbox: str) -> str:
    """The token of a new client of Contoso that may open a mailbox over IMAP."""
    graph, exchange = control.sign_in(), control.sign_in(resource=EXCHANGE)
    application = control.graph("POST", "applications", {"displayName": "poller"}, graph).json()
    principal = control.graph("POST", "servicePrincipals", {"appId": application["appId"]}, graph).json()
    given = control.graph("POST", f"applications/{application['id']}/addPassword", {}, graph).json()
    wanted = f"servicePrincipals?$filter=appId eq '{EXCHANGE_APP_ID}'"
    [resource] = control.graph("GET", wanted, token=graph).json()["value"]
    [role] = [role["id"] for role in resource["appRoles"] if role["value"] == "IMAP.AccessAsApp"]
    consent = {"principalId": principal["id"], "resourceId": resource["id"], "appRoleId": role}
    control.graph("POST", f"servicePrincipals/{resource['id']}/appRoleAssignedTo", consent, graph)
    ids = {"AppId": application["appId"], "ObjectId": principal["id"]}
    cmdlet(control, seed.TENANT_ID, exchange, "New-ServicePrincipal", **ids)
    grant = {"Identity": mailbox, "User": principal["id"], "AccessRights": ["FullAccess"]}
    cmdlet(control, seed.TENANT_ID, exchange, "Add-MailboxPermission", **grant)
    form = {"grant_type": "client_credentials", "client_id": application["appId"]}
    form |= {"client_secret": given["secretText"], "scope": f"{EXCHANGE}/.default"}
    answer = control.http.post(f"/{seed.TENANT_ID}/oauth2/v2.0/token", data=form)
    return str(answer.json()["access_token"])


def test_mail_of_one_tenant_is_closed_to_the_tokens_of_another(control: Control, fabrikam: str) -> None:
    token = daemon(control, "invoices@contoso.com")

    own = authenticate(control.installation, "imap", "invoices@contoso.com", token)
    assert own.outcome is Outcome.CONNECTED, own.reason
    other = authenticate(control.installation, "imap", "invoices@fabrikam.com", token)
    assert (other.outcome, other.reason) == (Outcome.REFUSED, "no mailbox has this address")


def test_objects_are_counted_for_each_tenant(control: Control, fabrikam: str) -> None:
    before = control.ask("GET", f"objects?tenant={fabrikam}")
    control.graph("POST", "applications", {"displayName": "poller"})

    assert control.ask("GET", f"objects?tenant={FABRIKAM}") == before
    assert control.ask("GET", "objects")["applications"] == before["applications"] + 1


def test_a_tenant_that_is_not_there_is_named(control: Control, fabrikam: str) -> None:
    complaint = control.complaint("GET", "mailboxes?tenant=adatum.com", expect=404)

    assert complaint == (
        "there is no tenant 'adatum.com'; there are: contoso.onmicrosoft.com, fabrikam.onmicrosoft.com"
    )


@pytest.mark.parametrize(
    ("body", "status", "complaint"),
    [
        ({}, 400, "organization: Field required"),
        ({"organization": "fabrikam"}, 400, "organization: expected a domain name"),
        ({"organization": "fab rikam.com"}, 400, "organization: expected a domain name"),
        ({"organization": f"{'a' * 64}.com"}, 400, "organization: expected a domain name"),
        ({"organization": FABRIKAM, "cloud": "moon"}, 400, "cloud: expected one of global, usgov-high"),
        ({"organization": FABRIKAM, "domains": ["x"]}, 400, "domains.0: expected a domain name"),
        ({"organization": "Contoso.com"}, 409, "contoso.com: belongs to a tenant already"),
        (
            {"organization": FABRIKAM, "domains": ["contoso.com"]},
            409,
            "contoso.com: belongs to a tenant already",
        ),
    ],
)
def test_a_wrong_tenant_is_not_added(control: Control, body: Any, status: int, complaint: str) -> None:
    before = control.everything()

    assert complaint in control.complaint("POST", "tenants", body, status)
    assert control.everything() == before


def test_a_mailbox_is_added_as_told(control: Control) -> None:
    body = {
        "address": "sales@contoso.com",
        "name": "Sales",
        "type": "UserMailbox",
        "aliases": ["vertrieb@contoso.com"],
    }
    added = control.ask("POST", "mailboxes", body, 201)

    assert {name: added[name] for name in ("address", "name", "type")} == {
        "address": "sales@contoso.com",
        "name": "Sales",
        "type": "UserMailbox",
    }
    assert added in control.ask("GET", "mailboxes")
    token = control.sign_in(resource=EXCHANGE)
    assert (
        cmdlet(control, seed.TENANT_ID, token, "Get-Mailbox", Identity="vertrieb@contoso.com").status_code
        == 200
    )


@pytest.mark.parametrize(
    ("body", "status", "complaint"),
    [
        ({}, 400, "address: Field required"),
        ({"address": "sales"}, 400, "address: expected an SMTP address"),
        ({"address": "sales@contoso.com\n"}, 400, "address: expected an SMTP address"),
        ({"address": "<b>@contoso.com"}, 400, "address: expected an SMTP address"),
        ({"address": "sales@contoso.com", "type": "Mailbox"}, 400, "type: Input should be 'UserMailbox'"),
        ({"address": "sales@contoso.com", "aliases": "x"}, 400, "aliases: Input should be a valid array"),
        ({"address": "sales@adatum.com"}, 400, "sales@adatum.com: not one of the tenant's domains"),
        ({"address": "Invoices@contoso.com"}, 409, "one of the addresses is taken: Invoices@contoso.com"),
        (
            {"address": "sales@contoso.com", "aliases": ["rechnungen@contoso.com"]},
            409,
            "one of the addresses is taken: sales@contoso.com, rechnungen@contoso.com",
        ),
    ],
)
def test_a_wrong_mailbox_is_not_added(control: Control, body: Any, status: int, complaint: str) -> None:
    before = control.everything()

    assert complaint in control.complaint("POST", "mailboxes", body, status)
    assert control.everything() == before


def test_an_added_mailbox_has_an_account_that_signs_in_and_one_that_is_removed_has_none(
    control: Control,
) -> None:
    before = control.everything()
    for type_, enabled in (("UserMailbox", True), ("RoomMailbox", False)):
        added = control.ask("POST", "mailboxes", {"address": "x@contoso.com", "type": type_}, 201)
        tenant = control.installation.tenants()[0]
        [user] = tenant.documents("users").find("userPrincipalName", "x@contoso.com")
        [mailbox] = tenant.documents("mailboxes").find("EmailAddresses", "smtp:x@contoso.com")
        assert (user["mail"], user["accountEnabled"]) == ("x@contoso.com", enabled)
        assert mailbox["ExternalDirectoryObjectId"] == user["id"]
        deliver(tenant, mailbox, b"Subject: x\r\n\r\nx\r\n")
        control.ask("DELETE", "mailboxes?address=X@contoso.com", expect=204)
        assert added not in control.ask("GET", "mailboxes")
        assert tenant.documents("users").find("userPrincipalName", "x@contoso.com") == []
    # What is left: accounts and mailboxes, which can be restored for thirty days.
    left = [row for row in control.everything() if row not in before]
    assert {kind for _, kind, _, _ in left} <= {"deletedItems", "settings", "softDeletedMailboxes"}


def test_somebody_without_a_licence_gets_a_mailbox(control: Control) -> None:
    tenant = control.installation.tenants()[0]
    [before] = tenant.documents("users").find("userPrincipalName", "isaiah@contoso.com")
    control.ask("POST", "mailboxes", {"address": "isaiah@contoso.com", "type": "UserMailbox"}, 201)
    [after] = tenant.documents("users").find("userPrincipalName", "isaiah@contoso.com")
    [mailbox] = tenant.documents("mailboxes").find("ExternalDirectoryObjectId", before["id"])
    assert after == before | {"mail": "isaiah@contoso.com"}
    assert mailbox["PrimarySmtpAddress"] == "isaiah@contoso.com"


@pytest.mark.parametrize("address", ["nobody@contoso.com", "", "finance@contoso.com"])
def test_a_mailbox_that_is_not_there_is_not_removed(control: Control, address: str) -> None:
    complaint = control.complaint("DELETE", f"mailboxes?address={address}", expect=404)
    assert complaint == f"there is no mailbox {address!r}"


def key_set() -> list[dict[str, Any]]:
    public = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    return [json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(public)) | {"kid": "one", "use": "sig"}]


def test_an_issuer_is_trusted_and_forgotten(control: Control) -> None:
    issuer = "https://token.actions.githubusercontent.com"
    assert control.ask("POST", "issuers", {"issuer": issuer, "keys": key_set()}) == [
        {"issuer": issuer, "keys": ["one"]}
    ]

    control.ask("DELETE", f"issuers?issuer={issuer}", expect=204)
    assert control.ask("GET", "issuers") == []
    assert "there is no issuer" in control.complaint("DELETE", f"issuers?issuer={issuer}", expect=404)


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ({"issuer": "https://ci.example"}, "keys: Field required"),
        ({"issuer": "", "keys": []}, "issuer: String should have at least 1 character"),
        ({"issuer": "https://ci.example", "keys": []}, "keys: not a JSON Web Key Set"),
        ({"issuer": "https://ci.example", "keys": [{"kty": "x"}]}, "keys: not a JSON Web Key Set"),
        ({"issuer": "https://ci.example", "keys": ["x"]}, "keys.0: Input should be an object"),
    ],
)
def test_what_is_no_key_set_is_not_trusted(control: Control, body: Any, complaint: str) -> None:
    assert complaint in control.complaint("POST", "issuers", body)
    assert control.ask("GET", "issuers") == []
