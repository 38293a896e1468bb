"""Admin consent: an administrator lets an application into the whole tenant, on a page, and is sent on.

https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from offline_tenant.entra import clouds
from offline_tenant.entra.directory import consent
from offline_tenant.entra.directory.registrations import Registration
from offline_tenant.entra.first_party import ROLES
from offline_tenant.entra.signin import (
    authorize,
    consent_pages,
    permissions,
    redirects,
    scopes,
    tokens,
    visits,
)
from offline_tenant.entra.signin.errors import SignInError, description
from offline_tenant.entra.signin.request import Endpoint, tenant_of
from offline_tenant.entra.signin.resources import Resource, named
from offline_tenant.entra.signin.scopes import Part
from offline_tenant.entra.signin.visits import Person, Visit
from offline_tenant.state.store import Document
from offline_tenant.web.call import Answer, Call

# Only these hand out the application permissions of Microsoft Graph itself.
GRAPH_ROLES: Final = frozenset({ROLES["Global Administrator"], ROLES["Privileged Role Administrator"]})


@dataclass(frozen=True)
class Wanted:
    """What an administrator is asked for.

    Args:
        parts: delegated permissions, a part for each resource.
        roles: application permissions, each with its resource.
    """

    parts: tuple[Part, ...]
    roles: tuple[tuple[Resource, Document], ...]


def page(call: Call) -> Answer:
    """The admin consent endpoint, of version 1.0 and 2.0.

    Raises:
        SignInError: no client (900144), an unknown one (700016), a redirect URI that is not its own (50011), or
            permissions that nobody offers (500011, 650053).
    """
    visit = visits.begin(call)
    client_id = call.query.get("client_id", "")
    if not client_id:
        raise SignInError(900144, parameter="client_id")
    tenant = tenant_of(call)
    registration = authorize.client_of(visit, tenant, client_id)
    if redirect := call.query.get("redirect_uri", ""):
        redirects.platform_of(registration, redirect)
    reason = f"with an administrator's account, to review what {registration.name} asks for"
    found = visits.person_or_page(visit, tenant, reason)
    return found if isinstance(found, Answer) else _with_person(found, registration)


def _with_person(person: Person, registration: Registration) -> Answer:
    visit = person.visit
    wanted = _wanted(person.endpoint, registration, visit.call)
    if visit.choice == visits.CANCEL:
        return _declined(visit, registration)
    if not _may(person, wanted):
        return visit.show(consent_pages.needs_administrator(person, registration))
    if visit.choice != visits.ACCEPT:
        texts = [consent_pages.as_itself(role["value"]) for _, role in wanted.roles]
        return visit.show(consent_pages.organization_consent(person, registration, wanted.parts, texts))
    _give(person.endpoint, registration, wanted)
    return _accepted(person, registration)


def _wanted(endpoint: Endpoint, registration: Registration, call: Call) -> Wanted:
    scope = call.query.get("scope", "")
    asked = scopes.read(endpoint, scope, registration.name)
    explicit = tuple(part for part in asked.parts if part.values)
    openid = (Part(named(endpoint, clouds.GRAPH), asked.openid),) if asked.openid else ()
    # Without permissions of its own a request asks for everything that the application lists.
    everything = not scope.strip() or any(not part.values for part in asked.parts)
    listed = _listed(endpoint, registration) if everything else Wanted((), ())
    return Wanted(_merged((*listed.parts, *explicit, *openid)), listed.roles)


def _listed(endpoint: Endpoint, registration: Registration) -> Wanted:
    entries = registration.document["requiredResourceAccess"]
    resources = [named(endpoint, str(entry["resourceAppId"])) for entry in entries]
    parts = tuple(Part(resource, permissions.required(registration, resource)) for resource in resources)
    roles = tuple(
        (resource, role)
        for resource, entry in zip(resources, entries, strict=True)
        for role in resource.principal["appRoles"]
        if role["id"] in {access["id"] for access in entry["resourceAccess"] if access["type"] == "Role"}
    )
    return Wanted(tuple(part for part in parts if part.values), roles)


def _merged(parts: Iterable[Part]) -> tuple[Part, ...]:
    found: dict[str, Part] = {}
    for part in parts:
        id_ = part.resource.principal["id"]
        values = found[id_].values if id_ in found else frozenset()
        found[id_] = Part(part.resource, values | part.values)
    return tuple(found.values())


def _may(person: Person, wanted: Wanted) -> bool:
    held = frozenset(tokens.directory_roles(person.endpoint.directory, person.user["id"]))
    on_graph = any(resource.principal["appId"] == clouds.GRAPH for resource, _ in wanted.roles)
    return not held.isdisjoint(GRAPH_ROLES if on_graph else authorize.CONSENTING)


def _give(endpoint: Endpoint, registration: Registration, wanted: Wanted) -> None:
    permissions.give(endpoint, registration, wanted.parts, None)
    principal = permissions.installed(endpoint, registration)
    held = {
        (one["resourceId"].casefold(), one["appRoleId"].casefold())
        for one in consent.of_principal(endpoint.directory.primary, principal["id"])
    }
    for resource, role in wanted.roles:
        parties: dict[str, Any] = {"principalId": principal["id"], "resourceId": resource.principal["id"]}
        if (parties["resourceId"], role["id"]) not in held:
            consent.assign(endpoint.directory, parties | {"appRoleId": role["id"]})


def _accepted(person: Person, registration: Registration) -> Answer:
    call = person.visit.call
    granted = {"scope": call.query.get("scope", "")} if "/v2.0/" in call.path.casefold() else {}
    fields = {"admin_consent": "True", "tenant": person.tenant.id, **granted}
    text = f"{registration.name} may now be used by everybody in {person.endpoint.display_name}."
    return _back(person.visit, fields, consent_pages.done("Consent was given", text))


def _declined(visit: Visit, registration: Registration) -> Answer:
    error = SignInError(65004)
    fields = {
        "error": error.error,
        "error_subcode": "cancel",
        "error_description": description(error, visit.call),
    }
    text = f"{registration.name} was given nothing."
    return _back(visit, fields, consent_pages.done("Consent was not given", text))


def _back(visit: Visit, fields: Mapping[str, str], otherwise: str) -> Answer:
    redirect = visit.call.query.get("redirect_uri", "")
    if not redirect:
        return visit.show(otherwise)
    state = {"state": visit.call.query.get("state", "")}
    return redirects.send(visit, redirect, "query", {**fields, **state})
