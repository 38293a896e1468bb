"""A short program in Python, with MSAL and the standard library, that a person can begin with."""

from typing import Final
from urllib.parse import urlsplit

from mailgrant.consumers.request import Request
from mailgrant.errors import SetupError

MICROSOFT: Final = ("microsoftonline.com", "microsoftonline.us", "microsoftonline.cn")
# How the program proves who it is: with what its environment holds, so that no secret stands in the source.
PROOFS: Final = {
    "secret": 'os.environ["MAIL_CLIENT_SECRET"]',
    "certificate": (
        '{"private_key": os.environ["MAIL_PRIVATE_KEY"], "public_certificate": os.environ["MAIL_CERTIFICATE"]}'
    ),
    "federated": '{"client_assertion": lambda: Path(os.environ["AZURE_FEDERATED_TOKEN_FILE"]).read_text()}',
}
NO_DISCOVERY: Final = "instance_discovery=False,  # this sign-in host is not Microsoft's own"
SIGN_IN: Final = """\
\"\"\"{title}\"\"\"

{imports}

import msal

MAILBOX = {mailbox!r}

application = msal.ConfidentialClientApplication(
    {client_id!r},
    authority={authority!r},
    client_credential={proof},{discovery}
)
answer = application.acquire_token_for_client([{scope!r}])
if "access_token" not in answer:
    raise SystemExit(answer["error_description"])
xoauth2 = f"user={{MAILBOX}}\\x01auth=Bearer {{answer['access_token']}}\\x01\\x01"

"""
USES: Final = {
    "imap": (
        ("imaplib",),
        """\
with imaplib.IMAP4_SSL({host!r}, {port}, ssl_context=ssl.create_default_context()) as mail:
    mail.authenticate("XOAUTH2", lambda _: xoauth2.encode())
    _, [count] = mail.select("INBOX", readonly=True)
    print(f"{{MAILBOX}} has {{int(count)}} messages")
""",
    ),
    "pop": (
        ("base64", "poplib"),
        """\
mail = poplib.POP3_SSL({host!r}, {port}, context=ssl.create_default_context())
mail._shortcmd("AUTH XOAUTH2")  # poplib knows no SASL
mail._shortcmd(base64.b64encode(xoauth2.encode()).decode())
count, _ = mail.stat()
mail.quit()
print(f"{{MAILBOX}} has {{count}} messages")
""",
    ),
    "smtp": (
        ("smtplib",),
        """\
with smtplib.SMTP({host!r}, {port}) as mail:
    mail.starttls(context=ssl.create_default_context())
    mail.ehlo()
    mail.auth("XOAUTH2", lambda _=None: xoauth2)
    mail.sendmail(MAILBOX, [MAILBOX], f"From: {{MAILBOX}}\\nTo: {{MAILBOX}}\\nSubject: Hello\\n\\nIt works.\\n")
print(f"{{MAILBOX}} has sent itself a message")
""",
    ),
}


def write(request: Request) -> str:
    """The program; it takes the first protocol that the client has, and the first mailbox.

    Raises:
        SetupError: there is no mailbox.
    """
    if not request.mailboxes:
        raise SetupError(f"{request.name} opens no mailbox", "Name one that it sends from with --mailbox.")
    client = request.client
    protocol = next(one for one in USES if one in client.protocols)
    modules, use = USES[protocol]
    server = client.protocols[protocol]
    return SIGN_IN.format(
        title=f"Mail of the client {request.name}, with its credential {request.consumer}.",
        imports=_imports(request.credential.type, modules),
        mailbox=request.mailboxes[0],
        client_id=client.client_id,
        authority=client.authority,
        proof=PROOFS[request.credential.type],
        discovery="" if _is_microsoft(client.authority) else f"\n    {NO_DISCOVERY}",
        scope=client.own_scope,
    ) + use.format(host=server.host, port=server.port)


def _imports(proof: str, modules: tuple[str, ...]) -> str:
    # Without ssl, and a context of it, imaplib and poplib would believe any server.
    lines = [f"import {name}" for name in sorted({"os", "ssl", *modules})]
    return "\n".join([*lines, *(["from pathlib import Path"] if proof == "federated" else [])])


def _is_microsoft(authority: str) -> bool:
    return (urlsplit(authority).hostname or "").endswith(MICROSOFT)
