"""The pages on which people say yes or no: who asks, for what, in plain words, and for whom the answer counts."""

from collections.abc import Iterable
from typing import Final

from offline_tenant.entra import permission_texts
from offline_tenant.entra.directory.registrations import Registration
from offline_tenant.entra.signin import html, scopes
from offline_tenant.entra.signin.scopes import Part
from offline_tenant.entra.signin.visits import ACCEPT, ANOTHER, CANCEL, Person

FOR_EVERYBODY: Final = "everybody"
CHOICES: Final = ((CANCEL, "Cancel"), (ACCEPT, "Accept"))
TRUST: Final = "Accepting means that you allow this application to do this for as long as an administrator does not take it back."


def own_consent(
    person: Person, registration: Registration, parts: Iterable[Part], *, administers: bool
) -> str:
    """A person is asked for themselves; an administrator may answer for everybody at once."""
    everybody = (
        f'<p class="check"><input type="checkbox" id="{FOR_EVERYBODY}" name="{FOR_EVERYBODY}" value="1">'
        f'<label for="{FOR_EVERYBODY}">Consent on behalf of your organization</label></p>'
    )
    return html.page(
        "Permissions requested",
        _who(person),
        html.element("h1", "Permissions requested"),
        *_application(person, registration),
        html.element("p", "This application would like to:"),
        html.permissions(delegated(parts, own=True)),
        html.element("p", TRUST, "small"),
        html.form(person.visit.guard, everybody if administers else "", html.buttons(*CHOICES)),
        _switch(person),
    )


def organization_consent(
    person: Person, registration: Registration, parts: Iterable[Part], roles: Iterable[tuple[str, str]]
) -> str:
    """An administrator is asked for the whole tenant.

    Args:
        person: the administrator.
        registration: of the application that asks.
        parts: what it asks to do on behalf of people.
        roles: what it asks to do as itself: name and sentence each.
    """
    delegated_entries, role_entries = delegated(parts), list(roles)
    return html.page(
        "Permissions requested for your organization",
        _who(person),
        html.element("h1", "Permissions requested"),
        html.element("p", f"Review for your organization: {person.endpoint.display_name}"),
        *_application(person, registration),
        *_section("On behalf of everybody who signs in to it, it would like to:", delegated_entries),
        *_section("As itself, without anybody signing in, it would like to:", role_entries),
        html.alert(EVERYBODY, "warning"),
        html.form(person.visit.guard, html.buttons(*CHOICES)),
        _switch(person),
    )


EVERYBODY: Final = (
    "If you accept, this application gets these permissions for all users of your organization. Nobody else will be "
    "asked."
)


def needs_administrator(person: Person, registration: Registration) -> str:
    """A person is told that only an administrator can say yes."""
    text = (
        f"{registration.name} needs permission to access resources in your organization that only an admin can grant. "
        "Please ask an admin to grant permission to this app before you can use it."
    )
    return html.page(
        "Need admin approval",
        _who(person),
        html.element("h1", "Need admin approval"),
        *_application(person, registration),
        html.element("p", text),
        html.form(
            person.visit.guard,
            html.buttons(
                (ANOTHER, "Have an admin account? Sign in with that account"),
                (CANCEL, "Return without consent"),
            ),
        ),
    )


def done(title: str, text: str) -> str:
    """The end of a visit that leads nowhere else."""
    return html.page(title, html.element("h1", title), html.element("p", text))


def failure(text: str) -> str:
    """A request with which nothing can be done."""
    return html.page(
        "Sign in failed",
        html.element("h1", "Sorry, but we're having trouble signing you in."),
        html.alert(text),
    )


def delegated(parts: Iterable[Part], *, own: bool = False) -> list[tuple[str, str]]:
    """Delegated permissions as people read them, to themselves or to an administrator."""
    name = "userConsentDisplayName" if own else "adminConsentDisplayName"
    text = "userConsentDescription" if own else "adminConsentDescription"
    return [
        (offered[value][name] or value, offered[value][text] or "")
        for part in parts
        for offered in [scopes.permissions(part.resource.principal)]
        for value in sorted(part.values)
    ]


def as_itself(value: str) -> tuple[str, str]:
    """An application permission as an administrator reads it."""
    text = permission_texts.application(value)
    return text.name, text.description


def _section(heading: str, entries: list[tuple[str, str]]) -> list[str]:
    return [html.element("p", heading), html.permissions(entries)] if entries else []


def _who(person: Person) -> str:
    return html.element("p", person.name, "tenant")


def _application(person: Person, registration: Registration) -> list[str]:
    here = registration.owner == person.tenant.id
    publisher = (
        "registered in your organization" if here else "published by another organization, not verified"
    )
    lines = (
        html.element("strong", registration.name),
        html.element("span", publisher, "small"),
        html.element("code", registration.app_id),
    )
    return ["<p>", "<br>".join(lines), "</p>"]


def _switch(person: Person) -> str:
    button = f'<button type="submit" class="link" name="do" value="{ANOTHER}">Use another account</button>'
    return html.form(person.visit.guard, f"<p>{button}</p>")
