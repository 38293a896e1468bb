"""The Exchange side of a client: its record in Exchange, and which mailboxes it may open."""

from collections.abc import Mapping

import pulumi

from mailgrant.exchange.resources import MailboxAccess, ServicePrincipal


class ExchangeAccess(pulumi.ComponentResource):
    """An enterprise application, known to Exchange and let into mailboxes.

    ``granted`` is what Exchange has, ``failed`` the reason by mailbox for what it has not: see ``require``.

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
        self.granted = self.mailbox_access.granted
        self.failed = self.mailbox_access.failed
        self.register_outputs({"granted": self.granted})
