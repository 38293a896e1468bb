"""``azuread.get_users``: several users, by one of their properties, or all of them."""

from collections.abc import Iterator
from typing import Final

from offline_tenant.azuread_plugin.errors import PluginError, described
from offline_tenant.azuread_plugin.functions.function import Function
from offline_tenant.azuread_plugin.functions.lookups import By, many, result_id
from offline_tenant.azuread_plugin.functions.people import EACH_USER, selected, told
from offline_tenant.azuread_plugin.graph import Operation
from offline_tenant.azuread_plugin.properties import Property
from offline_tenant.azuread_plugin.values import Values

SELECT: Final = selected(EACH_USER, "userType")
WAYS: Final = (
    By(
        "userPrincipalNames",
        "userPrincipalName",
        "Finding user with UPN: {}",
        "User with UPN {} was not found",
        "More than one user found with UPN: {}",
    ),
    By("objectIds", "", "Retrieving user with object ID: {}", "User not found with object ID: {}"),
    # A nickname is no name of one alone: all who have it are found.
    By(
        "mailNicknames",
        "mailNickname",
        "Finding user with email alias: {}",
        "User not found with email alias: {}",
    ),
    By(
        "mails",
        "mail",
        "Finding user with mail address: {}",
        "User not found with mail address: {}",
        "More than one user found with mail address: {}",
    ),
    By(
        "employeeIds",
        "employeeId",
        "Finding user with employee ID: {}",
        "User not found with employee ID: {}",
        "More than one user found with employee ID: {}",
    ),
)


class GetUsers(Function):
    """Look several users up."""

    token = "azuread:index/getUsers:getUsers"  # noqa: S105 - a token of Pulumi's
    arguments = (
        Property("employeeIds", "texts"),
        Property("ignoreMissing", "flag"),
        Property("mailNicknames", "texts"),
        Property("mails", "texts"),
        Property("objectIds", "uuids"),
        Property("returnAll", "flag"),
        Property("userPrincipalNames", "texts"),
    )
    exactly_one = (*(by.argument for by in WAYS), "returnAll")
    conflicts = (("ignoreMissing", "returnAll"),)

    def invoke(self, operation: Operation, arguments: Values) -> Values:
        """One list or GET for each value, or one list of all."""
        found = [told(user, EACH_USER) for user in _found(operation, arguments)]
        names = list(_each(found, "userPrincipalName"))
        return {
            "id": result_id("users", names),
            "employeeIds": list(_each(found, "employeeId")),
            "ignoreMissing": arguments.get("ignoreMissing") or False,
            "mailNicknames": list(_each(found, "mailNickname")),
            "mails": list(_each(found, "mail")),
            "objectIds": list(_each(found, "objectId")),
            "returnAll": arguments.get("returnAll") or False,
            "userPrincipalNames": names,
            "users": found,
        }


def _each(found: list[Values], name: str) -> Iterator[str]:
    return (user[name] for user in found)


def _found(operation: Operation, arguments: Values) -> list[Values]:
    for by in WAYS:
        if arguments.get(by.argument):
            return many(operation, "users", by, arguments, SELECT)
    if not arguments.get("returnAll"):
        return []
    with described("Could not retrieve users"):
        found = operation.list("/v1.0/users", select=SELECT)
    if not found:
        raise PluginError("No users found")
    return found
