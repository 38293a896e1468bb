"""The Exchange side of a client: its record in Exchange, and which mailboxes it may open."""

from collections.abc import Mapping

import pulumi
from pulumi.runtime.stack import wait_for_rpcs

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
        self.granted = self.mailbox_access.granted
        # Apart from the outputs: they tell what is granted even when the update fails over what is not.
        require(name, self.mailbox_access.failed)
        self.register_outputs({"granted": self.granted})


def require(client: str, failed: pulumi.Output[Mapping[str, str]]) -> None:
    """Fail the update, with each mailbox and the reason, if any access is missing.

    Failing here and not in the provider keeps what was granted in the state: the next ``pulumi up`` tries exactly
    what is missing. Failing last lets everything else end first, other clients and the stack's outputs included.
    """

    async def check(reasons: Mapping[str, str]) -> None:
        if reasons:
            pulumi.log.error(mailbox_access.failures(reasons, f"was not granted to {client}"))
            await wait_for_rpcs(await_all_outstanding_tasks=False)
            raise pulumi.RunError("Mend the cause and run pulumi up again: it tries exactly what is missing.")

    failed.apply(check)  # type: ignore[arg-type]  # Pulumi's hint has no name for "nothing comes of it"
