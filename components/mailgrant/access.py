"""The Exchange side of a client: its record in Exchange, and which mailboxes it may open or send as."""

from collections.abc import Mapping, Sequence

import pulumi

from mailgrant.exchange.resources import MailboxAccess, ServicePrincipal, SmtpApplicationScope
from mailgrant.model import SmtpScope
from mailgrant.options import within


class ExchangeAccess(pulumi.ComponentResource):
    """An enterprise application, known to Exchange and let into mailboxes.

    ``granted`` is what Exchange has, ``failed`` the reason by mailbox for what it has not, ``remedies`` what to do about
    the reasons: see ``require``.

    Args:
        name: the client's name.
        app_id: the application's (client) id.
        object_id: the object id of the enterprise application.
        mailboxes: rights by address, such as ``{"invoices@contoso.com": "full-access"}``.
        smtp_scope: which mailboxes it may send as without opening any.
        display_name: how Exchange shows it; the name unless given.
        opts: Pulumi's own.
    """

    def __init__(  # noqa: PLR0913 - keywords, which read well where it is made
        self,
        name: str,
        *,
        app_id: pulumi.Input[str],
        object_id: pulumi.Input[str],
        mailboxes: Mapping[str, str],
        smtp_scope: SmtpScope | None = None,
        display_name: str = "",
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("mailgrant:index:ExchangeAccess", name, None, opts)
        mine = within(self, opts)
        self.service_principal = ServicePrincipal(
            name, app_id=app_id, object_id=object_id, display_name=display_name or name, opts=mine
        )
        of_it = pulumi.ResourceOptions.merge(
            mine, pulumi.ResourceOptions(depends_on=[self.service_principal])
        )
        principal = self.service_principal.object_id
        nothing: pulumi.Output[Mapping[str, str]] = pulumi.Output.from_input({})
        self.granted = self.failed = nothing
        self.remedies: pulumi.Output[Sequence[str] | None] = pulumi.Output.from_input(None)
        if mailboxes:
            self.mailbox_access = MailboxAccess(
                name, app_id=app_id, principal=principal, access=mailboxes, opts=of_it
            )
            self.granted, self.failed = self.mailbox_access.granted, self.mailbox_access.failed
            self.remedies = self.mailbox_access.remedies
        if smtp_scope:
            self.smtp_scope = SmtpApplicationScope(
                name,
                app_id=app_id,
                principal=principal,
                group=smtp_scope.group,
                filter=smtp_scope.filter,
                opts=of_it,
            )
        self.register_outputs({"granted": self.granted})
