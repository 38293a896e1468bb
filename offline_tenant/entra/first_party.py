"""Applications that Microsoft and others publish, with their real ids: what every tenant can have a principal of.

Permission ids of Exchange: the service principal of Office 365 Exchange Online; its ``Exchange.ManageAsAppV2`` is
documented by name only, and so is not offered. Role templates:
https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from offline_tenant.entra import graph_permissions, permission_texts
from offline_tenant.entra.clouds import EXCHANGE, GRAPH

MICROSOFT: Final = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"  # the tenant that owns Microsoft's own applications
ELSEWHERE: Final = "0ff11ce0-e15e-4e4e-8e4e-c0a7500000ff"  # made up: whoever publishes a third-party client


@dataclass(frozen=True)
class PublishedApplication:
    """An application that lives in another tenant.

    Args:
        app_id: its application (client) id.
        name: its display name.
        owner: the tenant that it lives in.
        app_roles: application permissions, id by value.
        scopes: delegated permissions, id by value.
        redirects: where a public client may be answered.
        required: the delegated permissions that it asks for, by resource.
    """

    app_id: str
    name: str
    owner: str
    app_roles: Mapping[str, str] = field(default_factory=dict)
    scopes: Mapping[str, str] = field(default_factory=dict)
    redirects: tuple[str, ...] = ()
    required: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def app_role_documents(self) -> list[dict[str, Any]]:
        """The application permissions in Graph's shape."""
        return [_app_role(value, id_) for value, id_ in self.app_roles.items()]

    def scope_documents(self) -> list[dict[str, Any]]:
        """The delegated permissions in Graph's shape."""
        return [_scope(value, id_) for value, id_ in self.scopes.items()]

    def registration(self) -> dict[str, Any]:
        """The application object as its own tenant has it, as far as sign-in looks at it."""
        return {
            "appId": self.app_id,
            "displayName": self.name,
            "signInAudience": "AzureADMultipleOrgs",
            "isFallbackPublicClient": True,
            "web": {"redirectUris": []},
            "spa": {"redirectUris": []},
            "publicClient": {"redirectUris": list(self.redirects)},
            "requiredResourceAccess": [_required(*entry) for entry in self.required.items()],
        }


def _app_role(value: str, id_: str) -> dict[str, Any]:
    text = permission_texts.application(value)
    return {
        "allowedMemberTypes": ["Application"],
        "description": text.description,
        "displayName": text.name,
        "id": id_,
        "isEnabled": True,
        "origin": "Application",
        "value": value,
    }


def _scope(value: str, id_: str) -> dict[str, Any]:
    text = permission_texts.delegated(value)
    return {
        "adminConsentDescription": text.description,
        "adminConsentDisplayName": text.name,
        "id": id_,
        "isEnabled": True,
        "type": "Admin" if value in graph_permissions.ADMIN_SCOPES else "User",
        "userConsentDescription": text.description,
        "userConsentDisplayName": text.own_name or text.name,
        "value": value,
    }


def _required(resource: str, values: Iterable[str]) -> dict[str, Any]:
    scopes = PUBLISHED[resource].scopes
    return {
        "resourceAppId": resource,
        "resourceAccess": [{"id": scopes[value], "type": "Scope"} for value in values],
    }


# What a mail client asks for, and where it wants to be answered: any port of this machine.
MAIL_SCOPES: Final = ("IMAP.AccessAsUser.All", "POP.AccessAsUser.All", "SMTP.Send")
MAIL_CLIENT: Final = {EXCHANGE: MAIL_SCOPES, GRAPH: ("offline_access",)}
LOOPBACK: Final = ("https://localhost", "http://localhost", "http://127.0.0.1")

PUBLISHED: Final = {
    application.app_id: application
    for application in (
        PublishedApplication(
            GRAPH,
            "Microsoft Graph",
            MICROSOFT,
            app_roles=graph_permissions.APP_ROLES,
            scopes=graph_permissions.SCOPES,
        ),
        PublishedApplication(
            EXCHANGE,
            "Office 365 Exchange Online",
            MICROSOFT,
            app_roles={
                "IMAP.AccessAsApp": "5e5addcd-3e8d-4e90-baf5-964efab2b20a",
                "POP.AccessAsApp": "cb842b43-da6e-4506-86fe-bb12199c656d",
                "SMTP.SendAsApp": "7146a1f0-8703-45b3-9eae-527a64c00995",
                "Exchange.ManageAsApp": "dc50a0fb-09a3-484d-be87-e023b12c6440",
                "full_access_as_app": "dc890d15-9560-4a4c-9b7f-a736ec74ec40",
            },
            scopes={
                "IMAP.AccessAsUser.All": "195adc35-e27b-454b-a7ed-1ecdffa1c09f",
                "POP.AccessAsUser.All": "fb698133-92fa-453e-a9ed-688e10f2e5ac",
                "SMTP.Send": "76faac2a-0f20-42f1-928a-50de5b9dbe52",
                "EWS.AccessAsUser.All": "3b5f3d61-589b-4a3c-a359-5dd4b5ee5bd5",
                "Exchange.Manage": "ab4f2b77-0b06-4fc1-a9de-02113fc2ab7c",
            },
        ),
        PublishedApplication(
            "9e5f94bc-e8a4-4e73-b8be-63364c29d753",
            "Mozilla Thunderbird",
            ELSEWHERE,
            redirects=LOOPBACK,
            required=MAIL_CLIENT,
        ),
        PublishedApplication(
            "08162f7c-0fd2-4200-a84a-f25a4db0b584",
            "Thunderbird",
            ELSEWHERE,
            redirects=LOOPBACK,
            required=MAIL_CLIENT,
        ),
    )
}

# Directory roles, template id by name.
ROLES: Final = {
    "Application Administrator": "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
    "Cloud Application Administrator": "158c047a-c907-4556-b7ef-446551a6b5f7",
    "Directory Readers": "88d8e3e3-8f55-4a1e-953a-9b9898b8876b",
    "Exchange Administrator": "29232cdf-9323-42fd-ade2-1d097af3e4de",
    "Exchange Recipient Administrator": "31392ffb-586c-42d1-9346-e59415a2cc4e",
    "Global Administrator": "62e90394-69f5-4237-9190-012177145e10",
    "Global Reader": "f2ef992c-3afb-46b9-b7cf-a126ee74c451",
    "Privileged Role Administrator": "e8611ab8-c189-46e8-94e1-60213ab1f814",
    "User Administrator": "fe930be7-5e62-47db-91af-98c3a49a38b1",
}
