"""A whole plan: its clients, the settings that they need, and the identity that runs it all."""

import os
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pulumi
import pulumi_azuread as azuread
from pulumi.runtime import is_dry_run

from mailgrant import client
from mailgrant.completeness import require
from mailgrant.configuration import loading
from mailgrant.directory.graph import directory
from mailgrant.entra import AutomationIdentity
from mailgrant.entra.ownership import stack_tag
from mailgrant.entra.people import at_their_mailboxes
from mailgrant.errors import ConfigurationError
from mailgrant.exchange.resources import AuthenticationPolicy, MailboxProtocols, TransportSettings
from mailgrant.guardrails import in_force
from mailgrant.guardrails.findings import REPORTED, findings, refusal
from mailgrant.identities.identity import remedy_for
from mailgrant.model import AutomationPlan, Plan, Switches
from mailgrant.preflight import preflight

WHO: Final = (
    "It reads ARM_TENANT_ID, ARM_CLIENT_ID and a certificate, a secret or OIDC, or the stack's azuread: keys; "
    "see docs/configuration.md."
)
Settings = MailboxProtocols | TransportSettings | AuthenticationPolicy


def deploy(plan: Plan) -> Mapping[str, Any]:
    """Declare everything that a plan wants; gives the stack's outputs.

    Raises:
        RunError: a guardrail stops it, the azuread provider cannot sign in, the tenant would refuse a credential, an
            application is another stack's, or somebody who is consented for is not there; nothing is declared then.
    """
    _guard(plan)
    _sign_in()
    _ask_the_tenant(plan)
    found = client.ask(plan)
    clients = {name: client.make(name, one, plan, found) for name, one in plan.clients.items()}
    settings = dict(_settings(plan, at_their_mailboxes(plan.mailboxes, found.people)))
    # All at once, so that every failure is told.
    require({**clients, **settings})
    return {
        "clients": {name: one.settings for name, one in clients.items()},
        "organization": plan.organization,
        "guardrails": in_force.put_out(plan),
        **(_automation(plan.automation, plan) if plan.automation else {}),
    }


def _settings(plan: Plan, mailboxes: Mapping[str, Switches]) -> Iterator[tuple[str, Settings]]:
    """Settings that belong to everybody: one resource for all clients, because two may use one mailbox."""
    if mailboxes:
        yield "mailboxes", MailboxProtocols("mailboxes", protocols=mailboxes)
    if plan.tenant.smtp_auth:
        yield "the organization", TransportSettings("tenant", smtp_auth=plan.tenant.smtp_auth)
    if plan.tenant.everyone or plan.tenant.block_basic_auth:
        policy = AuthenticationPolicy(
            "tenant", users=plan.tenant.block_basic_auth, default=plan.tenant.everyone
        )
        yield "basic authentication", policy


def _automation(wanted: AutomationPlan, plan: Plan) -> dict[str, Any]:
    identity = AutomationIdentity("automation", wanted, plan.now)
    return {
        "automation": {
            "client_id": identity.application.client_id,
            "service_principal_object_id": identity.service_principal.object_id,
            "credentials": {name: issued.output for name, issued in identity.credentials.items()},
        }
    }


def _guard(plan: Plan) -> None:
    found = findings(plan)
    for one in found:
        if one.severity == "warning":
            pulumi.log.warn(str(one))
    refused = refusal(found)
    if refused and is_dry_run() and os.environ.get(REPORTED):
        pulumi.log.warn(refused)
    elif refused:
        raise pulumi.RunError(refused)


def _ask_the_tenant(plan: Plan) -> None:
    try:
        notes = preflight(plan, stack_tag(), lambda: directory(loading.value, plan.cloud))
    except ConfigurationError as error:
        raise pulumi.RunError(str(error)) from None
    for note in notes:
        pulumi.log.info(note)


def _sign_in() -> None:
    """Let the provider sign in before anything else, where its refusal can still be told in one sentence."""
    try:
        azuread.get_client_config()
    except Exception as error:  # noqa: BLE001 - Pulumi raises nothing narrower
        said = str(error).partition("failed: ")[2] or str(error)
        raise pulumi.RunError(
            f"the azuread provider cannot sign in: {said}\n  → {remedy_for(said) or WHO}"
        ) from None
