"""The Entra side of a client: application, enterprise application, permissions, admin consent, credentials.

All of it is pulumi-azuread; permissions are resolved by their value in the tenant, never typed in as ids.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pulumi
import pulumi_azuread as azuread

from mailgrant import rotation
from mailgrant.facts import EXCHANGE_ONLINE_APP_ID, PROTOCOLS
from mailgrant.model import SecretCredential


@dataclass(frozen=True)
class IssuedCredential:
    """A credential as it is handed to its consumer; ``type`` as in the stack file."""

    type: str
    value: pulumi.Output[str]
    key_id: pulumi.Output[str]
    expires_at: str
    rotates_at: str


class EntraApplication(pulumi.ComponentResource):
    """An application that signs in as itself, with the application permissions of its mail protocols, consented.

    Args:
        name: the client's name; also the application's display name.
        protocols: names in ``facts.PROTOCOLS``.
        credentials: by consumer.
        now: the moment that the credentials are computed for.
        opts: Pulumi's own.
    """

    def __init__(
        self,
        name: str,
        *,
        protocols: tuple[str, ...],
        credentials: Mapping[str, SecretCredential],
        now: datetime,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("mailgrant:index:EntraApplication", name, None, opts)
        self._name = name
        exchange = azuread.get_service_principal_output(
            client_id=EXCHANGE_ONLINE_APP_ID, opts=pulumi.InvokeOutputOptions(parent=self)
        )
        roles = {PROTOCOLS[protocol].app_role: exchange.app_role_ids for protocol in protocols}
        role_ids = {role: ids.apply(_role_id(role)) for role, ids in roles.items()}
        self.application = self._application(role_ids)
        self.service_principal = azuread.ServicePrincipal(
            name, client_id=self.application.client_id, opts=pulumi.ResourceOptions(parent=self)
        )
        self.consents = [self._consent(role, id_, exchange.object_id) for role, id_ in role_ids.items()]
        self.credentials = {
            consumer: self._secret(consumer, credential, now) for consumer, credential in credentials.items()
        }
        self.register_outputs({"client_id": self.application.client_id})

    def _application(self, role_ids: Mapping[str, pulumi.Output[str]]) -> azuread.Application:
        accesses = [
            azuread.ApplicationRequiredResourceAccessResourceAccessArgs(id=id_, type="Role")
            for id_ in role_ids.values()
        ]
        required = azuread.ApplicationRequiredResourceAccessArgs(
            resource_app_id=EXCHANGE_ONLINE_APP_ID, resource_accesses=accesses
        )
        return azuread.Application(
            self._name,
            display_name=self._name,
            sign_in_audience="AzureADMyOrg",
            # A killed run may have left an application that no state knows: stop at it, make no second one.
            prevent_duplicate_names=True,
            required_resource_accesses=[required],
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _consent(
        self, role: str, role_id: pulumi.Output[str], exchange_id: pulumi.Output[str]
    ) -> azuread.AppRoleAssignment:
        """Admin consent for an application permission is an assignment of the app role."""
        return azuread.AppRoleAssignment(
            f"{self._name}.{role}",
            app_role_id=role_id,
            principal_object_id=self.service_principal.object_id,
            resource_object_id=exchange_id,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _secret(self, consumer: str, credential: SecretCredential, now: datetime) -> IssuedCredential:
        """All secrets that overlap now; the newest is the one to hand out."""
        name = f"{self._name}.{consumer}"
        periods = rotation.periods(now, credential.lifetime, credential.rotate, name)
        passwords = [self._password(consumer, period) for period in periods]
        newest, password = periods[0], passwords[0]
        expires_at, rotates_at = _utc(newest.expires_at), _utc(newest.rotates_at)
        return IssuedCredential("secret", password.value, password.key_id, expires_at, rotates_at)

    def _password(self, consumer: str, period: rotation.Period) -> azuread.ApplicationPassword:
        return azuread.ApplicationPassword(
            # Dots, which no name of ours may hold, keep the names of all clients and consumers apart.
            f"{self._name}.{consumer}.{period.number}",
            application_id=self.application.id,
            display_name=f"{consumer} ({period.number})",
            end_date=_utc(period.expires_at),
            opts=pulumi.ResourceOptions(parent=self),
        )


def _role_id(role: str) -> Any:
    def find(ids: Mapping[str, str]) -> str:
        if role not in ids:
            raise pulumi.RunError(
                f"Office 365 Exchange Online has no application permission {role} in this tenant (it has: "
                f"{', '.join(sorted(ids)) or 'none'})"
            )
        return ids[role]

    return find


def _utc(moment: datetime) -> str:
    """As Graph writes it: with another form of the zone, azuread would replace the secret on every ``up``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
