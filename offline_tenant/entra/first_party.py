"""Applications that Microsoft and others publish, with their real ids: what every tenant can have a principal of.

Permission ids: https://learn.microsoft.com/graph/permissions-reference, and for Exchange the service principal
of Office 365 Exchange Online. Role templates:
https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

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
    """

    app_id: str
    name: str
    owner: str
    app_roles: Mapping[str, str] = field(default_factory=dict)
    scopes: Mapping[str, str] = field(default_factory=dict)

    def app_role_documents(self) -> list[dict[str, Any]]:
        """The application permissions in Graph's shape."""
        return [
            {
                "allowedMemberTypes": ["Application"],
                "description": value,
                "displayName": value,
                "id": id_,
                "isEnabled": True,
                "origin": "Application",
                "value": value,
            }
            for value, id_ in self.app_roles.items()
        ]

    def scope_documents(self) -> list[dict[str, Any]]:
        """The delegated permissions in Graph's shape."""
        return [
            {
                "adminConsentDescription": value,
                "adminConsentDisplayName": value,
                "id": id_,
                "isEnabled": True,
                "type": "Admin" if value in ADMIN_SCOPES else "User",
                "userConsentDescription": value,
                "userConsentDisplayName": value,
                "value": value,
            }
            for value, id_ in self.scopes.items()
        ]


ADMIN_SCOPES: Final = frozenset({"Exchange.Manage"})

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
                "RoleManagement.ReadWrite.Directory": "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8",
                "RoleManagement.ReadWrite.Exchange": "025d3225-3f02-4882-b4c0-cd5b541a4e80",
                "User.Read.All": "df021288-bdef-4463-88db-98f22de89214",
            },
            scopes={
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
                "Exchange.Manage": "ab4f2b77-0b06-4fc1-a9de-02113fc2ab7c",
            },
        ),
        PublishedApplication("9e5f94bc-e8a4-4e73-b8be-63364c29d753", "Mozilla Thunderbird", ELSEWHERE),
        PublishedApplication("08162f7c-0fd2-4200-a84a-f25a4db0b584", "Thunderbird", ELSEWHERE),
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
}
