"""The parameters of every cmdlet, one row each, from the pages under "ExchangePowerShell" in Microsoft's reference.

The endpoint binds with this table, and so does the PowerShell stand-in, which must start quickly:
nothing here may import the state or the web side.
"""

from collections.abc import Mapping
from typing import Final

from offline_tenant.exchange.syntax import (
    authentication_policy,
    cas_mailbox,
    distribution_group,
    mailbox,
    mailbox_permission,
    management_role_assignment,
    management_scope,
    organization_config,
    recipient,
    recipient_permission,
    service_principal,
    transport_config,
    user,
)
from offline_tenant.exchange.syntax.parameters import Syntax

ROWS: Final = (
    *service_principal.ROWS,
    *mailbox_permission.ROWS,
    *mailbox.ROWS,
    *recipient.ROWS,
    *recipient_permission.ROWS,
    *cas_mailbox.ROWS,
    *distribution_group.ROWS,
    *transport_config.ROWS,
    *organization_config.ROWS,
    *authentication_policy.ROWS,
    *user.ROWS,
    *management_scope.ROWS,
    *management_role_assignment.ROWS,
)
SYNTAX: Final[Mapping[str, Syntax]] = {row.name.casefold(): row for row in ROWS}
