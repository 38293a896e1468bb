"""An administrator who does the guides' steps by hand: nothing but Graph and cmdlets, nothing of mailgrant's."""

import imaplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import httpx

from offline_tenant import seed
from tests.worlds import OfflineTenant

GRAPH: Final = "00000003-0000-0000-c000-000000000000"
EXCHANGE: Final = "00000002-0000-0ff1-ce00-000000000000"
THUNDERBIRD: Final = "9e5f94bc-e8a4-4e73-b8be-63364c29d753"
AUDIENCE: Final = "api://AzureADTokenExchange"
ENDS: Final = "2027-05-01T00:00:00Z"
ROLES: Final = ("IMAP.AccessAsApp", "POP.AccessAsApp", "SMTP.SendAsApp")
SCOPES: Final = ("IMAP.AccessAsUser.All", "POP.AccessAsUser.All", "SMTP.Send")
SURE: Final = {"Confirm": False}
# Of whom a picture is taken, so that nothing changes unseen.
MAILBOXES: Final = tuple(
    f"{name}@contoso.com" for name in ("invoices", "billing", "support", "frontdesk", "adele", "newsletter")
)


@dataclass(frozen=True)
class Made:
    """An application that was made by hand."""

    client_id: str
    application: str
    principal: str
    secret: str = ""


@dataclass(frozen=True)
class Administrator:
    """Somebody with the portal and PowerShell."""

    offline: OfflineTenant

    def post(self, path: str, body: Any) -> Any:
        return self.offline.graph("POST", f"/v1.0/{path}", body)

    def principal(self, client_id: str) -> Any:
        [found] = self.offline.graph("GET", f"/v1.0/servicePrincipals?$filter=appId eq '{client_id}'")[
            "value"
        ]
        return found

    def permission(self, api: str, value: str, kind: str) -> str:
        """The id of a permission: an application's are ``appRoles``, those of people ``oauth2PermissionScopes``."""
        [found] = [one["id"] for one in self.principal(api)[kind] if one["value"] == value]
        return str(found)

    def requested(self, api: str, values: Sequence[str], kind: str) -> dict[str, Any]:
        """What an application asks for, as its manifest says it."""
        type_ = {"appRoles": "Role", "oauth2PermissionScopes": "Scope"}[kind]
        accesses = [{"id": self.permission(api, value, kind), "type": type_} for value in values]
        return {"resourceAppId": api, "resourceAccess": accesses}

    def register(self, name: str, roles: Sequence[str] = (), scopes: Sequence[str] = (), **more: Any) -> Made:
        """The registration and its enterprise application, as the portal makes both.

        It asks for roles of Exchange, and for delegated permissions of Graph.
        """
        asked = [
            *([self.requested(EXCHANGE, roles, "appRoles")] if roles else []),
            *([self.requested(GRAPH, scopes, "oauth2PermissionScopes")] if scopes else []),
        ]
        body = {"displayName": name, "signInAudience": "AzureADMyOrg", "requiredResourceAccess": asked}
        application = self.post("applications", body | more)
        tags = ["WindowsAzureActiveDirectoryIntegratedApp"]
        principal = self.post("servicePrincipals", {"appId": application["appId"], "tags": tags})
        return Made(application["appId"], application["id"], principal["id"])

    def secret(self, made: Made, name: str = "old program") -> Made:
        credential = {"passwordCredential": {"displayName": name, "endDateTime": ENDS}}
        value = self.post(f"applications/{made.application}/addPassword", credential)["secretText"]
        return Made(made.client_id, made.application, made.principal, value)

    def trust(self, made: Made, name: str, subject: str) -> None:
        issuer = "https://token.actions.githubusercontent.com"
        body = {"name": name, "issuer": issuer, "subject": subject, "audiences": [AUDIENCE]}
        described = {**body, "description": "our pipeline"}
        self.post(f"applications/{made.application}/federatedIdentityCredentials", described)

    def assign(self, made: Made, api: str, *values: str) -> None:
        """Admin consent for application permissions."""
        resource = self.principal(api)["id"]
        for value in values:
            role = self.permission(api, value, "appRoles")
            body = {"principalId": made.principal, "resourceId": resource, "appRoleId": role}
            self.post(f"servicePrincipals/{made.principal}/appRoleAssignments", body)

    def consent(self, principal: str, api: str, *values: str, person: str = "") -> None:
        """Consent for delegated permissions: for everybody, or for a person."""
        whom: dict[str, Any] = {"consentType": "AllPrincipals"}
        if person:
            user = self.offline.graph("GET", f"/v1.0/users/{person}")["id"]
            whom = {"consentType": "Principal", "principalId": user}
        resource = self.principal(api)["id"]
        self.post(
            "oauth2PermissionGrants",
            {"clientId": principal, "resourceId": resource, "scope": " ".join(values), **whom},
        )

    def know(self, made: Made, name: str, object_id: str = "") -> None:
        """Make the record in Exchange; with the registration's object id it is the classic mistake."""
        self.offline.cmdlet(
            "New-ServicePrincipal",
            AppId=made.client_id,
            ObjectId=object_id or made.principal,
            DisplayName=name,
        )

    def open(self, mailbox: str, trustee: str, *rights: str, **more: Any) -> None:
        rights = rights or ("FullAccess",)
        self.offline.cmdlet(
            "Add-MailboxPermission", Identity=mailbox, User=trustee, AccessRights=[*rights], **SURE, **more
        )

    def send_as(self, mailbox: str, trustee: str) -> None:
        self.offline.cmdlet(
            "Add-RecipientPermission", Identity=mailbox, Trustee=trustee, AccessRights=["SendAs"], **SURE
        )

    def daemon(self, name: str = "Old program") -> Made:
        """The first guide, to its end."""
        made = self.register(name, ROLES, notes="asks for invoices every night")
        made = self.secret(made)
        self.assign(made, EXCHANGE, *ROLES)
        self.know(made, name)
        for mailbox in ("invoices@contoso.com", "billing@contoso.com"):
            self.open(mailbox, made.principal)
        self.send_as("billing@contoso.com", made.principal)
        return made

    def delegated(self, name: str = "Support Portal") -> Made:
        """The second guide: people sign in."""
        scopes = (*SCOPES, "offline_access")
        desktop = {"redirectUris": ["http://localhost"]}
        made = self.register(name, scopes=scopes, publicClient=desktop, isFallbackPublicClient=True)
        self.consent(made.principal, GRAPH, *scopes)
        return made

    def third_party(self) -> Made:
        """The third guide: Thunderbird for the front desk, which may send."""
        principal = self.post("servicePrincipals", {"appId": THUNDERBIRD})["id"]
        self.consent(principal, EXCHANGE, *SCOPES, person="frontdesk@contoso.com")
        self.consent(principal, GRAPH, "offline_access", person="frontdesk@contoso.com")
        self.offline.cmdlet(
            "Set-CasMailbox", Identity="frontdesk@contoso.com", SmtpClientAuthenticationDisabled=False, **SURE
        )
        return Made(THUNDERBIRD, "", principal)


