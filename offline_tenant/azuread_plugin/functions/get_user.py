"""``azuread.get_user``: a user, by principal name, object id, address, nickname or employee id."""

from typing import Final

from offline_tenant.azuread_plugin.errors import described
from offline_tenant.azuread_plugin.functions.function import Function
from offline_tenant.azuread_plugin.functions.lookups import By, one
from offline_tenant.azuread_plugin.functions.people import ONE_USER, selected, told
from offline_tenant.azuread_plugin.graph import Operation
from offline_tenant.azuread_plugin.properties import Property
from offline_tenant.azuread_plugin.values import Values

WAYS: Final = (
    By(
        "userPrincipalName",
        "userPrincipalName",
        "Finding user with UPN: {}",
        "User with UPN {} was not found",
        "More than one user found with UPN: {}",
    ),
    By("objectId", "", "Retrieving user with object ID: {}", "User not found with object ID: {}"),
    By(
        "mail",
        "mail",
        "Finding user with mail: {}",
        "User not found with mail: {}",
        "More than one user found with mail: {}",
    ),
    By(
        "mailNickname",
        "mailNickname",
        "Finding user with email alias: {}",
        "User not found with email alias: {}",
        "More than one user found with email alias: {}",
    ),
    By(
        "employeeId",
        "employeeId",
        "Finding user with employee ID: {}",
        "User not found with employee ID: {}",
        "More than one user found with employee ID: {}",
    ),
)


class GetUser(Function):
    """Look a user up."""

    token = "azuread:index/getUser:getUser"  # noqa: S105 - a token of Pulumi's
    arguments = (
        Property("employeeId", "filled"),
        Property("mail", "filled"),
        Property("mailNickname", "filled"),
        Property("objectId", "uuid"),
        Property("userPrincipalName", "filled"),
    )
    exactly_one = tuple(by.argument for by in WAYS)

    def invoke(self, operation: Operation, arguments: Values) -> Values:
        """Look for the id; GET the user with every property; GET the manager, whom few have."""
        by = next(by for by in WAYS if arguments.get(by.argument))
        path = f"/users/{one(operation, 'users', by, arguments[by.argument])['id']}"
        with described(f"Retrieving user {path}"):
            user = operation.get(f"/v1.0{path}", select=selected(ONE_USER, "employeeOrgData"))
        with described(f"Could not retrieve manager for user {path}"):
            manager = operation.find(f"/v1.0{path}/manager") or {}
        work = user.get("employeeOrgData") or {}
        return told(user, ONE_USER) | {
            "id": path,
            "costCenter": work.get("costCenter") or "",
            "division": work.get("division") or "",
            "managerId": manager.get("id") or "",
        }
