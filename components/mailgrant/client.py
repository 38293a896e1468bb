"""One client of any kind, from end to end.

``settings`` of each is what the program needs to log in; values of credentials in it are secrets. ``failed`` is the
reason by mailbox for what could not be granted, ``remedies`` what to do about the reasons.
"""

from collections.abc import Mapping
from typing import Any, Final

import pulumi
import pulumi_azuread as azuread

from mailgrant.access import ExchangeAccess
from mailgrant.completeness import Remedies, require
from mailgrant.entra import EntraApplication, Found, PublishedApplication, SignIn
from mailgrant.entra.people import consenting
from mailgrant.entra.tenant import look_around
from mailgrant.errors import ConfigurationError, ConfigurationFault
from mailgrant.facts import OFFLINE_ACCESS, PROTOCOLS, Cloud
from mailgrant.mail_settings import mail_settings
from mailgrant.model import ClientPlan, DaemonPlan, DelegatedPlan, Plan, SmtpScope, ThirdPartyPlan
from mailgrant.options import once_of, within

DAEMON: Final = "mailgrant:index:DaemonClient"
DELEGATED: Final = "mailgrant:index:DelegatedClient"
Failed = pulumi.Output[Mapping[str, str]]


class DaemonClient(pulumi.ComponentResource):
    """A program that reads mail with nobody signed in: everything from its registration to its mailboxes.

    Args:
        name: the client's name.
        plan: what it may do.
        stack: the plan of the whole stack, for the tenant's cloud and the moment.
        opts: Pulumi's own.
        strict: fail the update if a mailbox could not be granted; without it, ``failed`` is yours to look at.
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
        _check(name, plan, stack.cloud)
        super().__init__(DAEMON, name, None, once_of(opts, DELEGATED))
        mine = within(self, opts)
        self.entra = EntraApplication(
            name,
            # With SMTP.SendAsApp in its token, Exchange would ask for permissions on the mailbox, and not for the scope.
            protocols=tuple(one for one in plan.protocols if one != "smtp" or not plan.smtp_scope),
            credentials=plan.credentials,
            now=stack.now,
            display_name=stack.display_name(name),
            opts=mine,
        )
        self.access = _access(name, self.entra, plan, mine)
        self.failed: Failed = self.access.failed
        self.remedies: Remedies = self.access.remedies
        if strict:
            require({name: self})
        self.settings = {
            **_settings(self, plan, stack.cloud),
            **_registered(self.entra),
            **_granted(self.access),
            "scope": stack.cloud.scope,
            **({"smtp_scope": _written(plan.smtp_scope)} if plan.smtp_scope else {}),
        }
        self.register_outputs({"client_id": self.entra.application.client_id})


class DelegatedClient(pulumi.ComponentResource):
    """A program of your own in which people sign in, and open the mailboxes that they may open themselves.

    With ``mailboxes`` the application gets into those by itself, too, with nobody signed in.

    Args:
        name: the client's name.
        plan: what it may do.
        stack: the plan of the whole stack, for the tenant's cloud and the moment.
        opts: Pulumi's own.
        strict: fail the update if a mailbox could not be granted; without it, ``failed`` is yours to look at.
        found: what the tenant said of the people that are consented for; asked unless given.
    """

    def __init__(
        self,
        name: str,
        plan: DelegatedPlan,
        stack: Plan,
        opts: pulumi.ResourceOptions | None = None,
        *,
        strict: bool = True,
        found: Found | None = None,
    ) -> None:
        _check(name, plan, stack.cloud)
        super().__init__(DELEGATED, name, None, once_of(opts, DAEMON))
        mine = within(self, opts)
        known = found or look_around(stack.cloud, {name: plan.consent}, self)
        self.entra = EntraApplication(
            name,
            protocols=plan.protocols if plan.mailboxes else (),
            credentials=plan.credentials,
            now=stack.now,
            display_name=stack.display_name(name),
            sign_in=SignIn(
                plan.protocols,
                plan.redirect_uris,
                plan.desktop_uris,
                plan.device_code,
                consenting(plan.consent, known.people),
            ),
            given=known.given,
            opts=mine,
        )
        access = _access(name, self.entra, plan, mine) if plan.mailboxes else None
        self.failed: Failed = access.failed if access else pulumi.Output.from_input({})
        self.remedies: Remedies = access.remedies if access else pulumi.Output.from_input(None)
        if strict:
            require({name: self})
        self.settings = {
            **_settings(self, plan, stack.cloud),
            **_registered(self.entra),
            **_granted(access),
            **_delegated(self, plan, stack.cloud, self.entra.application.client_id),
            "app_scope": stack.cloud.scope,
            "redirect_uris": [*plan.redirect_uris, *plan.desktop_uris],
            "device_code": plan.device_code,
        }
        self.register_outputs({"client_id": self.entra.application.client_id})


class ThirdPartyClient(pulumi.ComponentResource):
    """A mail client that somebody else publishes, let into the tenant.

    Args:
        name: the client's name.
        plan: which one, and who is consented for.
        stack: the plan of the whole stack, for the tenant's cloud.
        opts: Pulumi's own.
        found: what the tenant said of the people that are consented for; asked unless given.
    """

    def __init__(
        self,
        name: str,
        plan: ThirdPartyPlan,
        stack: Plan,
        opts: pulumi.ResourceOptions | None = None,
        *,
        found: Found | None = None,
    ) -> None:
        _check(name, plan, stack.cloud)
        super().__init__("mailgrant:index:ThirdPartyClient", name, None, opts)
        known = found or look_around(stack.cloud, {name: plan.consent}, self)
        self.entra = PublishedApplication(
            name,
            client_id=plan.client_id,
            protocols=plan.protocols,
            consented=consenting(plan.consent, known.people),
            given=known.given,
            opts=within(self, opts),
        )
        self.failed: Failed = pulumi.Output.from_input({})
        self.remedies: Remedies = pulumi.Output.from_input(None)
        self.settings = {
            **_settings(self, plan, stack.cloud),
            **_granted(None),
            **_delegated(self, plan, stack.cloud, plan.client_id),
            "client_id": plan.client_id,
            "service_principal_object_id": self.entra.object_id,
            "credentials": {},
        }
        self.register_outputs({"client_id": plan.client_id})


Client = DaemonClient | DelegatedClient | ThirdPartyClient
_KINDS: Final[Mapping[type, Any]] = {
    DaemonPlan: lambda *given, found: DaemonClient(*given, strict=False),  # noqa: ARG005 - nobody signs in
    DelegatedPlan: lambda *given, found: DelegatedClient(*given, strict=False, found=found),
    ThirdPartyPlan: ThirdPartyClient,
}


def make(name: str, plan: ClientPlan, stack: Plan, found: Found) -> Client:
    """The client of a plan; what could not be granted is the caller's to look at."""
    made: Client = _KINDS[type(plan)](name, plan, stack, found=found)
    return made


