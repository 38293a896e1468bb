"""Directory roles: what a tenant can give, and which of them it has activated.

https://learn.microsoft.com/graph/api/resources/directoryrole
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID, uuid5

from offline_tenant.entra.directory import role_assignments
from offline_tenant.entra.directory.errors import bad_request, conflict, not_found
from offline_tenant.entra.directory.objects import Directory
from offline_tenant.entra.directory.role_types import DIRECTORY_ROLE
from offline_tenant.entra.directory.schema import required
from offline_tenant.entra.first_party import ROLES
from offline_tenant.state.store import Document

KIND: Final = "directoryRoles"

# https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference
DESCRIPTIONS: Final = {
    "Application Administrator": (
        "Can create and manage all aspects of app registrations and enterprise apps."
    ),
    "Cloud Application Administrator": (
        "Can create and manage all aspects of app registrations and enterprise apps except App Proxy."
    ),
    "Directory Readers": (
        "Can read basic directory information. Commonly used to grant directory read access to applications and "
        "guests."
    ),
    "Exchange Administrator": "Can manage all aspects of the Exchange product.",
    "Exchange Recipient Administrator": (
        "Can create or update Exchange Online recipients within the Exchange Online organization."
    ),
    "Global Administrator": (
        "Can manage all aspects of Microsoft Entra ID and Microsoft services that use Microsoft Entra identities."
    ),
    "Global Reader": "Can read everything that a Global Administrator can, but not update anything.",
    "Privileged Role Administrator": (
        "Can manage role assignments in Microsoft Entra ID, and all aspects of Privileged Identity Management."
    ),
    "User Administrator": (
        "Can manage all aspects of users and groups, including resetting passwords for limited admins."
    ),
}


def templates() -> list[Document]:
    """Every role that can be given."""
    return [
        {"id": id_, "displayName": name, "description": DESCRIPTIONS[name]} for name, id_ in ROLES.items()
    ]


def definitions() -> list[Document]:
    """The same as role definitions, whose id is the template's."""
    return [template | {"templateId": template["id"]} for template in templates()]


def by_id(documents: list[Document], id_: str) -> Document:
    """The one of them with this id.

    Raises:
        DirectoryError: there is none (404).
    """
    for document in documents:
        if document["id"] == id_.casefold():
            return document
    raise not_found(id_)


def activated(directory: Directory) -> list[Document]:
    """The roles that somebody activated, and those that somebody holds."""
    held = {one["roleDefinitionId"].casefold() for one in directory.all(role_assignments.KIND)}
    held |= {one["roleTemplateId"] for one in directory.all(KIND)}
    return [_role(directory, template) for template in templates() if template["id"] in held]


def activated_role(directory: Directory, id_: str) -> Document:
    """An activated role by its own id or that of its template.

    Raises:
        DirectoryError: there is none, or it is not activated (404).
    """
    for role in activated(directory):
        if id_.casefold() in {role["id"], role["roleTemplateId"]}:
            return role
    raise not_found(id_)


def by_template(directory: Directory, template_id: str) -> Document:
    """An activated role by the id of its template.

    Raises:
        DirectoryError: there is none, or it is not activated (404).
    """
    for role in activated(directory):
        if role["roleTemplateId"] == template_id.casefold():
            return role
    raise not_found(template_id)


def activate(directory: Directory, body: Mapping[str, Any]) -> Document:
    """Activate a role.

    Raises:
        DirectoryError: no such template (400), activated already (409).
    """
    required(body, ("roleTemplateId",), DIRECTORY_ROLE.name)
    wanted = DIRECTORY_ROLE.new(body)["roleTemplateId"].casefold()
    template = next((one for one in templates() if one["id"] == wanted), None)
    if template is None:
        raise bad_request(f"Invalid role template '{wanted}'.")
    if any(role["roleTemplateId"] == wanted for role in activated(directory.primary)):
        raise conflict(
            "A conflicting object with one or more of the specified property values is present in the directory."
        )
    return directory.add(KIND, _role(directory, template))


def _role(directory: Directory, template: Document) -> Document:
    # The id is the tenant's own, and the same whoever was the first to need the role.
    id_ = str(uuid5(UUID(directory.tenant.id), template["id"]))
    return template | {"id": id_, "roleTemplateId": template["id"]}
