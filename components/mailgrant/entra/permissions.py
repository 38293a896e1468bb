"""Permissions by their value: what a resource application of the tenant calls them, and consent to them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import pulumi
import pulumi_azuread as azuread

from mailgrant.model import TENANT, Consent


@dataclass(frozen=True)
class ResourceApplication:
    """An application of Microsoft's that offers permissions, as this tenant has it.

    Args:
        title: its name, for messages.
        app_id: its application id.
        object_id: of its service principal here.
        roles: application permissions, id by value.
        scopes: delegated permissions, id by value.
    """

    title: str
    app_id: str
    object_id: pulumi.Output[str]
    roles: pulumi.Output[Mapping[str, str]]
    scopes: pulumi.Output[Mapping[str, str]]

    def role(self, value: str) -> pulumi.Output[str]:
        """The id of an application permission; the update fails if the tenant does not have it."""
        return self.roles.apply(_find(value, f"{self.title} has no application permission"))

    def scope(self, value: str) -> pulumi.Output[str]:
        """The id of a delegated permission; the update fails if the tenant does not have it."""
        return self.scopes.apply(_find(value, f"{self.title} has no delegated permission"))


def resource_application(title: str, app_id: str, parent: pulumi.Resource) -> ResourceApplication:
    """Look one up."""
    found = azuread.get_service_principal_output(
        client_id=app_id, opts=pulumi.InvokeOutputOptions(parent=parent)
    )
    return ResourceApplication(
        title, app_id, found.object_id, found.app_role_ids, found.oauth2_permission_scope_ids
    )


def _find(value: str, problem: str) -> Callable[[Mapping[str, str]], str]:
    def find(ids: Mapping[str, str]) -> str:
        if value not in ids:
            raise pulumi.RunError(
                f"{problem} {value} in this tenant (it has: {', '.join(sorted(ids)) or 'none'})"
            )
        return ids[value]

    return find


@dataclass(frozen=True)
class Principal:
    """Whoever is consented to.

    Args:
        name: of its resources in Pulumi.
        object_id: of its service principal.
        opts: of the consents.
    """

    name: str
    object_id: pulumi.Output[str] | str
    opts: pulumi.ResourceOptions

    def application(self, resource: ResourceApplication, value: str) -> azuread.AppRoleAssignment:
        """Admin consent for an application permission is an assignment of the app role."""
        return azuread.AppRoleAssignment(
            f"{self.name}.{value}",
            app_role_id=resource.role(value),
            principal_object_id=self.object_id,
            resource_object_id=resource.object_id,
            opts=self.opts,
        )

    def delegated(
        self, resource: ResourceApplication, key: str, values: Iterable[str], user: "User | None"
    ) -> azuread.ServicePrincipalDelegatedPermissionGrant:
        """Consent for delegated permissions, for everybody or for one person.

        Args:
            resource: whose permissions.
            key: names the resource in Pulumi.
            values: the permissions.
            user: for whom; None for everybody in the tenant.
        """
        return azuread.ServicePrincipalDelegatedPermissionGrant(
            f"{self.name}.{key}.{user.name}" if user else f"{self.name}.{key}",
            service_principal_object_id=self.object_id,
            resource_service_principal_object_id=resource.object_id,
            claim_values=sorted(values),
            user_object_id=user.object_id if user else None,
            opts=self.opts,
        )


@dataclass(frozen=True)
class User:
    """Somebody of the tenant, by sign-in name."""

    name: str
    object_id: str


def consenting(consent: Consent, client: str, parent: pulumi.Resource) -> list[User | None]:
    """For whom to record consent: nobody, everybody (None), or people.

    Raises:
        RunError: somebody is not there, with every name.
    """
    if isinstance(consent, str):
        return [None] if consent == TENANT else []
    if not consent:
        return []
    found = azuread.get_users(
        user_principal_names=list(consent), ignore_missing=True, opts=pulumi.InvokeOptions(parent=parent)
    )
    ids = {user.user_principal_name.lower(): user.object_id for user in found.users}
    if missing := [name for name in consent if name not in ids]:
        raise pulumi.RunError(
            f"mailgrant:clients.{client}.consent: nobody in this tenant signs in as {' or '.join(missing)}; "
            "people are named by their sign-in names (user principal names) there"
        )
    return [User(name, ids[name]) for name in consent]
