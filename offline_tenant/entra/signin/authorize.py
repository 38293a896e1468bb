"""The authorization endpoint: a person signs in, consents where that is needed, and the client gets a code.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from offline_tenant.entra.directory.registrations import Registration
from offline_tenant.entra.first_party import ROLES
from offline_tenant.entra.signin import (
    clients,
    codes,
    consent_pages,
    delegated,
    people,
    permissions,
    redirects,
    scopes,
    tokens,
    visits,
)
from offline_tenant.entra.signin.errors import SignInError, description
from offline_tenant.entra.signin.permissions import Consents
from offline_tenant.entra.signin.redirects import MODES
from offline_tenant.entra.signin.request import V1, V2, Endpoint, refuse_resource, tenant_of, version_of
from offline_tenant.entra.signin.scopes import Asked, Part
from offline_tenant.entra.signin.visits import Person, Visit
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Answer, Call

PROMPTS: Final = frozenset({"", "login", "none", "consent", "select_account"})
RESPONSE_TYPES: Final = {"token": 700051, "id_token": 700054}
CONSENTING: Final = frozenset(
    ROLES[name]
    for name in (
        *("Application Administrator", "Cloud Application Administrator"),
        *("Global Administrator", "Privileged Role Administrator"),
    )
)


@dataclass(frozen=True)
class Authorization:
    """An authorization request, as far as it may be answered at all.

    Args:
        visit: of the person's browser.
        tenant: of the path; None for ``common`` and its like.
        registration: the client.
        redirect: where the answer goes.
        platform: under which that is registered.
        parameters: of the request.
    """

    visit: Visit
    tenant: Tenant | None
    registration: Registration
    redirect: str
    platform: str
    parameters: Mapping[str, str]

    @property
    def silent(self) -> bool:
        """Whether the person must not be bothered."""
        return self.parameters.get("prompt") == "none"

    def answer(self, fields: Mapping[str, str]) -> Answer:
        """Take the browser back to the client."""
        mode = self.parameters.get("response_mode", "query")
        state = {"state": self.parameters.get("state", "")}
        return redirects.send(
            self.visit, self.redirect, mode if mode in MODES else "query", {**fields, **state}
        )

    def refuse(self, error: SignInError) -> Answer:
        """Take the browser back to the client with an error."""
        text = description(error, self.visit.call)
        fields = {
            "error": ON_THE_WAY.get(error.code, error.error),
            "error_description": text,
            "error_subcode": error.suberror,
        }
        link = f"https://login.microsoftonline.com/error?code={error.code}"
        return self.answer({**fields, "error_uri": link})


def authorize(call: Call) -> Answer:
    """The authorization endpoint.

    Raises:
        SignInError: what cannot be told to the client, because it is not known where the client is.
    """
    visit = visits.begin(call)
    authorization = _read(visit)
    try:
        _check(authorization)
        return _with_person(authorization)
    except SignInError as error:
        return authorization.refuse(error)


# Errors that go by another name when a browser carries them to the client.
ON_THE_WAY: Final = {65001: "consent_required", 50105: "access_denied", 50057: "access_denied"}


def _read(visit: Visit) -> Authorization:
    parameters = visit.call.query
    client_id = parameters.get("client_id", "")
    if not client_id:
        raise SignInError(900144, parameter="client_id")
    tenant = tenant_of(visit.call)
    registration = client_of(visit, tenant, client_id)
    redirect, platform = redirects.platform_of(registration, parameters.get("redirect_uri", ""))
    named = {**parameters, "redirect_uri": redirect}
    if version_of(visit.call) == V1:
        named = scopes.of_first_version(named)
    return Authorization(visit, tenant, registration, redirect, platform, named)


def client_of(visit: Visit, tenant: Tenant | None, client_id: str) -> Registration:
    """The client of a request, whose tenant may not be known before somebody signs in.

    Raises:
        SignInError: nobody knows it (700016), or it is of one tenant and asked for at ``common`` (50194).
    """
    installation = visit.call.installation
    candidates = [tenant] if tenant else installation.tenants()
    for candidate in candidates:
        try:
            found = clients.registered(Endpoint(candidate, visit.call.base_url), client_id)
        except SignInError:
            continue
        if tenant is None and not found.multi_tenant:
            raise SignInError(50194, client=found.app_id, name=found.name)
        return found
    where = Endpoint(candidates[0], visit.call.base_url).display_name if candidates else ""
    raise SignInError(700016, client=client_id, tenant=where)


def _check(authorization: Authorization) -> None:
    parameters = authorization.parameters
    kind = parameters.get("response_type", "")
    if not kind:
        raise SignInError(900144, parameter="response_type")
    if kind != "code":
        raise SignInError(RESPONSE_TYPES.get(kind, 70005), response_type=kind)
    if parameters.get("response_mode", "query") not in MODES:
        raise SignInError(70007, mode=parameters["response_mode"])
    if parameters.get("prompt", "") not in PROMPTS:
        raise SignInError(90023)
    codes.check_challenge(parameters)
    if version_of(authorization.visit.call) == V2:
        refuse_resource(V2, parameters)
        if not parameters.get("scope"):
            raise SignInError(900144, parameter="scope")


def _with_person(authorization: Authorization) -> Answer:
    visit, hint = authorization.visit, authorization.parameters.get("login_hint", "")
    if authorization.silent:
        person = visits.signed_in(visit, authorization.tenant, hint)
        if person is None:
            raise SignInError(50058)
        return _with_consent(authorization, person)
    fresh = authorization.parameters.get("prompt") in {"login", "select_account"}
    reason = f"to continue to {authorization.registration.name}"
    found = visits.person_or_page(visit, authorization.tenant, reason, hint, fresh=fresh)
    return found if isinstance(found, Answer) else _with_consent(authorization, found)


def _with_consent(before: Authorization, person: Person) -> Answer:
    # From here on every answer carries the person's session.
    authorization = replace(before, visit=person.visit)
    try:
        return _consented(authorization, person)
    except SignInError as error:
        return authorization.refuse(error)


def _consented(authorization: Authorization, person: Person) -> Answer:
    if authorization.visit.choice == visits.CANCEL:
        raise SignInError(65004)
    asked = read_scopes(person.endpoint, authorization.registration, authorization.parameters)
    people.check_assigned(person.endpoint, authorization.registration, person.user)
    consents = Consents(person.endpoint, authorization.registration, person.user)
    missing = _wanted(authorization, consents, asked)
    if not missing:
        return _finish(authorization, person)
    if authorization.silent:
        raise SignInError(
            65001, client=authorization.registration.app_id, name=authorization.registration.name
        )
    return _ask(authorization, person, (*missing, *consents.openid(asked)))


def read_scopes(endpoint: Endpoint, registration: Registration, parameters: Mapping[str, str]) -> Asked:
    """What a person is asked for: ``scope``, or the ``resource`` of version 1.0.

    Raises:
        SignInError: no such resource (500011), no such permission (650053).
    """
    asked = scopes.read(endpoint, parameters.get("scope", ""), registration.name)
    if resource := parameters.get("resource"):
        return scopes.of_resource(endpoint, resource, asked.openid)
    return asked


def _wanted(authorization: Authorization, consents: Consents, asked: Asked) -> tuple[Part, ...]:
    if authorization.parameters.get("prompt") == "consent" and authorization.visit.choice != visits.ACCEPT:
        named = tuple(part for part in asked.parts if part.values)
        return named or consents.missing(asked) or consents.openid(asked)
    return consents.missing(asked)


def _ask(authorization: Authorization, person: Person, parts: tuple[Part, ...]) -> Answer:
    visit, registration = authorization.visit, authorization.registration
    administers = may_consent_for_all(person)
    if not administers and not permissions.user_may_consent(person.endpoint, parts):
        return visit.show(consent_pages.needs_administrator(person, registration))
    if visit.choice != visits.ACCEPT:
        return visit.show(consent_pages.own_consent(person, registration, parts, administers=administers))
    for_all = administers and consent_pages.FOR_EVERYBODY in visit.form
    permissions.give(person.endpoint, registration, parts, None if for_all else person.user)
    return _finish(authorization, person)


def may_consent_for_all(person: Person) -> bool:
    """Whether a person may consent for the whole tenant."""
    return not CONSENTING.isdisjoint(tokens.directory_roles(person.endpoint.directory, person.user["id"]))


def _finish(authorization: Authorization, person: Person) -> Answer:
    if authorization.platform == clients.SPA and "code_challenge" not in authorization.parameters:
        raise SignInError(9002325)
    code = codes.issue(person.tenant, person.user, authorization.platform, authorization.parameters)
    wants_info = authorization.parameters.get("client_info") == "1"
    info = delegated.client_info(person.user, person.tenant.id) if wants_info else ""
    return authorization.answer(
        {"code": code, "client_info": info, "session_state": authorization.visit.session.nonce}
    )
