"""An application of your own in Entra: registration, enterprise application, permissions, consent, credentials."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import pulumi
import pulumi_azuread as azuread

from mailgrant.entra.consent import GivenAlready
from mailgrant.entra.credentials import Issuer, shown
from mailgrant.entra.ownership import owner, stack_tag
from mailgrant.entra.people import Person
from mailgrant.entra.permissions import Principal, ResourceApplication, resource_application
from mailgrant.facts import EXCHANGE_ONLINE_APP_ID, GRAPH_APP_ID, OFFLINE_ACCESS, PROTOCOLS
from mailgrant.model import Credential
from mailgrant.options import within


@dataclass(frozen=True)
class SignIn:
    """How people sign in.

    Args:
        protocols: names in ``facts.PROTOCOLS``, for which delegated permissions are asked.
        web_uris: where a web application gets people back.
        desktop_uris: where a program on their machines does.
        device_code: whether a code on another device will do.
        consented: who is consented for; None among them is everybody.
    """

    protocols: tuple[str, ...]
    web_uris: tuple[str, ...] = ()
    desktop_uris: tuple[str, ...] = ()
    device_code: bool = False
    consented: Sequence[Person | None] = ()

    @property
    def permissions(self) -> list[str]:
        """The delegated permissions, of Microsoft Graph."""
        return [*(PROTOCOLS[protocol].scope for protocol in self.protocols), OFFLINE_ACCESS]


class EntraApplication(pulumi.ComponentResource):
    """An application of this tenant alone, with the permissions of its mail protocols, consented.

    Args:
        name: the client's name.
        protocols: names in ``facts.PROTOCOLS``, for which it signs in as itself.
        credentials: by consumer.
        now: the moment that the credentials are computed for.
        display_name: what Entra calls it; the name unless given.
        sign_in: how people sign in, if they do.
        given: looks for consent that somebody else gave.
        opts: Pulumi's own.
    """

    def __init__(  # noqa: PLR0913 - keywords, which read well where it is made
        self,
        name: str,
        *,
        protocols: tuple[str, ...],
        credentials: Mapping[str, Credential],
        now: datetime,
        display_name: str = "",
        sign_in: SignIn | None = None,
        given: GivenAlready | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("mailgrant:index:EntraApplication", name, shown(credentials), opts)
        mine = within(self, opts)
        roles = [PROTOCOLS[protocol].app_role for protocol in protocols]
        exchange = self._resource("Office 365 Exchange Online", EXCHANGE_ONLINE_APP_ID) if roles else None
        graph = self._resource("Microsoft Graph", GRAPH_APP_ID) if sign_in else None
        required = [
            *([_required(exchange, roles=roles)] if exchange else []),
            *([_required(graph, scopes=sign_in.permissions)] if graph and sign_in else []),
        ]
        whose = owner(self)
        self.application = _application(name, display_name or name, required, sign_in, whose, mine)
        self.service_principal = _principal(name, self.application, whose, mine)
        principal = Principal(name, self.service_principal.object_id, mine, given)
        self.consents = [principal.application(exchange, role) for role in roles] if exchange else []
        if graph and sign_in:
            for person in sign_in.consented:
                principal.delegated(graph, "graph", sign_in.permissions, person)
        self.credentials = Issuer(name, self.application.id, now, mine).issue(credentials)
        self.register_outputs({"client_id": self.application.client_id})

    def _resource(self, title: str, app_id: str) -> ResourceApplication:
        return resource_application(title, app_id, self)


def _required(
    resource: ResourceApplication, roles: Iterable[str] = (), scopes: Iterable[str] = ()
) -> azuread.ApplicationRequiredResourceAccessArgs:
    ids = [*((resource.role(value), "Role") for value in roles)]
    ids += [(resource.scope(value), "Scope") for value in scopes]
    accesses = [
        azuread.ApplicationRequiredResourceAccessResourceAccessArgs(id=id_, type=kind) for id_, kind in ids
    ]
    return azuread.ApplicationRequiredResourceAccessArgs(
        resource_app_id=resource.app_id, resource_accesses=accesses
    )


def _application(
    name: str,
    display_name: str,
    required: list[azuread.ApplicationRequiredResourceAccessArgs],
    sign_in: SignIn | None,
    whose: pulumi.Output[str],
    opts: pulumi.ResourceOptions,
) -> azuread.Application:
    return azuread.Application(
        name,
        display_name=display_name,
        sign_in_audience="AzureADMyOrg",
        # A killed run may have left an application that no state knows: stop at it, make no second one.
        prevent_duplicate_names=True,
        required_resource_accesses=required or None,
        owners=[whose],
        tags=[stack_tag()],
        **(_ways_in(sign_in) if sign_in else {}),
        opts=pulumi.ResourceOptions.merge(opts, _leaving(*AT_BIRTH, *UNNAMED)),
    )


# Who made it is written down once: another identity that runs the stack later is no change, nor are states of old, nor is
# an application that somebody made by hand. An owner may change it with Application.ReadWrite.OwnedBy alone.
AT_BIRTH: Final = ("owners", "tags", "prevent_duplicate_names")
# What nobody names is not touched: somebody who made the application by hand may have.
UNNAMED: Final = (
    *("api", "app_roles", "description", "device_only_auth_enabled", "group_membership_claims"),
    *("identifier_uris", "logo_image", "marketing_url", "notes", "oauth2_post_response_required"),
    *("optional_claims", "privacy_statement_url", "service_management_reference", "single_page_application"),
    *("support_url", "terms_of_service_url"),
)
UNNAMED_OF_PRINCIPAL: Final = (
    *("alternative_names", "app_role_assignment_required", "description", "login_url", "notes"),
    *("notification_email_addresses", "preferred_single_sign_on_mode", "saml_single_sign_on"),
)


def _leaving(*properties: str) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions(ignore_changes=list(properties))


def _ways_in(sign_in: SignIn) -> dict[str, Any]:
    web = azuread.ApplicationWebArgs(redirect_uris=list(sign_in.web_uris))
    public = azuread.ApplicationPublicClientArgs(redirect_uris=list(sign_in.desktop_uris))
    return {
        "web": web if sign_in.web_uris else None,
        "public_client": public if sign_in.desktop_uris else None,
        "fallback_public_client_enabled": sign_in.device_code or None,
    }


def _principal(
    name: str, application: azuread.Application, whose: pulumi.Output[str], opts: pulumi.ResourceOptions
) -> azuread.ServicePrincipal:
    return azuread.ServicePrincipal(
        name,
        client_id=application.client_id,
        owners=[whose],
        opts=pulumi.ResourceOptions.merge(opts, _leaving("owners", *UNNAMED_OF_PRINCIPAL)),
    )
