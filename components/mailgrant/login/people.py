"""People who sign in for a proof: with a code on another device, or in a browser on this machine."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msal

from mailgrant.errors import SetupError, SignInError
from mailgrant.facts import OFFLINE_ACCESS, Host
from mailgrant.identities.application import is_microsofts, refused, unreachable
from mailgrant.identities.proofs import Unwritable
from mailgrant.login.verify import Login
from mailgrant.stack.outputs import Client

LOOPBACK: Final = frozenset({"http://localhost", "http://localhost/"})  # of any port: RFC 8252, section 7.3
PATIENCE: Final = 900  # seconds for a person in a browser, as many as a device code lives
CONFIDENTIAL: Final = "AADSTS7000218"  # no client for device codes: it must prove who it is
# What helps a person where an application needs something else.
_RIGHTS: Final = (
    "A mailbox of somebody else's opens with FullAccess alone (Get-MailboxPermission), which can take an hour to arrive; "
    "Get-CASMailbox shows whether the protocol is on."
)
REMEDIES: Final[Mapping[str, str]] = {
    "not-connected": _RIGHTS,
    "mailbox-closed": _RIGHTS,
    "authentication-failed": (
        "Has the person who signed in a mailbox of their own, and is this its address? One whose address is not the "
        "sign-in name is named with --mailbox."
    ),
    "send-as-denied": "Give the person SendAs on that mailbox: Add-RecipientPermission.",
}
Tell = Callable[[str], None]


@dataclass(frozen=True)
class SignedIn(Unwritable):
    """Somebody who signed in.

    Args:
        name: the sign-in name.
        access: the access token, kept out of every text.
    """

    name: str
    access: str = field(repr=False)

    def token(self, _scope: str) -> str:
        """The one that there is."""
        return self.access


def logins(name: str, client: Client, person: SignedIn, mailboxes: Iterable[str]) -> list[Login]:
    """The logins that a person's token should open.

    Args:
        name: of the client.
        client: as the stack put it out.
        person: who signed in.
        mailboxes: besides the person's own.
    """
    return [
        Login(
            name,
            person.name,
            mailbox,
            protocol,
            person,
            Host(server.host, server.port),
            client.scope,
            remedies=REMEDIES,
        )
        for mailbox in dict.fromkeys((person.name, *mailboxes))
        for protocol, server in client.protocols.items()
    ]


def sign_in(name: str, client: Client, tell: Tell) -> SignedIn:
    """Let somebody sign in, and wait.

    Args:
        name: of the client, for messages.
        client: as the stack put it out.
        tell: says to the person what to do.

    Raises:
        SetupError: the client signs in as itself, or there is no way from here.
        SignInError: Entra gave no token.
    """
    if not client.is_for_people:
        raise SetupError(f"{name} signs in as itself", "mailgrant verify proves it without anybody.")
    program = _program(client)
    scopes = [scope for scope in client.scope.split() if scope != OFFLINE_ACCESS]
    try:
        answer = _answer(name, client, program, scopes, tell)
    except (OSError, ValueError) as error:  # as in identities.application
        raise unreachable(client.authority, error) from None
    if "access_token" not in answer:
        raise refused(answer)
    return SignedIn(str(answer["id_token_claims"]["preferred_username"]).lower(), str(answer["access_token"]))


def _program(client: Client) -> Any:
    try:
        return msal.PublicClientApplication(
            client.client_id,
            authority=client.authority,
            instance_discovery=is_microsofts(client.authority),
        )
    except (OSError, ValueError) as error:
        raise unreachable(client.authority, error) from None


def _answer(name: str, client: Client, program: Any, scopes: list[str], tell: Tell) -> Mapping[str, Any]:
    """What MSAL gives; of a client whose ways nobody has written down, codes are tried first."""
    if client.device_code is not False:
        try:
            return _by_code(program, scopes, tell)
        except SignInError as error:
            if client.device_code or error.code != CONFIDENTIAL:
                raise
    if client.redirect_uris is None or LOOPBACK & set(client.redirect_uris):
        return _by_browser(program, scopes, tell)
    raise SetupError(
        f"nobody can sign in to {name} from here: people are sent back to {' and '.join(client.redirect_uris)}",
        f"Set device_code: true for {name}, or add http://localhost to its redirect_uris, and run pulumi up.",
    )


def _by_code(program: Any, scopes: list[str], tell: Tell) -> Mapping[str, Any]:
    flow = program.initiate_device_flow(scopes)
    if "user_code" not in flow:
        raise refused(flow)
    tell(flow["message"])
    answer: Mapping[str, Any] = program.acquire_token_by_device_flow(flow)
    if str(answer.get("error_description", "")).startswith(CONFIDENTIAL):
        raise refused(answer)
    return answer


def _by_browser(program: Any, scopes: list[str], tell: Tell) -> Mapping[str, Any]:
    def ask(address: str) -> None:
        tell(f"To sign in, open this page in a browser on this machine: {address}")

    answer: Mapping[str, Any] = program.acquire_token_interactive(
        scopes, timeout=PATIENCE, auth_uri_callback=ask
    )
    return answer
