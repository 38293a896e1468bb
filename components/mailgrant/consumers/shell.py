"""Exports for a shell, and for whatever reads environment variables."""

import shlex

from mailgrant.consumers.request import Request


def variables(request: Request) -> dict[str, str]:
    """By name; what a client cannot be told is left out."""
    client = request.client
    servers = {
        f"MAIL_{protocol.upper()}_{what}": value
        for protocol, server in client.protocols.items()
        for what, value in (("HOST", server.host), ("PORT", str(server.port)))
    }
    secret = "MAIL_PRIVATE_KEY" if request.credential.certificate else "MAIL_CLIENT_SECRET"
    given = {
        "MAIL_TENANT_ID": client.tenant_id,
        "MAIL_CLIENT_ID": client.client_id,
        "MAIL_AUTHORITY": client.authority,
        "MAIL_SCOPE": client.own_scope or "",
        **servers,
        "MAIL_MAILBOXES": " ".join(request.mailboxes),
        secret: request.value,
        "MAIL_CERTIFICATE": request.credential.certificate or "",
    }
    return {name: value for name, value in given.items() if value}


def write(request: Request) -> str:
    """One line a variable."""
    return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in variables(request).items())
