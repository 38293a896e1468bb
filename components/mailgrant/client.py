"""One client from end to end, and a whole plan."""

from collections.abc import Mapping
from typing import Any, Final

import pulumi
import pulumi_azuread as azuread

from mailgrant.access import ExchangeAccess
from mailgrant.completeness import require
from mailgrant.entra import EntraApplication, IssuedCredential
from mailgrant.facts import PROTOCOLS, Cloud
from mailgrant.identity import remedy_for
from mailgrant.model import DaemonPlan, Plan

WHO: Final = (
    "It reads ARM_TENANT_ID, ARM_CLIENT_ID and a certificate, a secret or OIDC, or the stack's azuread: keys; "
    "see docs/configuration.md."
)


class DaemonClient(pulumi.ComponentResource):
    """A program that reads mail with nobody signed in: everything from its registration to its mailboxes.

    Args:
        name: the client's name.
        plan: what it may do.
        stack: the plan of the whole stack, for the tenant's cloud and the moment.
        opts: Pulumi's own.

        strict: fail the update if a mailbox could not be granted; without it, ``failed`` is yours to look at.

    ``settings`` is what the program needs to log in; credential values in it are secrets.
    """

    def __init__(
        self,
        name: str,
        plan: DaemonPlan,
        stack: Plan,
        opts: pulumi.ResourceOptions | None = None,
        *,
        strict: bool = True,
    ) -> None:
        super().__init__("mailgrant:index:DaemonClient", name, None, opts)
        mine = pulumi.ResourceOptions(parent=self)
        self.entra = EntraApplication(
            name, protocols=plan.protocols, credentials=plan.credentials, now=stack.now, opts=mine
        )
        self.access = ExchangeAccess(
            name,
            app_id=self.entra.application.client_id,
            object_id=self.entra.service_principal.object_id,
            mailboxes=plan.mailboxes,
            opts=mine,
        )
        self.failed = self.access.failed
        if strict:
            require({name: self.failed})
        self.settings = self._settings(plan, stack.cloud)
        self.register_outputs({"client_id": self.entra.application.client_id})

    def _settings(self, plan: DaemonPlan, cloud: Cloud) -> dict[str, Any]:
        tenant_id = azuread.get_client_config_output(opts=pulumi.InvokeOutputOptions(parent=self)).tenant_id
        return {
            "kind": "daemon",
            "tenant_id": tenant_id,
            "client_id": self.entra.application.client_id,
            "application_object_id": self.entra.application.object_id,
            "service_principal_object_id": self.entra.service_principal.object_id,
            "authority": tenant_id.apply(lambda id_: f"{cloud.authority}/{id_}"),
            "scope": cloud.scope,
            "protocols": {protocol: _server(protocol, cloud) for protocol in plan.protocols},
            "mailboxes": self.access.granted,
            "not_granted": self.access.failed,
            "credentials": {name: _credential(issued) for name, issued in self.entra.credentials.items()},
        }


def _server(protocol: str, cloud: Cloud) -> dict[str, Any]:
    host, facts = cloud.hosts[protocol], PROTOCOLS[protocol]
    return {"host": host.host, "port": host.port, "tls": facts.tls, "sasl": facts.sasl}


def _credential(issued: IssuedCredential) -> dict[str, Any]:
    return {
        "type": issued.type,
        "value": pulumi.Output.secret(issued.value),
        "key_id": issued.key_id,
        "expires_at": issued.expires_at,
        "rotates_at": issued.rotates_at,
    }


def deploy(plan: Plan) -> Mapping[str, Any]:
    """Declare everything that a plan wants; gives the stack's output ``clients``.

    Raises:
        RunError: the azuread provider cannot sign in; nothing is declared then.
    """
    _sign_in()
    clients = {name: DaemonClient(name, client, plan, strict=False) for name, client in plan.clients.items()}
    # All at once, so that every client's failures are told.
    require({name: client.failed for name, client in clients.items()})
    return {name: client.settings for name, client in clients.items()}


def _sign_in() -> None:
    """Let the provider sign in before anything else, where its refusal can still be told in one sentence."""
    try:
        azuread.get_client_config()
    except Exception as error:  # noqa: BLE001 - Pulumi raises nothing narrower
        said = str(error).partition("failed: ")[2] or str(error)
        raise pulumi.RunError(
            f"the azuread provider cannot sign in: {said}\n  → {remedy_for(said) or WHO}"
        ) from None
