"""Directory roles that principals hold, over the whole tenant.

https://learn.microsoft.com/graph/api/resources/unifiedroleassignment
"""

from collections.abc import Mapping
from typing import Any, Final

from offline_tenant.entra.directory.errors import absent_reference, bad_request, conflict, not_emulated
from offline_tenant.entra.directory.objects import Directory
from offline_tenant.entra.directory.role_types import ROLE_ASSIGNMENT
from offline_tenant.entra.directory.schema import required
from offline_tenant.entra.first_party import ROLES
from offline_tenant.state import lag
from offline_tenant.state.store import Document

KIND: Final = "directoryRoleAssignments"
WHOLE_TENANT: Final = "/"
IN_EXCHANGE: Final = "exchangeDirectoryRoles"  # Exchange learns of them on its own way, and later


def assign(directory: Directory, body: Mapping[str, Any]) -> Document:
    """Give a principal a directory role.

    Raises:
        DirectoryError: no such principal (400), held already (409), a role or scope that is not emulated (501).
    """
    required(body, ("principalId", "roleDefinitionId"), ROLE_ASSIGNMENT.name)
    document = ROLE_ASSIGNMENT.new(body)
    _check(directory, document)
    same = (document["principalId"].casefold(), document["roleDefinitionId"].casefold())
    for other in directory.primary.find(KIND, "principalId", document["principalId"]):
        if (other["principalId"].casefold(), other["roleDefinitionId"].casefold()) == same:
            raise conflict(
                "A conflicting object with one or more of the specified property values is present in the directory."
            )
    added = directory.add(KIND, document | {"id": directory.tenant.ids.uuid()})
    lag.begin(directory.tenant, IN_EXCHANGE, added["id"])
    return added


def unassign(directory: Directory, assignment: Document, caller: str) -> None:
    """Take a directory role away.

    Raises:
        DirectoryError: from the caller itself (400).
    """
    if assignment["principalId"].casefold() == caller.casefold():
        role = next(name for name, id_ in ROLES.items() if id_ == assignment["roleDefinitionId"].casefold())
        raise bad_request(f"Removing self from {role} built-in role is not allowed")
    directory.remove(KIND, assignment["id"])
    lag.forget(directory.tenant, IN_EXCHANGE, assignment["id"])


def _check(directory: Directory, document: Document) -> None:
    if directory.principal(document["principalId"]) is None:
        raise absent_reference(document["principalId"])
    if document["roleDefinitionId"].casefold() not in ROLES.values():
        raise not_emulated(f"the directory role {document['roleDefinitionId']}")
    if document["directoryScopeId"] != WHOLE_TENANT:
        raise not_emulated("directory roles over a part of the tenant")
