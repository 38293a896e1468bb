"""An application read from Microsoft Graph, by its name or its id."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from mailgrant.adopt.apis import Apis
from mailgrant.adopt.found import EVERYBODY, Consented, Found, Held, Kept, Permission, Registration, Trust
from mailgrant.directory.consents import grants_of
from mailgrant.directory.graph import Graph, reading
from mailgrant.errors import GraphError, SetupError
from mailgrant.facts import PUBLISHED_CLIENTS

GUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
NOT_FOUND: Final = 404
REFUSED: Final = (401, 403)
NEEDED: Final = (
    "The identity that runs mailgrant needs the Graph permissions Application.ReadWrite.All, "
    "DelegatedPermissionGrant.ReadWrite.All and User.Read.All, with admin consent."
)
MANAGED: Final = "ManagedIdentity"
EXPRESSIONS: Final = "beta"  # Graph's version that shows the expressions of federated credentials
Told = Mapping[str, Any]


def read(graph: Graph, client: str) -> Found:
    """The application that is called so.

    Args:
        graph: of the automation identity.
        client: a display name, an application id, or a name in ``facts.PUBLISHED_CLIENTS``.

    Raises:
        SetupError: there is none, there are several, or it is none that a stack can describe.
        GraphError: no answer, or a refusal.
        SignInError: there is no token.
    """
    try:
        return _read(graph, client)
    except GraphError as error:
        if error.status not in REFUSED:
            raise
        raise GraphError(error.status, error.code, error.message, NEEDED) from None


def _read(graph: Graph, client: str) -> Found:
    app_id = _the_one(graph, client)
    [application] = [*_of(graph, "applications", app_id), None][:1]
    [principal] = [*_of(graph, "servicePrincipals", app_id), None][:1]
    if principal is None:
        raise SetupError(
            f"{client} has no service principal in this tenant, so that nobody has consented to anything",
            "There is nothing to adopt: delete the registration and let mailgrant make it, or grant consent first.",
        )
    if principal.get("servicePrincipalType") == MANAGED:
        raise SetupError(
            f"{client} is a managed identity, and no application",
            "A stack cannot describe it; give the program an application of its own.",
        )
    with reading("an application"):
        return _found(graph, application, principal)


def _the_one(graph: Graph, client: str) -> str:
    known = PUBLISHED_CLIENTS.get(client)
    if known or GUID.fullmatch(client):
        return known.client_id if known else client.lower()
    quoted = client.replace("'", "''")
    named = {"$filter": f"displayName eq '{quoted}'", "$select": "appId,displayName"}
    found = [one for kind in ("applications", "servicePrincipals") for one in graph.many(kind, named)]
    with reading("an application"):
        ids = list(dict.fromkeys(str(one["appId"]) for one in found))
    if not ids:
        raise SetupError(
            f"no application of this tenant is called {client}",
            "Name it as Entra shows it, or by its application (client) id.",
        )
    if len(ids) > 1:
        listed = "".join(f"\n  - {id_}" for id_ in ids)
        raise SetupError(
            f"{len(ids)} applications of this tenant are called {client}:{listed}", "Name one by its id."
        )
    return ids[0]


def _of(graph: Graph, kind: str, app_id: str) -> list[Told]:
    return list(graph.many(kind, {"$filter": f"appId eq '{app_id}'"}))


def _found(graph: Graph, application: Told | None, principal: Told) -> Found:
    apis = Apis(graph)
    return Found(
        client_id=principal["appId"],
        name=str((application or principal)["displayName"]),
        principal=principal["id"],
        enabled=principal.get("accountEnabled") is not False,
        tags=tuple((application or principal).get("tags") or ()),
        registration=_registration(graph, apis, application) if application else None,
        held=tuple(_held(graph, apis, principal["id"])),
        consents=tuple(_consents(graph, apis, principal["id"])),
    )


def _registration(graph: Graph, apis: Apis, told: Told) -> Registration:
    web = told.get("web") or {}
    return Registration(
        object_id=told["id"],
        audience=str(told.get("signInAudience") or ""),
        requested=frozenset(_requested(apis, told)),
        web_uris=_uris(web),
        desktop_uris=_uris(told.get("publicClient")),
        page_uris=_uris(told.get("spa")),
        web_settings=tuple(_web_settings(web)),
        public=bool(told.get("isFallbackPublicClient")),
        kept=tuple(_kept(told)),
        trusts=tuple(_trusts(graph, told["id"])),
    )


def _uris(platform: Told | None) -> tuple[str, ...]:
    return tuple((platform or {}).get("redirectUris") or ())


def _web_settings(web: Told) -> Iterator[str]:
    implicit = web.get("implicitGrantSettings") or {}
    known = {
        "a home page": web.get("homePageUrl"),
        "an address for signing out": web.get("logoutUrl"),
        "the implicit flow": implicit.get("enableAccessTokenIssuance")
        or implicit.get("enableIdTokenIssuance"),
    }
    yield from (words for words, value in known.items() if value)


def _requested(apis: Apis, told: Told) -> Iterator[Permission]:
    for resource in told.get("requiredResourceAccess") or ():
        api = apis.of_application(resource["resourceAppId"])
        for one in resource.get("resourceAccess") or ():
            yield api.permission(one["id"], application=one["type"] == "Role")


def _kept(told: Told) -> Iterator[Kept]:
    for kind, name in (("secret", "passwordCredentials"), ("certificate", "keyCredentials")):
        for one in told.get(name) or ():
            yield Kept(kind, str(one.get("displayName") or ""), _moment(one.get("endDateTime")))


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def _trusts(graph: Graph, object_id: str) -> Iterator[Trust]:
    path = f"applications/{object_id}/federatedIdentityCredentials"
    told = list(graph.many(path))
    if not all(one.get("subject") for one in told):
        told = list(graph.many(path, version=EXPRESSIONS))
    for one in told:
        expression = one.get("claimsMatchingExpression") or {}
        words = (str(one.get("subject") or ""), str(expression.get("value") or ""))
        yield Trust(one["id"], one["name"], one["issuer"], *words, tuple(one.get("audiences") or ()))


def _held(graph: Graph, apis: Apis, principal: str) -> Iterator[Held]:
    for one in graph.many(f"servicePrincipals/{principal}/appRoleAssignments"):
        api = apis.of_principal(one["resourceId"])
        yield Held(one["id"], api.object_id, api.permission(one["appRoleId"], application=True))


def _consents(graph: Graph, apis: Apis, principal: str) -> Iterator[Consented]:
    for one in grants_of(graph, principal):
        person = _person(graph, one.person) if one.person else EVERYBODY
        if person is not None:
            api = apis.of_principal(one.resource)
            yield Consented(one.id, api.app_id, api.title, person, one.scopes)


def _person(graph: Graph, object_id: str) -> str | None:
    """The sign-in name in small letters; None if nobody is there any more."""
    try:
        return str(
            graph.one(f"users/{object_id}", {"$select": "userPrincipalName"})["userPrincipalName"]
        ).lower()
    except GraphError as error:
        if error.status != NOT_FOUND:
            raise
        return None
