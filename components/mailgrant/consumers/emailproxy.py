"""A configuration of emailproxy, a bridge for programs that only know a user name and a password.

The bridge keeps the client secret encrypted under the password that the program shows: without it, the file opens nothing.
https://github.com/simonrob/email-oauth2-proxy (its sample emailproxy.config describes the options).
"""

import io
import os
import secrets
from base64 import b64encode, urlsafe_b64encode
from configparser import ConfigParser
from typing import Final

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from mailgrant.consumers.request import Request
from mailgrant.errors import SetupError
from mailgrant.facts import PROTOCOLS

PORTS: Final = {"imap": 1993, "pop": 1995, "smtp": 1587}  # as in the bridge's own sample
HERE: Final = "127.0.0.1"
ITERATIONS: Final = 1_200_000  # emailproxy's own number: with a smaller one it would encrypt everything anew
SALT: Final = 16  # bytes
# Letters and digits that nobody takes for one another; 24 of them are 120 bits.
ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS, LENGTH = 4, 6
HEAD: Final = """\
# emailproxy for the client {name} with the credential {consumer}; written by: mailgrant client-config {name} --for emailproxy
# Start it with: emailproxy --no-gui --config-file <this file>
# The client secret in it is encrypted under the app password; whoever has both can open the mailboxes.
"""


def new_password() -> str:
    """A password that a person can copy from paper."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(GROUPS * LENGTH))
    return "-".join(letters[begin : begin + LENGTH] for begin in range(0, len(letters), LENGTH))


def write(request: Request) -> str:
    """The whole file.

    Raises:
        SetupError: there is no mailbox to open.
    """
    parser = ConfigParser(interpolation=None)
    # A wrong password must not make the bridge forget what it has, so that any other is taken next.
    parser["emailproxy"] = {"delete_account_token_on_password_error": "False"}
    if request.catch_all:
        parser["emailproxy"]["allow_catch_all_accounts"] = "True"
    for protocol, server in request.client.protocols.items():
        port = request.ports.get(protocol, PORTS[protocol])
        parser[f"{protocol.upper()}-{port}"] = {
            "server_address": server.host,
            "server_port": str(server.port),
            "local_address": HERE,
            **({"server_starttls": "True"} if PROTOCOLS[protocol].tls == "starttls" else {}),
        }
    account = _account(request)
    for section in _accounts(request):
        parser[section] = account
    text = io.StringIO()
    parser.write(text)
    return HEAD.format(name=request.name, consumer=request.consumer) + text.getvalue()


def _accounts(request: Request) -> list[str]:
    if not request.mailboxes:
        raise SetupError(f"{request.name} opens no mailbox", "Name those that it sends from with --mailbox.")
    if request.catch_all:
        return sorted({f"@{address.rpartition('@')[2]}" for address in request.mailboxes})
    return list(request.mailboxes)


def _account(request: Request) -> dict[str, str]:
    salt = os.urandom(SALT)
    return {
        "token_url": f"{request.client.authority}/oauth2/v2.0/token",
        "oauth2_scope": request.client.own_scope or "",
        "oauth2_flow": "client_credentials",
        "client_id": request.client.client_id,
        "client_secret_encrypted": encrypt(request.value, request.password, salt),
        "token_salt": b64encode(salt).decode(),
        "token_iterations": str(ITERATIONS),
    }


def encrypt(value: str, password: str, salt: bytes) -> str:
    """As emailproxy's Cryptographer does; takes about half a second, on purpose."""
    key = PBKDF2HMAC(SHA256(), 32, salt, ITERATIONS).derive(password.encode())
    return Fernet(urlsafe_b64encode(key)).encrypt(value.encode()).decode()
