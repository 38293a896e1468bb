"""The Pulumi program of ``bench.large``: one client, one ``MailboxAccess``, as many mailboxes as the stack says."""

from uuid import NAMESPACE_DNS, uuid5

import pulumi

import mailgrant
from mailgrant.exchange.resources import MailboxAccess, ServicePrincipal

config = pulumi.Config()
name = config.require("principal")
principal = ServicePrincipal(
    "large",
    app_id=str(uuid5(NAMESPACE_DNS, f"{name}.application")),
    object_id=str(uuid5(NAMESPACE_DNS, f"{name}.principal")),
    display_name=name,
)
access = MailboxAccess(
    "large",
    app_id=principal.app_id,
    principal=principal.object_id,
    access={f"team{one}@contoso.com": "full-access" for one in range(config.require_int("mailboxes"))},
)
mailgrant.require({"large": access})
