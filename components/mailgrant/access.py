"""The Exchange side of a client: its record in Exchange, and which mailboxes it may open."""

from collections.abc import Mapping

import pulumi

from mailgrant.exchange import mailbox_access
from mailgrant.exchange.resources import MailboxAccess, ServicePrincipal


class ExchangeAccess(pulumi.ComponentResource):
    """An enterprise application, known to Exchange and let into mailboxes.

    Args:
        name: the client's name; also how Exchange shows it.
        app_id: the application's (client) id.
        object_id: the object id of the enterprise application.
        mailboxes: rights by address, such as ``{"invoices@contoso.com": "full-access"}``.
        opts: Pulumi's own.
    """

    def __init__(
        self,
        name: str,
        *,
        app_id: pulumi.Input[str],
        object_id: pulumi.Input[str],
        mailboxes: Mapping[str, str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("mailgrant:index:ExchangeAccess", name, None, opts)
        self.service_principal = ServicePrincipal(
            name,
            app_id=app_id,
            object_id=object_id,
            display_name=name,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.mailbox_access = MailboxAccess(
            name,
            app_id=app_id,
            principal=self.service_principal.object_id,
            access=mailboxes,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self.service_principal]),
        )
        self.granted = require(name, self.mailbox_access)
        self.register_outputs({"granted": self.granted})


def require(client: str, access: MailboxAccess) -> pulumi.Output[Mapping[str, str]]:
    """What was granted; fails the update, with each mailbox and the reason, if anything is missing.

    Failing here and not in the provider keeps what was granted in the state: the next ``pulumi up`` tries exactly
    what is missing.
    """

    def check(values: list[Mapping[str, str] | None]) -> Mapping[str, str]:
        granted, failed = values
        if failed:
            problem = mailbox_access.failures(failed, f"was not granted to {client}")
            raise pulumi.RunError(
                f"{problem}\nMend the cause and run pulumi up again: it tries exactly these."
            )
        return granted or {}

    return pulumi.Output.all(access.granted, access.failed).apply(check)
