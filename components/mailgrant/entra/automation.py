"""The application that mailgrant itself runs as, with the least that its work needs."""

from datetime import datetime
from typing import Final

import pulumi
import pulumi_azuread as azuread

from mailgrant.entra.credentials import Issuer
from mailgrant.entra.ownership import stack_tag
from mailgrant.entra.permissions import Principal, resource_application
from mailgrant.facts import EXCHANGE_ONLINE_APP_ID, GRAPH_APP_ID
from mailgrant.model import AutomationPlan
from mailgrant.options import within

# Least permissions by resource: pulumi.com/registry/packages/azuread (each resource's page, "API Permissions").
APPLICATIONS: Final = {"owned": "Application.ReadWrite.OwnedBy", "all": "Application.ReadWrite.All"}
GRAPH_ROLES: Final = (
    "AppRoleAssignment.ReadWrite.All",  # consent to application permissions
    "DelegatedPermissionGrant.ReadWrite.All",  # consent to delegated permissions
    "Application.Read.All",  # the principals of Microsoft's and of published applications
    "User.Read.All",  # people that are consented for, by name
    "Policy.Read.All",  # what the tenant forbids of credentials, before anything is made
)
EXCHANGE_ROLE: Final = "Exchange.ManageAsApp"
# New-ServicePrincipal needs the Exchange role Role Management, which Exchange Recipient Administrator does not hold.
DIRECTORY_ROLE: Final = "29232cdf-9323-42fd-ade2-1d097af3e4de"  # the template of Exchange Administrator


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
        super().__init__("mailgrant:index:AutomationIdentity", name, None, opts)
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
        for role in (APPLICATIONS[plan.applications], *GRAPH_ROLES):
            principal.application(graph, role)
        principal.application(exchange, EXCHANGE_ROLE)
        self._administers_exchange(name, mine)
        self.credentials = Issuer(name, self.application.id, now, mine).issue(plan.credentials)
        self.register_outputs({"client_id": self.application.client_id})

    def _administers_exchange(self, name: str, opts: pulumi.ResourceOptions) -> None:
        # Roles are activated once for the whole tenant, and stay: others may have been given this one, too.
        role = azuread.DirectoryRole(
            f"{name}.exchange-administrator",
            template_id=DIRECTORY_ROLE,
            opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(retain_on_delete=True)),
        )
        azuread.DirectoryRoleAssignment(
            f"{name}.exchange-administrator",
            role_id=role.template_id,
            principal_object_id=self.service_principal.object_id,
            opts=opts,
        )
