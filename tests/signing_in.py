"""People who sign in to a stack's client: MSAL is the program, a browser without a screen the person."""

import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import httpx
import msal

from mailgrant.facts import Host
from mailgrant.login.verify import SENDING
from tests.offline.entra_browser import Page, open_page
from tests.worlds import OfflineTenant

DESKTOP: Final = "http://localhost:49152"  # a free port of the person's machine
ACCEPT: Final = "accept"


@dataclass(frozen=True)
class Program:
    """A program that was set up with what a stack puts out for its client, and with nothing else.

    Args:
        offline: the tenant that people sign in to.
        client: of the stack's output ``clients``.
        credential: as MSAL wants it; None for a program that cannot keep one.
    """

    offline: OfflineTenant
    client: Mapping[str, Any]
    credential: Any = None

    @property
    def scopes(self) -> list[str]:
        """What it asks for; MSAL asks to be remembered by itself."""
        return [scope for scope in self.client["scope"].split() if scope != "offline_access"]

    def msal(self, authority: str = "") -> Any:
        """The program's half."""
        own = {"authority": authority or self.client["authority"], "instance_discovery": False}
        if self.credential is None:
            return msal.PublicClientApplication(self.client["client_id"], **own)
        return msal.ConfidentialClientApplication(
            self.client["client_id"], client_credential=self.credential, **own
        )

    def by_code(self, who: str, back: str = DESKTOP, *presses: str) -> dict[str, Any]:
        """An authorization code with PKCE: what MSAL gets when a person signs in, and presses these buttons."""
        return self.finished(self.msal(), who, back, *presses)

    def finished(self, program: Any, who: str, back: str, *presses: str) -> dict[str, Any]:
        """The same with MSAL as ``msal`` made it, whose cache the caller wants to keep."""
        flow = self._flow(program, who, back)
        page = self.page(flow["auth_uri"]).sign_in(who)
        for button in presses:
            page = page.press(button)
        assert [form.action for form in page.forms] == [back], page.text
        found: dict[str, Any] = program.acquire_token_by_auth_code_flow(flow, page.answer)
        return found

    def by_device(self, who: str, *presses: str) -> dict[str, Any]:
        """A code that a person enters on another device."""
        program = self.msal()
        flow = program.initiate_device_flow(self.scopes)
        page = self.page(flow["verification_uri"]).press("", otc=flow["user_code"]).sign_in(who)
        for button in presses:
            page = page.press(button)
        assert "You have signed in" in page.text
        found: dict[str, Any] = program.acquire_token_by_device_flow(flow)
        return found

    def asked(self, who: str, back: str = DESKTOP) -> Page:
        """The page that a person sees after signing in, if they are not sent back at once."""
        return self.page(self._flow(self.msal(), who, back)["auth_uri"]).sign_in(who)

    def _flow(self, program: Any, who: str, back: str) -> Any:
        return program.initiate_auth_code_flow(
            self.scopes, redirect_uri=back, login_hint=who, response_mode="form_post"
        )

    def page(self, url: str) -> Page:
        """A page in a browser that nobody has signed in with yet."""
        trust = ssl.create_default_context(cafile=str(self.offline.home.bundle))
        closing = httpx.Limits(max_keepalive_connections=0)  # nobody says when the person is done
        base = f"https://localhost:{self.offline.ports['https']}"
        return open_page(httpx.Client(base_url=base, verify=trust, limits=closing), url)

    def log_in(self, answer: Mapping[str, Any], mailbox: str) -> Sequence[str]:
        """Log in to a mailbox over every protocol of the client, sending for SMTP; gives the protocols.

        Raises:
            LoginError: a server refused.
        """
        assert "access_token" in answer, answer
        for protocol, typed in self.client["mail_settings"].items():
            where = Host(typed["server"], typed["port"])
            SENDING[protocol](where, mailbox, answer["access_token"], 20.0)
        return list(self.client["mail_settings"])
