"""A mail client that somebody else publishes: its service principal in this tenant, and consent to it."""

import pulumi
import pulumi_azuread as azuread

from mailgrant.entra.ownership import stack_tag
from mailgrant.entra.permissions import Principal, consenting, resource_application
from mailgrant.facts import EXCHANGE_ONLINE_APP_ID, GRAPH_APP_ID, OFFLINE_ACCESS, PROTOCOLS
from mailgrant.model import Consent
from mailgrant.options import within


class PublishedApplication(pulumi.ComponentResource):
    """A published application, let into this tenant and consented to.

    A principal that somebody else made is used and left as it is, by destroy too; one that this stack made has its tag,
    and goes with it.

    Args:
        name: the client's name.
        client_id: the application's id.
        protocols: names in ``facts.PROTOCOLS``.
        consent: who is consented for.
        opts: Pulumi's own.
    """

    def __init__(
        self,
        name: str,
        *,
        client_id: str,
        protocols: tuple[str, ...],
        consent: Consent,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("mailgrant:index:PublishedApplication", name, None, opts)
        mine = within(self, opts)
        self.existed = self._others(client_id)
        self.object_id: pulumi.Output[str] = (
            pulumi.Output.from_input(self.existed) if self.existed else _own(name, client_id, mine).object_id
        )
        exchange = resource_application("Office 365 Exchange Online", EXCHANGE_ONLINE_APP_ID, self)
        graph = resource_application("Microsoft Graph", GRAPH_APP_ID, self)
        principal = Principal(name, self.object_id, mine)
        # Such clients ask Exchange itself for its permissions, and Graph only for being remembered.
        scopes = [PROTOCOLS[protocol].scope for protocol in protocols]
        for user in consenting(consent, name, self):
            principal.delegated(exchange, "exchange", scopes, user)
            principal.delegated(graph, "graph", [OFFLINE_ACCESS], user)
        self.register_outputs({"object_id": self.object_id})

    def _others(self, client_id: str) -> str:
        """The object id of a principal that this stack did not make; empty if there is none."""
        found = azuread.get_service_principals(
            client_ids=[client_id], ignore_missing=True, opts=pulumi.InvokeOptions(parent=self)
        )
        theirs = (one.object_id for one in found.service_principals if stack_tag() not in (one.tags or ()))
        return next(theirs, "")


def _own(name: str, client_id: str, opts: pulumi.ResourceOptions) -> azuread.ServicePrincipal:
    # What a killed run of this stack left has its tag, and is taken over.
    return azuread.ServicePrincipal(
        name, client_id=client_id, use_existing=True, tags=[stack_tag()], opts=opts
    )
