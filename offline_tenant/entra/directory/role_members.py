"""The members of an activated directory role: who was assigned it over the whole tenant.

One truth with two doors: https://learn.microsoft.com/graph/api/directoryrole-list-members shows what
``roleManagement/directory/roleAssignments`` keeps.
"""

from offline_tenant.entra.directory import role_assignments
from offline_tenant.entra.directory.errors import bad_request, not_found
from offline_tenant.entra.directory.objects import Directory
from offline_tenant.state.store import Document


def listed(directory: Directory, role: Document) -> list[tuple[str, Document]]:
    """The members that still exist, each with its kind."""
    found = (directory.principal(one["principalId"]) for one in _assignments(directory, role))
    return [member for member in found if member is not None]


def add(directory: Directory, role: Document, id_: str) -> None:
    """One more member.

    Raises:
        DirectoryError: it is not there, or a member already (400).
    """
    if _assignment(directory.primary, role, id_):
        raise bad_request(
            "One or more added object references already exist for the following modified properties: 'members'."
        )
    body = {"principalId": id_, "roleDefinitionId": role["roleTemplateId"]}
    role_assignments.assign(directory, body)


def member(directory: Directory, role: Document, id_: str) -> Document:
    """One member.

    Raises:
        DirectoryError: it is none of the members (404).
    """
    for _, document in listed(directory, role):
        if document["id"] == id_.casefold():
            return document
    raise not_found(id_)


def remove(directory: Directory, role: Document, id_: str, caller: str) -> None:
    """One member less.

    Raises:
        DirectoryError: it is none of the members (404), or the caller itself (400).
    """
    if (found := _assignment(directory, role, id_)) is None:
        raise not_found(id_)
    role_assignments.unassign(directory, found, caller)


def _assignments(directory: Directory, role: Document) -> list[Document]:
    held = directory.all(role_assignments.KIND)
    return [one for one in held if one["roleDefinitionId"].casefold() == role["roleTemplateId"]]


def _assignment(directory: Directory, role: Document, id_: str) -> Document | None:
    for one in _assignments(directory, role):
        if one["principalId"].casefold() == id_.casefold():
            return one
    return None
