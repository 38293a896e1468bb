"""Device sign-in: the endpoint that hands out codes, and the pages on which a person answers for one.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code
"""

from typing import Any, Final

from offline_tenant.entra.directory.registrations import Registration
from offline_tenant.entra.signin import (
    authorize,
    consent_pages,
    device_codes,
    html,
    people,
    permissions,
    scopes,
    visits,
)
from offline_tenant.entra.signin.errors import NO_STORE, SignInError
from offline_tenant.entra.signin.permissions import Consents
from offline_tenant.entra.signin.request import (
    V1,
    V2,
    Endpoint,
    form_of,
    refuse_resource,
    tenant_of,
    version_of,
)
from offline_tenant.entra.signin.scopes import Part
from offline_tenant.entra.signin.visits import Person, Visit
from offline_tenant.state.store import Document
from offline_tenant.web.call import Answer, Call

ANSWER_PAGE: Final = "/common/oauth2/deviceauth"
WHAT: Final = {V1: "resource", V2: "scope"}  # what a program must say that it wants
WRONG_CODE: Final = "That code didn't work. Check the code and try again."
SURE: Final = (
    "Only continue if you started this sign-in yourself, in a program that you trust. Whoever gave you this code will "
    "be signed in as you."
)


def issue(call: Call) -> Answer:
    """The device authorization endpoint.

    Raises:
        SignInError: no client, or nothing that is wanted (900144), an unknown client (700016), one of another tenant (50194), no such scope.
    """
    form, version = form_of(call), version_of(call)
    refuse_resource(version, form)
    for parameter in ("client_id", WHAT[version]):
        if not form.get(parameter, "").strip():
            raise SignInError(900144, parameter=parameter)
    tenant = tenant_of(call)
    visit = Visit(call, visits.nobody(call), {})
    authorize.client_of(visit, tenant, form["client_id"])
    if tenant is not None:
        scopes.read(Endpoint(tenant, call.base_url), form.get("scope", ""))
    made = device_codes.issue(call.installation, call.base_url, call.parameters["tenant"], form)
    return Answer(200, _of_first_version(made) if version == V1 else made, NO_STORE)


def _of_first_version(made: dict[str, Any]) -> dict[str, str]:
    """Its texts instead of numbers, and its name for the address."""
    return {"verification_url" if name == "verification_uri" else name: str(made[name]) for name in made}


def enter(call: Call) -> Answer:
    """The page on which a person enters the code that a program shows."""
    return visits.begin(call).show(_code_page(""))


def answer(call: Call) -> Answer:
    """The pages behind a code: who are you, do you want this, done."""
    visit = visits.begin(call)
    code = device_codes.waiting(call.installation, call.query.get("otc", ""))
    if code is None:
        return visit.show(_code_page(WRONG_CODE))
    tenant = None if device_codes.is_anywhere(code["place"]) else call.installation.tenant(code["place"])
    registration = authorize.client_of(visit, tenant, code["client_id"])
    found = visits.person_or_page(visit, tenant, f"to sign in to {registration.name} on another device")
    return found if isinstance(found, Answer) else _with_person(found, registration, code)


def _with_person(person: Person, registration: Registration, code: Document) -> Answer:
    visit, installation = person.visit, person.visit.call.installation
    people.check_assigned(person.endpoint, registration, person.user)
    asked = authorize.read_scopes(person.endpoint, registration, code)
    consents = Consents(person.endpoint, registration, person.user)
    missing = consents.missing(asked)
    if visit.choice == visits.CANCEL:
        device_codes.decline(installation, code)
        return visit.show(
            consent_pages.done(
                "You have cancelled", "The program was not signed in. You can close this page."
            )
        )
    parts = (*missing, *consents.openid(asked)) if missing else ()
    return _answered(person, registration, parts) or _approved(person, registration, code)


def _answered(person: Person, registration: Registration, parts: tuple[Part, ...]) -> Answer | None:
    """The page that the person must answer first; None when everything is answered."""
    visit, administers = person.visit, authorize.may_consent_for_all(person)
    if parts and not administers and not permissions.user_may_consent(person.endpoint, parts):
        return visit.show(consent_pages.needs_administrator(person, registration))
    if visit.choice != visits.ACCEPT:
        return visit.show(_confirm_page(person, registration, parts))
    permissions.give(person.endpoint, registration, parts, person.user)
    return None


def _approved(person: Person, registration: Registration, code: Document) -> Answer:
    device_codes.approve(person.visit.call.installation, code, person.tenant, person.user)
    text = f"You have signed in to {registration.name} on your device. You may now close this window."
    return person.visit.show(consent_pages.done("You have signed in", text))


def _code_page(error: str) -> str:
    field = html.text_field("otc", "Code", "", 'autocomplete="off" autocapitalize="characters" autofocus')
    return html.page(
        "Enter code",
        html.element("h1", "Enter code"),
        html.element("p", "Enter the code displayed on your app or device."),
        html.alert(error),
        f'<form method="get" action="{ANSWER_PAGE}">{field}<div class="buttons">'
        '<button type="submit" class="primary">Next</button></div></form>',
    )


def _confirm_page(person: Person, registration: Registration, parts: tuple[Part, ...]) -> str:
    wanted = [
        html.element("p", "It would like to:"),
        html.permissions(consent_pages.delegated(parts, own=True)),
    ]
    return html.page(
        "Are you trying to sign in?",
        html.element("p", person.name, "tenant"),
        html.element("h1", f"Are you trying to sign in to {registration.name}?"),
        *(wanted if parts else []),
        html.alert(SURE, "warning"),
        html.form(person.visit.guard, html.buttons((visits.CANCEL, "Cancel"), (visits.ACCEPT, "Continue"))),
    )