def _check(name: str, plan: ClientPlan, cloud: Cloud) -> None:
    """Programs can make plans that no stack file gets past its checks."""
    unknown = [one for one in plan.protocols if one not in PROTOCOLS or one not in cloud.hosts]
    if unknown or not plan.protocols:
        what = f"{unknown[0]!r} is not known here" if unknown else "is empty"
        raise ConfigurationError(
            [ConfigurationFault(f"{name}.protocols", f"{what}; expected some of {', '.join(cloud.hosts)}")]
        )


def ask(stack: Plan) -> Found:
    """Ask the tenant what the clients of a plan have to know, in one go.

    Raises:
        RunError: somebody who is consented for is not there, with every name; nothing is declared then.
    """
    consents = {
        name: one.consent
        for name, one in stack.clients.items()
        if isinstance(one, DelegatedPlan | ThirdPartyPlan)
    }
    return look_around(stack.cloud, consents)


def _access(
    name: str, entra: EntraApplication, plan: DaemonPlan | DelegatedPlan, opts: pulumi.ResourceOptions
) -> ExchangeAccess:
    return ExchangeAccess(
        name,
        app_id=entra.application.client_id,
        object_id=entra.service_principal.object_id,
        mailboxes=plan.mailboxes,
        smtp_scope=plan.smtp_scope if isinstance(plan, DaemonPlan) else None,
        display_name=plan.display_name,
        opts=opts,
    )


def _settings(client: pulumi.Resource, plan: ClientPlan, cloud: Cloud) -> dict[str, Any]:
    """What every client is told."""
    tenant_id = _tenant_id(client)
    return {
        "kind": plan.kind,
        "tenant_id": tenant_id,
        "authority": tenant_id.apply(lambda id_: f"{cloud.authority}/{id_}"),
        "protocols": {protocol: _server(protocol, cloud) for protocol in plan.protocols},
    }


def _written(scope: SmtpScope) -> dict[str, str]:
    """A scope as it stands in the stack's file."""
    return {"group": scope.group} if scope.group else {"filter": scope.filter}


def _tenant_id(client: pulumi.Resource) -> pulumi.Output[str]:
    return azuread.get_client_config_output(opts=pulumi.InvokeOutputOptions(parent=client)).tenant_id


def _server(protocol: str, cloud: Cloud) -> dict[str, Any]:
    host, facts = cloud.hosts[protocol], PROTOCOLS[protocol]
    return {"host": host.host, "port": host.port, "tls": facts.tls, "sasl": facts.sasl}


def _registered(entra: EntraApplication) -> dict[str, Any]:
    return {
        "client_id": entra.application.client_id,
        "application_object_id": entra.application.object_id,
        "service_principal_object_id": entra.service_principal.object_id,
        "credentials": {name: issued.output for name, issued in entra.credentials.items()},
    }


def _granted(access: ExchangeAccess | None) -> dict[str, Any]:
    return {
        "mailboxes": access.granted if access else {},
        "not_granted": access.failed if access else {},
    }


def _delegated(
    client: pulumi.Resource, plan: DelegatedPlan | ThirdPartyPlan, cloud: Cloud, client_id: pulumi.Input[str]
) -> dict[str, Any]:
    """What a program needs in which people sign in, and the address where an administrator can consent for everybody.

    https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
    """
    scopes = [cloud.delegated_scope(PROTOCOLS[protocol].scope) for protocol in plan.protocols]
    address = pulumi.Output.concat(
        cloud.authority, "/", _tenant_id(client), "/adminconsent?client_id=", client_id
    )
    return {
        "scope": " ".join([*scopes, OFFLINE_ACCESS]),
        "admin_consent_url": address,
        "mail_settings": mail_settings(plan.protocols, cloud),
    }
