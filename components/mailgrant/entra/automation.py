"""The application that mailgrant itself runs as, with the least that its work needs; and one that only looks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import pulumi
import pulumi_azuread as azuread

from mailgrant.entra.credentials import Issuer, shown
from mailgrant.entra.ownership import stack_tag
from mailgrant.entra.permissions import Principal, resource_application
from mailgrant.facts import EXCHANGE_ONLINE_APP_ID, GRAPH_APP_ID
from mailgrant.model import AutomationPlan
from mailgrant.options import within

# Least permissions by resource: pulumi.com/registry/packages/azuread (each resource's page, "API Permissions").
CHANGING: Final = (
    "AppRoleAssignment.ReadWrite.All",  # consent to application permissions
    "DelegatedPermissionGrant.ReadWrite.All",  # consent to delegated permissions
    "Application.Read.All",  # the principals of Microsoft's and of published applications
    "User.Read.All",  # people that are consented for, by name
    "Policy.Read.All",  # what the tenant forbids of credentials, before anything is made
)
READING: Final = (
    "Application.Read.All",
    "Directory.Read.All",  # consents, and people that are consented for
    "Policy.Read.All",
)
EXCHANGE_ROLE: Final = "Exchange.ManageAsApp"


@dataclass(frozen=True)
class DirectoryRole:
    """A directory role.

    Args:
        name: of its resources in Pulumi.
        template: the id of its template, the same in every tenant.
    """

    name: str
    template: str


# New-ServicePrincipal needs the Exchange role Role Management, which Exchange Recipient Administrator does not hold.
EXCHANGE_ADMINISTRATOR: Final = DirectoryRole(
    "exchange-administrator", "29232cdf-9323-42fd-ade2-1d097af3e4de"
)
# To Exchange its holders are in View-Only Organization Management.
GLOBAL_READER: Final = DirectoryRole("global-reader", "f2ef992c-3afb-46b9-b7cf-a126ee74c451")

# What an identity may do, by ``applications`` of its plan: permissions on Graph, and a directory role.
RIGHTS: Final[Mapping[str, tuple[tuple[str, ...], DirectoryRole]]] = {
    "owned": (("Application.ReadWrite.OwnedBy", *CHANGING), EXCHANGE_ADMINISTRATOR),
    "all": (("Application.ReadWrite.All", *CHANGING), EXCHANGE_ADMINISTRATOR),
    "read": (READING, GLOBAL_READER),
}


class AutomationIdentity(pulumi.ComponentResource):
    """The application that runs mailgrant's other stacks: set up once, by an administrator.

    Args:
        name: in Pulumi.
        plan: what it is called, what it may change, and how it signs in.
        now: the moment that the credentials are computed for.
        opts: Pulumi's own.
    """

    def __init__(
        self, name: str, plan: AutomationPlan, now: datetime, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("mailgrant:index:AutomationIdentity", name, shown(plan.credentials), opts)
        mine = within(self, opts)
        self.application = azuread.Application(
            name,
            display_name=plan.name,
            sign_in_audience="AzureADMyOrg",
            prevent_duplicate_names=True,
            tags=[stack_tag()],
            opts=pulumi.ResourceOptions.merge(mine, pulumi.ResourceOptions(ignore_changes=["tags"])),
        )
        self.service_principal = azuread.ServicePrincipal(
            name, client_id=self.application.client_id, opts=mine
        )
        principal = Principal(name, self.service_principal.object_id, mine)
        graph = resource_application("Microsoft Graph", GRAPH_APP_ID, self)
        exchange = resource_application("Office 365 Exchange Online", EXCHANGE_ONLINE_APP_ID, self)
        permissions, role = RIGHTS[plan.applications]
        for permission in permissions:
            principal.application(graph, permission)
        principal.application(exchange, EXCHANGE_ROLE)
        self._holds(role, name, mine)
        self.credentials = Issuer(name, self.application.id, now, mine).issue(plan.credentials)
        self.register_outputs({"client_id": self.application.client_id})

    def _holds(self, role: DirectoryRole, name: str, opts: pulumi.ResourceOptions) -> None:
        # Roles are activated once for the whole tenant, and stay: others may have been given this one, too.
        active = azuread.DirectoryRole(
            f"{name}.{role.name}",
            template_id=role.template,
            opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(retain_on_delete=True)),
        )
        azuread.DirectoryRoleAssignment(
            f"{name}.{role.name}",
            role_id=active.template_id,
            principal_object_id=self.service_principal.object_id,
            opts=opts,
        )
