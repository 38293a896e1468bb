"""Permissions by their value: what a resource application of the tenant calls them, and consent to them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import pulumi
import pulumi_azuread as azuread

from mailgrant.entra.consent import GivenAlready
from mailgrant.entra.people import Person


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
        given: looks for consent that somebody else gave; nobody looks without it.
        client: the client's name in the stack; the name unless given.
    """

    name: str
    object_id: pulumi.Output[str] | str
    opts: pulumi.ResourceOptions
    given: GivenAlready | None = None
    client: str = ""

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
        self, resource: ResourceApplication, key: str, values: Iterable[str], person: Person | None
    ) -> azuread.ServicePrincipalDelegatedPermissionGrant:
        """Consent for delegated permissions, for everybody or for one person.

        Args:
            resource: whose permissions.
            key: names the resource in Pulumi.
            values: the permissions.
            person: for whom; None for everybody in the tenant.
        """
        name = f"{self.name}.{key}.{person.name}" if person else f"{self.name}.{key}"
        what = f"consent for {person.name if person else 'everybody'} to {resource.title}"
        hooks = self.given.before(self.client or self.name, name, what) if self.given else None
        return azuread.ServicePrincipalDelegatedPermissionGrant(
            name,
            service_principal_object_id=self.object_id,
            resource_service_principal_object_id=resource.object_id,
            claim_values=sorted(values),
            user_object_id=person.object_id if person else None,
            opts=pulumi.ResourceOptions.merge(self.opts, pulumi.ResourceOptions(hooks=hooks)),
        )
