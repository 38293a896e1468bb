"""What tests of recipients share: names, Exchange's texts, who may send as whom."""

from collections.abc import Iterable
from typing import Any

import httpx

from offline_tenant.exchange.access import has_send_as, mailbox_of, principal_of
from offline_tenant.exchange.mailboxes import add_mailbox
from offline_tenant.exchange.seed import seed
from offline_tenant.state.tenant import Tenant
from tests.offline.exchange_helper import ENTERPRISE_OBJECT_ID, Exchange, token

ORDERS, CLERKS = "orders@contoso.com", "clerks@contoso.com"
SEND_AS = {"AccessRights": "SendAs", "Confirm": False}
NOT_FOUND = "|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|"
UNCHANGED = "The command completed successfully but no settings of '{}' have been modified."
ADELE = "adele@contoso.com"


def seeded(tenant: Tenant, http: httpx.Client) -> Exchange:
    """The demo's organization, with a shared mailbox besides."""
    seed(tenant)
    add_mailbox(tenant, ORDERS, "Orders", "SharedMailbox")
    return Exchange(http, token(tenant))


def sends(tenant: Tenant, who: str | None = None) -> bool:
    """Whether a person, or else the service principal, may send as orders@."""
    principal = mailbox_of(tenant, who) if who else principal_of(tenant, ENTERPRISE_OBJECT_ID)
    mailbox = mailbox_of(tenant, ORDERS)
    assert principal
    assert mailbox
    return has_send_as(tenant, mailbox, principal)


def names(records: Iterable[dict[str, Any]]) -> set[str]:
    return {record["Name"] for record in records}
