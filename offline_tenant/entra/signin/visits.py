"""A person's visit to a sign-in page: the browser's session, the form that was sent, and how pages go back."""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from offline_tenant.entra.directory import users
from offline_tenant.entra.seed import PASSWORD
from offline_tenant.entra.signin import html, implied, people, sessions
from offline_tenant.entra.signin.errors import NO_STORE, SignInError
from offline_tenant.entra.signin.request import Endpoint, form_of
from offline_tenant.entra.signin.sessions import Session
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Answer, Call

SIGN_IN: Final = "sign-in"
ANOTHER: Final = "another"
ACCEPT: Final = "accept"
CANCEL: Final = "cancel"
NEXT: Final = (SIGN_IN, "Sign in")
HINT: Final = f"Seeded accounts have the password {html.element('code', PASSWORD)} until somebody changes it."
OFFERED: Final = 50  # accounts that a sign-in page suggests

# The one script there is: it sends the form of response_mode=form_post, as Entra's page does.
SUBMIT: Final = "document.forms[0].submit()"
SUBMIT_HASH: Final = b64encode(sha256(SUBMIT.encode()).digest()).decode()
POLICY: Final = (
    f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{SUBMIT_HASH}'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS: Final = {
    **NO_STORE,
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


@dataclass(frozen=True)
class Visit:
    """One request of a person's browser.

    Args:
        call: the HTTP side of it.
        session: of the browser.
        form: that was sent with it; empty when the page is only looked at.
    """

    call: Call
    session: Session
    form: Mapping[str, str]

    @property
    def choice(self) -> str:
        """The button that was pressed."""
        return self.form.get("do", "")

    @property
    def guard(self) -> dict[str, str]:
        """The hidden field without which a form is not believed."""
        return {"form_token": sessions.form_token(self.call.installation, self.session)}

    def show(self, content: str) -> Answer:
        """An answer with a page."""
        return Answer(200, content, HEADERS | self._cookie())

    def go(self, url: str) -> Answer:
        """An answer that sends the browser on."""
        return Answer(
            302, None, {**NO_STORE, "Location": url, "Referrer-Policy": "no-referrer"} | self._cookie()
        )

    def _cookie(self) -> dict[str, str]:
        return {"Set-Cookie": sessions.set_cookie(self.call.installation, self.session)}


def begin(call: Call) -> Visit:
    """The visit that a request is.

    Raises:
        SignInError: a form that no page of this browser's sent (165000).
    """
    session = sessions.read(call.installation, call.headers)
    form = form_of(call) if call.method == "POST" else {}
    if call.method == "POST" and not sessions.is_own_form(call.installation, session, form):
        raise SignInError(165000)
    return Visit(call, session, form)


def nobody(call: Call) -> Session:
    """A session in which nobody is signed in."""
    return Session(call.installation.ids.uuid())


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in.

    Args:
        visit: with the session of the person.
        tenant: the person's.
        user: the account.
    """

    visit: Visit
    tenant: Tenant
    user: Document

    @property
    def endpoint(self) -> Endpoint:
        """Where the person is signed in."""
        return Endpoint(self.tenant, self.visit.call.base_url)

    @property
    def name(self) -> str:
        """The user principal name."""
        return str(self.user["userPrincipalName"])


def signed_in(visit: Visit, tenant: Tenant | None, hint: str = "") -> Person | None:
    """Who is signed in already, as far as it is somebody of this tenant and the one who is hinted at."""
    found = sessions.person(visit.call.installation, visit.session)
    if found is None or (tenant is not None and found[0].id != tenant.id):
        return None
    person = Person(visit, *found)
    return person if not hint or hint.casefold() == person.name.casefold() else None


def entered(visit: Visit, tenant: Tenant | None) -> Person:
    """Who signs in with the name and the password of the form.

    Raises:
        SignInError: unknown (50034), a wrong password (50126), disabled (50057).
    """
    name = visit.form.get("login", "").strip()
    where = tenant or implied.of_user(visit.call.installation, name)
    if where is None:
        raise SignInError(50034, tenant=name.partition("@")[2])
    user = people.by_password(Endpoint(where, visit.call.base_url), name, visit.form.get("passwd", ""))
    return Person(replace(visit, session=sessions.signed_in(where, user)), where, user)


def person_or_page(
    visit: Visit, tenant: Tenant | None, reason: str, hint: str = "", *, fresh: bool = False
) -> Person | Answer:
    """Who is signed in, or the page that asks who it is.

    Args:
        visit: of the browser.
        tenant: whose people may sign in; None for anybody's.
        reason: what the person signs in for.
        hint: the name that the client expects.
        fresh: ask even if somebody is signed in.
    """
    if visit.choice == SIGN_IN:
        try:
            return entered(visit, tenant)
        except SignInError as error:
            return visit.show(_page(visit, tenant, reason, visit.form.get("login", ""), error.text))
    # Whoever answers a page may be somebody else than the client expected.
    known = signed_in(visit, tenant, "" if visit.choice else hint)
    if known is None or visit.choice == ANOTHER or (fresh and not visit.choice):
        return visit.show(_page(visit, tenant, reason, hint, ""))
    return known


def _page(visit: Visit, tenant: Tenant | None, reason: str, name: str, error: str) -> str:
    where = Endpoint(tenant, visit.call.base_url).display_name if tenant else ""
    focus = "autofocus" if not name else ""
    login = html.text_field(
        "login", "User name", name, f'list="accounts" autocomplete="username" autocapitalize="none" {focus}'
    )
    secret = html.text_field(
        "passwd",
        "Password",
        "",
        f'autocomplete="current-password" {"" if focus else "autofocus"}',
        secret=True,
    )
    return html.page(
        "Sign in",
        html.element("p", where, "tenant"),
        html.element("h1", "Sign in"),
        html.element("p", reason),
        html.alert(error),
        html.form(
            visit.guard,
            login,
            html.suggestions("accounts", _names(visit, tenant)),
            secret,
            html.buttons(NEXT),
        ),
        f'<p class="hint">{HINT}</p>',
    )


def _names(visit: Visit, tenant: Tenant | None) -> Iterable[str]:
    tenants = [tenant] if tenant else visit.call.installation.tenants()
    found = (user for one in tenants for user in one.documents(users.KIND).all(limit=OFFERED))
    return [user["userPrincipalName"] for user in found if users.is_enabled(user)][:OFFERED]
