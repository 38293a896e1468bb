"""A mail client that somebody else publishes: its service principal in this tenant, and consent to it."""

from collections.abc import Sequence
from typing import Final

import pulumi
import pulumi_azuread as azuread

from mailgrant.entra.consent import GivenAlready
from mailgrant.entra.ownership import TAG, stack_tag
from mailgrant.entra.people import Person
from mailgrant.entra.permissions import Principal, resource_application
from mailgrant.facts import EXCHANGE_ONLINE_APP_ID, GRAPH_APP_ID, OFFLINE_ACCESS, PROTOCOLS
from mailgrant.options import within

OF_ANOTHER_STACK: Final = (
    "its service principal in this tenant was made by the stack {}: when that stack drops the client or is destroyed, "
    "what this one consented to goes, too (then: pulumi up --refresh). Keep a published client in one stack"
)


class PublishedApplication(pulumi.ComponentResource):
    """A published application, let into this tenant and consented to.

    A principal that somebody else made is used and left as it is, by destroy too; one that this stack made has its tag,
    and goes with it.

    Args:
        name: the client's name.
        client_id: the application's id.
        protocols: names in ``facts.PROTOCOLS``.
        consented: who is consented for; None among them is everybody.
        given: looks for consent that somebody else gave.
        opts: Pulumi's own.
    """

    def __init__(
        self,
        name: str,
        *,
        client_id: str,
        protocols: tuple[str, ...],
        consented: Sequence[Person | None],
        given: GivenAlready | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("mailgrant:index:PublishedApplication", name, None, opts)
        mine = within(self, opts)
        self.existed = self._others(client_id)
        self.object_id: pulumi.Output[str] = (
            pulumi.Output.from_input(self.existed) if self.existed else _own(client_id, mine).object_id
        )
        exchange = resource_application("Office 365 Exchange Online", EXCHANGE_ONLINE_APP_ID, self)
        graph = resource_application("Microsoft Graph", GRAPH_APP_ID, self)
        # Named by the client's id, so that a client can be renamed: in the state it would else be another one, and the
        # old one would take the principal with it.
        principal = Principal(client_id, self.object_id, mine, given, name)
        # Such clients ask Exchange itself for its permissions, and Graph only for being remembered.
        scopes = [PROTOCOLS[protocol].scope for protocol in protocols]
        for person in consented:
            principal.delegated(exchange, "exchange", scopes, person)
            principal.delegated(graph, "graph", [OFFLINE_ACCESS], person)
        self.register_outputs({"object_id": self.object_id})

    def _others(self, client_id: str) -> str:
        """The object id of a principal that this stack did not make; empty if there is none."""
        found = azuread.get_service_principals(
            client_ids=[client_id], ignore_missing=True, opts=pulumi.InvokeOptions(parent=self)
        )
        there = next(iter(found.service_principals), None)
        if there is None or stack_tag() in (there.tags or ()):
            return ""
        if others := [tag for tag in there.tags or () if tag.startswith(TAG)]:
            pulumi.log.warn(OF_ANOTHER_STACK.format(others[0].removeprefix(TAG)), self)
        return there.object_id


def _own(client_id: str, opts: pulumi.ResourceOptions) -> azuread.ServicePrincipal:
    # What a killed run of this stack left has its tag, and is taken over.
    return azuread.ServicePrincipal(
        client_id, client_id=client_id, use_existing=True, tags=[stack_tag()], opts=opts
    )
