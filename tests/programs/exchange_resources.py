"""A program of somebody who uses the Exchange resources by themselves."""

import mailgrant
from mailgrant.exchange.resources import (
    AuthenticationPolicy,
    MailboxAccess,
    MailboxProtocols,
    ServicePrincipal,
    SmtpApplicationScope,
    TransportSettings,
)

APP_ID = "aaaaaaaa-0000-4000-8000-000000000001"
principal = ServicePrincipal(
    "poller", app_id=APP_ID, object_id="bbbbbbbb-0000-4000-8000-000000000001", display_name="Poller"
)
access = MailboxAccess(
    "poller",
    app_id=APP_ID,
    principal=principal.object_id,
    access={
        "invoices@contoso.com": "full-access, send-as",
        "billing@contoso.com": "full-access",
    },
)
protocols = MailboxProtocols(
    "mailboxes",
    protocols={
        "frontdesk@contoso.com": {"imap": "on", "pop": "off"},
        "support@contoso.com": {"smtp_auth": "on"},
    },
)
transport = TransportSettings("contoso", smtp_auth="enabled")
policy = AuthenticationPolicy("contoso", users=["adele@contoso.com"])
scope = SmtpApplicationScope(
    "poller",
    app_id=APP_ID,
    principal=principal.object_id,
    group="newsletter-senders@contoso.com",
)
mailgrant.require({"poller": access, "mailboxes": protocols, "contoso": transport, "policy": policy})
