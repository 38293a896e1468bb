"""Applications that Microsoft and others publish, with their real ids: what every tenant can have a principal of.

Permission ids: https://learn.microsoft.com/graph/permissions-reference, and for Exchange the service principal
of Office 365 Exchange Online. Role templates:
https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from offline_tenant.entra import permission_texts
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
        "type": "Admin" if value in ADMIN_SCOPES else "User",
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


# Only an administrator may consent to these, whatever the tenant allows its users.
ADMIN_SCOPES: Final = frozenset(
    {
        "Application.Read.All",
        "Application.ReadWrite.All",
        "AppRoleAssignment.ReadWrite.All",
        "DelegatedPermissionGrant.ReadWrite.All",
        "Directory.Read.All",
        "Exchange.Manage",
        "User.Read.All",
        "User.ReadWrite.All",
    }
)
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
            app_roles={
                "Application.Read.All": "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30",
                "Application.ReadWrite.All": "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9",
                "Application.ReadWrite.OwnedBy": "18a4783c-866b-4cc7-a460-3d5e5662c884",
                "AppRoleAssignment.ReadWrite.All": "06b708a9-e830-4db3-a914-8e69da51d44f",
                "DelegatedPermissionGrant.ReadWrite.All": "8e8e4742-1d95-4f68-9d56-6ee75648c72a",
                "Directory.Read.All": "7ab1d382-f21e-4acd-a863-ba3e13f7da61",
                "Directory.ReadWrite.All": "19dbc75e-c2e2-444c-a770-ec69d8559fc7",
                "Mail.Send": "b633e1c5-b582-4048-a93e-9f11b44c7e96",
                "Organization.Read.All": "498476ce-e0fe-48b0-b801-37ba7e2685c6",
                "Policy.Read.All": "246dd0d5-5bd0-4def-940b-0421030a5b68",
                "Policy.ReadWrite.ApplicationConfiguration": "be74164b-cff1-491c-8741-e671cb536e13",
                "Policy.ReadWrite.Authorization": "fb221be6-99f2-473f-bd32-01c6a0e9ca3b",
                "RoleManagement.ReadWrite.Directory": "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8",
                "RoleManagement.ReadWrite.Exchange": "025d3225-3f02-4882-b4c0-cd5b541a4e80",
                "User.Read.All": "df021288-bdef-4463-88db-98f22de89214",
                "User.ReadWrite.All": "741f803b-c850-494e-b5df-cde7c675a1ca",
            },
            scopes={
                "Application.Read.All": "c79f8feb-a9db-4090-85f9-90d820caa0eb",
                "Application.ReadWrite.All": "bdfbf15f-ee85-4955-8675-146e8e5296b5",
                "AppRoleAssignment.ReadWrite.All": "84bccea3-f856-4a8a-967b-dbe0a3d53a64",
                "DelegatedPermissionGrant.ReadWrite.All": "41ce6ca6-6826-4807-84f1-1c82854f7ee5",
                "Directory.Read.All": "06da0dbc-49e2-44d2-8312-53f166ab848a",
                "Mail.Read": "570282fd-fa5c-430d-a7fd-fc8dc98a9dca",
                "Mail.ReadWrite": "024d486e-b451-40bb-833d-3e66d98c5c73",
                "Mail.Send": "e383f46e-2787-4529-855e-0e479a3ffac0",
                "User.Read.All": "a154be20-db9c-4678-8ab7-66f6cc099a59",
                "User.ReadWrite.All": "204e0828-b5ca-4ad8-b9f3-f32a958e7cc4",
                "IMAP.AccessAsUser.All": "652390e4-393a-48de-9484-05f9b1212954",
                "POP.AccessAsUser.All": "d7b7f2d9-0f45-4ea1-9d42-e50810c06991",
                "SMTP.Send": "258f6531-6087-4cc4-bb90-092c5fb3ed3f",
                "User.Read": "e1fe6dd8-ba31-4d61-89e7-88639da4683d",
                "email": "64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0",
                "offline_access": "7427e0e9-2fba-42fe-b0c0-848c9e6a8182",
                "openid": "37f7f235-527c-4136-accd-4a02d197296e",
                "profile": "14dad69e-099b-42c9-810b-d002981feec1",
            },
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
