"""Where the answer to an authorization request may go, and how it gets there.

https://learn.microsoft.com/entra/identity-platform/reply-url
https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
"""

from collections.abc import Callable, Mapping
from html import escape
from typing import Final
from urllib.parse import SplitResult, quote, urlencode, urlsplit

from offline_tenant.entra.directory.registrations import PLATFORMS, Registration
from offline_tenant.entra.signin import html, visits
from offline_tenant.entra.signin.errors import SignInError
from offline_tenant.entra.signin.visits import Visit
from offline_tenant.state.tenant import Installation
from offline_tenant.web.call import Answer

RESERVED: Final = "%/:=&?~#+!$,;'@()*[]"
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1"})


def platform_of(registration: Registration, redirect: str) -> tuple[str, str]:
    """The redirect URI to use, and the platform (``web``, ``spa``, ``publicClient``) that it is registered under.

    Args:
        registration: of the client.
        redirect: as the request names it; empty for the only one there is.

    Raises:
        SignInError: none is registered (500113), or not this one (50011).
    """
    registered = [(uri, platform) for platform in PLATFORMS for uri in registration.redirects(platform)]
    if not redirect:
        if not registered:
            raise SignInError(500113)
        return registered[0]
    for uri, platform in registered:
        if _matches(uri, redirect):
            return redirect, platform
    raise SignInError(50011, redirect=redirect, client=registration.app_id)


def is_registered_anywhere(installation: Installation, redirect: str) -> bool:
    """Whether any application of the installation registered this redirect URI."""
    applications = (
        one for tenant in installation.tenants() for one in tenant.documents("applications").all()
    )
    uris = (uri for one in applications for platform in PLATFORMS for uri in one[platform]["redirectUris"])
    return any(_matches(uri, redirect) for uri in uris)


def _matches(registered: str, given: str) -> bool:
    if registered == given:
        return True
    try:
        wanted, found = urlsplit(registered), urlsplit(given)
    except ValueError:
        return False
    # A program on the person's own machine listens on whatever port is free (RFC 8252 section 7.3).
    return wanted.hostname in LOOPBACK and _portless(wanted) == _portless(found)


def _portless(url: SplitResult) -> tuple[str, ...]:
    # Nobody may hide another host in front of an @.
    host = url.hostname or "" if "@" not in url.netloc else url.netloc
    return (url.scheme, host, url.path or "/", url.query, url.fragment)


def _query(visit: Visit, redirect: str, fields: Mapping[str, str]) -> Answer:
    return visit.go(f"{redirect}{'&' if urlsplit(redirect).query else '?'}{urlencode(fields)}")


def _fragment(visit: Visit, redirect: str, fields: Mapping[str, str]) -> Answer:
    return visit.go(f"{redirect.partition('#')[0]}#{urlencode(fields)}")


def _form_post(visit: Visit, redirect: str, fields: Mapping[str, str]) -> Answer:
    hidden = "\n".join(html.hidden_field(name, value) for name, value in fields.items())
    return visit.show(
        html.page(
            "Working…",
            html.element("h1", "Back to the application"),
            f'<form method="post" action="{escape(redirect)}">\n{hidden}\n{html.buttons(("", "Continue"))}\n</form>',
            f"<script>{visits.SUBMIT}</script>",
        )
    )


Sender = Callable[[Visit, str, Mapping[str, str]], Answer]

MODES: Final[Mapping[str, Sender]] = {"query": _query, "fragment": _fragment, "form_post": _form_post}


def send(visit: Visit, redirect: str, mode: str, fields: Mapping[str, str]) -> Answer:
    """Take the browser back to the client with these fields; empty ones are left out.

    Args:
        visit: of the browser.
        redirect: a URI that ``platform_of`` gave.
        mode: a key of ``MODES``.
        fields: of the answer.
    """
    # Whoever registered it may have written letters that no header can carry.
    url = quote(redirect, safe=RESERVED)
    return MODES[mode](visit, url, {name: value for name, value in fields.items() if value})
