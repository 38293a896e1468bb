"""What tests of clients in a stack file need: to declare them, and programs as their consumers would write them."""

import imaplib
import json
import poplib
import smtplib
import ssl
from base64 import b64encode
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

import jwt
import msal

from tests.worlds import Project

BEGIN, END = "  mailgrant:clients:\n", "encryptionsalt:"


def declare(project: Project, clients: str) -> None:
    """Put other keys of mailgrant in the place of the stack's clients; the text begins below ``mailgrant:clients``."""
    path = project.folder / "stacks" / "Pulumi.offline.yaml"
    before, _, rest = path.read_text().partition(BEGIN)
    path.write_text(before + BEGIN + clients + END + rest.partition(END)[2])


def clients(project: Project) -> dict[str, Any]:
    """The output of that name, secrets in clear."""
    outputs: dict[str, Any] = json.loads(project.pulumi("stack", "output", "--json", "--show-secrets"))
    found: dict[str, Any] = outputs["clients"]
    return found


class Pop(poplib.POP3_SSL):
    """poplib knows no SASL."""

    def xoauth2(self, mailbox: str, token: str) -> None:
        self._shortcmd("AUTH XOAUTH2")  # type: ignore[attr-defined]
        self._shortcmd(b64encode(xoauth2(mailbox, token).encode()).decode())  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Program:
    """A consumer that knows nothing of mailgrant but what the stack puts out."""

    client: dict[str, Any]

    def ask(self, proof: Any) -> dict[str, Any]:
        """What Entra answers to MSAL."""
        application = msal.ConfidentialClientApplication(
            self.client["client_id"],
            client_credential=proof,
            authority=self.client["authority"],
            instance_discovery=False,
        )
        answer: dict[str, Any] = application.acquire_token_for_client([self.client["scope"]])
        return answer

    def token(self, proof: Any) -> str:
        answer = self.ask(proof)
        assert "access_token" in answer, answer
        return str(answer["access_token"])

    def refusal(self, proof: Any) -> str:
        """Entra's code for a proof that it does not take."""
        return str(self.ask(proof)["error_description"]).partition(":")[0]

    def inbox(self, mailbox: str, token: str) -> int:
        """Log in over IMAP; gives the number of messages."""
        server = self.client["protocols"]["imap"]
        with imaplib.IMAP4_SSL(server["host"], server["port"], ssl_context=trust()) as connection:
            connection.authenticate("XOAUTH2", lambda _: xoauth2(mailbox, token).encode())
            return int(connection.select("INBOX", readonly=True)[1][0] or b"")

    def maildrop(self, mailbox: str, token: str) -> int:
        """Log in over POP; gives the number of messages."""
        server = self.client["protocols"]["pop"]
        connection = Pop(server["host"], server["port"], context=trust())
        connection.xoauth2(mailbox, token)
        found = connection.stat()[0]
        connection.quit()
        return found

    def finds(self, subject: str, mailbox: str, token: str) -> bool:
        """Whether the inbox holds a message with a subject."""
        server = self.client["protocols"]["imap"]
        with imaplib.IMAP4_SSL(server["host"], server["port"], ssl_context=trust()) as connection:
            connection.authenticate("XOAUTH2", lambda _: xoauth2(mailbox, token).encode())
            connection.select("INBOX", readonly=True)
            return connection.search(None, "SUBJECT", f'"{subject}"')[1] != [b""]

    def send(
        self,
        mailbox: str,
        token: str,
        *,
        author: str = "",
        to: str = "adele@contoso.com",
        subject: str = "Hello",
    ) -> None:
        """Hand a message over, written by the mailbox unless told otherwise; raises as smtplib does."""
        server = self.client["protocols"]["smtp"]
        letter = EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = author or mailbox, to, subject
        with smtplib.SMTP(server["host"], server["port"]) as connection:
            connection.starttls(context=trust())
            connection.ehlo()
            connection.auth("XOAUTH2", lambda _=None: xoauth2(mailbox, token))
            connection.send_message(letter)


def trust() -> ssl.SSLContext:
    """Whom this process trusts; its environment says it."""
    return ssl.create_default_context()


def xoauth2(mailbox: str, token: str) -> str:
    return f"user={mailbox}\x01auth=Bearer {token}\x01\x01"


def roles(token: str) -> set[str]:
    """The application permissions in a token."""
    return set(jwt.decode(token, options={"verify_signature": False}).get("roles", ()))
