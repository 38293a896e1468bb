"""What a client may do for a person: consent that was given, is missing, can be given, and giving it.

https://learn.microsoft.com/entra/identity-platform/permissions-consent-overview
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from offline_tenant.entra import clouds
from offline_tenant.entra.directory import consent, policies, service_principals
from offline_tenant.entra.directory.registrations import Registration
from offline_tenant.entra.signin import clients, scopes
from offline_tenant.entra.signin.errors import SignInError
from offline_tenant.entra.signin.request import Endpoint
from offline_tenant.entra.signin.resources import Resource, named
from offline_tenant.entra.signin.scopes import Asked, Part
from offline_tenant.state.store import Document

# Registered as permissions of Microsoft Graph, asked for as permissions of Exchange, as Microsoft's guide has it:
# https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
SHARED_WITH_GRAPH: Final = frozenset({"IMAP.AccessAsUser.All", "POP.AccessAsUser.All", "SMTP.Send"})


@dataclass(frozen=True)
class Consents:
    """What was consented to for one client and one person.

    Args:
        endpoint: the tenant.
        registration: the client.
        user: the person.
    """

    endpoint: Endpoint
    registration: Registration
    user: Document

    def granted(self, resource: Resource) -> frozenset[str]:
        """The permissions of a resource that hold, by an administrator's consent or the person's own."""
        own = self._granted(resource.principal["id"])
        if resource.principal["appId"] != clouds.EXCHANGE:
            return own
        graph = self.endpoint.directory.by_app_id("servicePrincipals", clouds.GRAPH)
        return own | (self._granted(graph["id"]) & SHARED_WITH_GRAPH if graph else frozenset())

    def missing(self, asked: Asked) -> tuple[Part, ...]:
        """What is asked for and was not consented to yet.

        Raises:
            SignInError: everything that was registered is asked for, and nothing was (650056).
        """
        lacking = (Part(part.resource, self._lacking(part)) for part in asked.parts)
        found = tuple(part for part in lacking if part.values)
        if asked.parts or self._any():
            return found
        return self.openid(asked)

    def openid(self, asked: Asked) -> tuple[Part, ...]:
        """The permissions of OpenID Connect in a request, as the part of Graph that they are."""
        return (Part(named(self.endpoint, clouds.GRAPH), asked.openid),) if asked.openid else ()

    def _lacking(self, part: Part) -> frozenset[str]:
        granted = self.granted(part.resource)
        if part.values or granted:
            return part.values - granted
        registered = required(self.registration, part.resource)
        if not registered:
            name = part.resource.principal["displayName"]
            raise SignInError(650056, resource=name, client=self.registration.app_id)
        return registered

    def _grants(self) -> list[Document]:
        client = clients.principal_of(self.endpoint, self.registration)
        found = (
            self.endpoint.directory.find("oauth2PermissionGrants", "clientId", client["id"]) if client else []
        )
        return [grant for grant in found if grant["principalId"] in {None, self.user["id"]}]

    def _granted(self, resource_id: str) -> frozenset[str]:
        grants = (grant for grant in self._grants() if grant["resourceId"].casefold() == resource_id)
        return frozenset(value for grant in grants for value in (grant["scope"] or "").split())

    def _any(self) -> bool:
        # Who consented to anything has consented to being signed in.
        return bool(self._grants())


def required(registration: Registration, resource: Resource) -> frozenset[str]:
    """The delegated permissions of a resource that a registration lists."""
    values = {scope["id"]: value for value, scope in scopes.permissions(resource.principal).items()}
    listed = (
        access["id"]
        for entry in registration.document["requiredResourceAccess"]
        if str(entry["resourceAppId"]).casefold() == resource.principal["appId"]
        for access in entry["resourceAccess"]
    )
    return frozenset(values[id_] for id_ in listed if id_ in values)


def user_may_consent(endpoint: Endpoint, parts: Iterable[Part]) -> bool:
    """Whether somebody who administers nothing may consent to all of this for themselves."""
    return all(
        policies.users_may_consent(endpoint.directory, scopes.permissions(part.resource.principal)[value])
        for part in parts
        for value in part.values
    )


def give(
    endpoint: Endpoint, registration: Registration, parts: Iterable[Part], user: Document | None
) -> None:
    """Record consent; the client gets a service principal if it has none.

    Args:
        endpoint: the tenant.
        registration: the client.
        parts: what is consented to.
        user: for whom; None for everybody in the tenant.
    """
    client = installed(endpoint, registration)
    for part in parts:
        if part.values:
            _grant(endpoint, client, part, user["id"] if user else None)


def installed(endpoint: Endpoint, registration: Registration) -> Document:
    """The client's service principal, made if there is none."""
    found = endpoint.directory.primary.by_app_id("servicePrincipals", registration.app_id)
    return found or service_principals.create(endpoint.directory, {"appId": registration.app_id}, ())


def _grant(endpoint: Endpoint, client: Document, part: Part, user_id: str | None) -> None:
    resource = part.resource.principal["id"]
    parties = {"clientId": client["id"], "resourceId": resource, "principalId": user_id}
    for grant in endpoint.directory.primary.find("oauth2PermissionGrants", "clientId", client["id"]):
        if _is_between(grant, parties):
            scope = " ".join(sorted({*(grant["scope"] or "").split(), *part.values}))
            consent.change_grant(endpoint.directory, grant, {"scope": scope})
            return
    kind = "Principal" if user_id else consent.ALL_PRINCIPALS
    scope = " ".join(sorted(part.values))
    consent.grant(endpoint.directory, parties | {"consentType": kind, "scope": scope})


def _is_between(grant: Document, parties: Mapping[str, str | None]) -> bool:
    return all((grant[name] or "").casefold() == (id_ or "") for name, id_ in parties.items())