def picture(offline: OfflineTenant) -> dict[str, Any]:
    """All that clients of mailgrant touch in a tenant, in comparable values."""
    graph = {
        kind: sorted(offline.graph("GET", f"/v1.0/{kind}")["value"], key=lambda one: str(one["id"]))
        for kind in ("applications", "servicePrincipals", "oauth2PermissionGrants")
    }
    assigned = {
        one["id"]: offline.graph("GET", f"/v1.0/servicePrincipals/{one['id']}/appRoleAssignments")["value"]
        for one in graph["servicePrincipals"]
    }
    trusts = {
        one["id"]: offline.graph("GET", f"/v1.0/applications/{one['id']}/federatedIdentityCredentials")[
            "value"
        ]
        for one in graph["applications"]
    }
    lists = {name: offline.cmdlet(name) for name in ("Get-ServicePrincipal", "Get-ManagementScope")}
    each = {
        f"{name} {mailbox}": offline.cmdlet(name, Identity=mailbox)
        for name in ("Get-MailboxPermission", "Get-RecipientPermission", "Get-CASMailbox")
        for mailbox in MAILBOXES
    }
    objects = offline.control("GET", "objects")
    return {**graph, "assigned": assigned, "trusts": trusts, **lists, **each, "objects": objects}


def logs_in(offline: OfflineTenant, made: Made, mailbox: str) -> bool:
    """Whether a program with the secret that was made by hand gets into a mailbox over IMAP."""
    trust = ssl.create_default_context(cafile=str(offline.home.bundle))
    form = {"grant_type": "client_credentials", "client_id": made.client_id, "client_secret": made.secret}
    asked = form | {"scope": "https://outlook.office365.com/.default"}
    with httpx.Client(base_url=f"https://localhost:{offline.ports['https']}", verify=trust) as web:
        answer = web.post(f"/{seed.TENANT_ID}/oauth2/v2.0/token", data=asked).raise_for_status()
    token = answer.json()["access_token"]
    response = f"user={mailbox}\x01auth=Bearer {token}\x01\x01".encode()
    with imaplib.IMAP4_SSL("localhost", offline.ports["imap"], ssl_context=trust) as reader:
        try:
            reader.authenticate("XOAUTH2", lambda _challenge: response)
            return reader.select()[0] == "OK"
        except imaplib.IMAP4.error:
            return False
