"""Runs a cmdlet: binds what it is given, asks before where it asks, and does it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from offline_tenant.exchange import errors, guards
from offline_tenant.exchange.binder import BindingError, NotEmulatedError, bind
from offline_tenant.exchange.cmdlets import (
    authentication_policy,
    cas_mailbox,
    cas_mailbox_plan,
    distribution_group,
    mailbox,
    mailbox_permission,
    management_role_assignment,
    management_scope,
    organization,
    recipient,
    recipient_permission,
    service_principal,
    user,
)
from offline_tenant.exchange.invocation import Body, Invocation, Outcome
from offline_tenant.exchange.syntax import SYNTAX
from offline_tenant.exchange.syntax.parameters import Syntax
from offline_tenant.state.tenant import Tenant

BODIES: Final[Mapping[str, Body]] = {
    **service_principal.BODIES,
    **mailbox_permission.BODIES,
    **mailbox.BODIES,
    **recipient.BODIES,
    **recipient_permission.BODIES,
    **cas_mailbox.BODIES,
    **cas_mailbox_plan.BODIES,
    **distribution_group.BODIES,
    **organization.BODIES,
    **authentication_policy.BODIES,
    **user.BODIES,
    **management_scope.BODIES,
    **management_role_assignment.BODIES,
}


@dataclass(frozen=True)
class Question:
    """The cmdlet did nothing: it wants to be told ``Confirm: false``, or was told ``WhatIf``."""

    text: str


def run(tenant: Tenant, name: str, arguments: Mapping[str, Any]) -> Outcome | Question:
    """Bind and run a cmdlet.

    Args:
        tenant: on which.
        name: of a cmdlet that exists.
        arguments: as they came, by parameter name.

    Raises:
        CmdletError: it failed.
    """
    syntax = SYNTAX[name.casefold()]
    body = BODIES[syntax.name]
    call = Invocation(tenant, _bound(syntax, arguments))
    guards.check(syntax.name, call)
    # The prompt looks everything up, so that a faulty call fails with -WhatIf as well.
    if call.get("WhatIf") or _asks(syntax, call):
        return Question(body.prompt(call))
    return body.run(call)


def _bound(syntax: Syntax, arguments: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return bind(syntax, arguments)
    except BindingError as error:
        raise errors.bad_parameter(error.message, error.category) from error
    except NotEmulatedError as error:
        raise errors.not_emulated(f"{error} of {syntax.name}") from error


def _asks(syntax: Syntax, call: Invocation) -> bool:
    return bool(call.get("Confirm", syntax.confirms == "always"))
