"""Who may do what: for each kind of operation the permissions of which one is needed.

From the "Permissions" table of each operation's page below https://learn.microsoft.com/graph/api/, and
https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference for directory roles.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from offline_tenant.entra.first_party import ROLES
from offline_tenant.entra.verification import Claims


@dataclass(frozen=True)
class Permission:
    """What one kind of operation needs: any one of these.

    Args:
        app_roles: sets of application permissions; a caller needs all of one set.
        if_owned: application permissions that are enough for objects which the caller owns.
        directory_roles: names of directory roles.
        members: with the scope, any member of the tenant may do this; else only who has one of the roles.

    A person's client needs the scope of the same name as the application permission, and the person must be
    allowed to do it without any client: what a token can do is what both can.
    """

    app_roles: tuple[frozenset[str], ...]
    if_owned: frozenset[str] = frozenset()
    directory_roles: frozenset[str] = frozenset()
    members: bool = False

    def holds(self, caller: Claims) -> bool:
        """Whether the caller may do this to any object."""
        templates = {ROLES[name] for name in self.directory_roles}
        administers = not templates.isdisjoint(caller.wids)
        if caller.app_only:
            return administers or any(needed <= caller.roles for needed in self.app_roles)
        return self._consented(caller) and (self.members or administers)

    def holds_if_owned(self, caller: Claims) -> bool:
        """Whether the caller may do this to what it owns."""
        if caller.app_only:
            return not self.if_owned.isdisjoint(caller.roles)
        return bool(self.if_owned) and self._consented(caller)

    def _consented(self, caller: Claims) -> bool:
        return any(needed <= caller.scopes for needed in self.app_roles)


def _any(*app_roles: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset({role}) for role in app_roles)


def _with(needed: str, *one_of: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset({needed, other}) for other in one_of)


def _roles(*names: str, beside: Iterable[str] = ()) -> frozenset[str]:
    return frozenset({*names, *beside})


OWNED_BY: Final = "Application.ReadWrite.OwnedBy"
APPLICATION_ADMINISTRATORS: Final = _roles(
    "Application Administrator", "Cloud Application Administrator", "Global Administrator"
)
READERS: Final = _roles("Directory Readers", "Global Reader", beside=APPLICATION_ADMINISTRATORS)

READ_APPLICATIONS: Final = Permission(
    _any(
        "Application.Read.All",
        "Application.ReadWrite.All",
        OWNED_BY,  # lists every application; only writing ends at what it owns
        "Directory.Read.All",
        "Directory.ReadWrite.All",
    ),
    directory_roles=READERS,
    members=True,
)
WRITE_APPLICATIONS: Final = Permission(
    _any("Application.ReadWrite.All"), frozenset({OWNED_BY}), APPLICATION_ADMINISTRATORS
)
READ_ASSIGNMENTS: Final = Permission(
    (*READ_APPLICATIONS.app_roles, *_any("AppRoleAssignment.ReadWrite.All")),
    directory_roles=READERS,
    members=True,
)
# Not enough alone: Graph also reads the principals that it joins.
_ASSIGN: Final = _with(
    "AppRoleAssignment.ReadWrite.All",
    "Application.Read.All",
    "Application.ReadWrite.All",
    OWNED_BY,
    "Directory.Read.All",
    "Directory.ReadWrite.All",
)
ASSIGN: Final = Permission(_ASSIGN, directory_roles=APPLICATION_ADMINISTRATORS)
# Application administrators consent to everything but the application permissions of Microsoft Graph.
ASSIGN_ON_GRAPH: Final = Permission(
    _ASSIGN, directory_roles=_roles("Global Administrator", "Privileged Role Administrator")
)
READ_GRANTS: Final = Permission(
    _any("DelegatedPermissionGrant.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"),
    directory_roles=READERS,
    members=True,
)
WRITE_GRANTS: Final = Permission(
    _any("DelegatedPermissionGrant.ReadWrite.All", "Directory.ReadWrite.All"),
    directory_roles=APPLICATION_ADMINISTRATORS,
)
READ_USERS: Final = Permission(
    _any("User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"),
    directory_roles=READERS,
    members=True,
)
READ_ME: Final = Permission((*_any("User.Read"), *READ_USERS.app_roles), members=True)
WRITE_USERS: Final = Permission(
    _any("User.ReadWrite.All", "Directory.ReadWrite.All"),
    directory_roles=_roles("Global Administrator", "User Administrator"),
)
READ_ORGANIZATION: Final = Permission(
    _any("Organization.Read.All", "Directory.Read.All", "Directory.ReadWrite.All"),
    directory_roles=READERS,
    members=True,
)
READ_ROLES: Final = Permission(
    _any(
        "RoleManagement.Read.Directory",
        "RoleManagement.ReadWrite.Directory",
        "Directory.Read.All",
        "Directory.ReadWrite.All",
    ),
    directory_roles=_roles("Privileged Role Administrator", beside=READERS),
)
WRITE_ROLES: Final = Permission(
    _any("RoleManagement.ReadWrite.Directory"),
    directory_roles=_roles("Global Administrator", "Privileged Role Administrator"),
)
READ_POLICIES: Final = Permission(
    _any("Policy.Read.All", "Policy.ReadWrite.ApplicationConfiguration", "Policy.ReadWrite.Authorization"),
    directory_roles=READERS,
)
_READ_ONE: Final = ("Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All")
READ_APP_POLICIES: Final = Permission(
    (
        *_with("Policy.Read.All", *_READ_ONE),
        *_with("Policy.ReadWrite.ApplicationConfiguration", *_READ_ONE),
    ),
    directory_roles=READERS,
)
ASSIGN_APP_POLICIES: Final = Permission(
    _with("Policy.ReadWrite.ApplicationConfiguration", *_READ_ONE),
    directory_roles=APPLICATION_ADMINISTRATORS,
)
WRITE_APP_MANAGEMENT: Final = Permission(
    _any("Policy.ReadWrite.ApplicationConfiguration"), directory_roles=APPLICATION_ADMINISTRATORS
)
WRITE_AUTHORIZATION: Final = Permission(
    _any("Policy.ReadWrite.Authorization"),
    directory_roles=_roles("Global Administrator", "Privileged Role Administrator"),
)
# Of Microsoft's roles for security, those that are offered here are these two.
_GLOBAL: Final = _roles("Global Administrator")
_GLOBAL_READERS: Final = _roles("Global Reader", beside=_GLOBAL)
_CONDITIONAL_ACCESS: Final = _with("Policy.Read.All", "Policy.ReadWrite.ConditionalAccess")
READ_CONDITIONAL_ACCESS: Final = Permission(_any("Policy.Read.All"), directory_roles=_GLOBAL_READERS)
WRITE_CONDITIONAL_ACCESS: Final = Permission(_CONDITIONAL_ACCESS, directory_roles=_GLOBAL)
READ_SECURITY_DEFAULTS: Final = Permission(
    _any("Policy.Read.All", "Policy.ReadWrite.SecurityDefaults"), directory_roles=_GLOBAL_READERS
)
WRITE_SECURITY_DEFAULTS: Final = Permission(
    (*_any("Policy.ReadWrite.SecurityDefaults"), *_CONDITIONAL_ACCESS), directory_roles=_GLOBAL
)
