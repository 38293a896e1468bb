"""What each cmdlet runs, and what it asks before."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from offline_tenant.exchange import errors, mailbox_queries, permissions, service_principals
from offline_tenant.exchange.binder import BindingError, NotEmulatedError, bind
from offline_tenant.exchange.invocation import Invocation, Outcome
from offline_tenant.exchange.syntax import SYNTAX, Syntax
from offline_tenant.state.tenant import Tenant

Prompt = Callable[[Invocation], str]


@dataclass(frozen=True)
class Body:
    """One cmdlet.

    Args:
        run: does it.
        prompt: the sentence that it asks before, where it can ask.
    """

    run: Callable[[Invocation], Outcome]
    prompt: Prompt = lambda _: ""


BODIES: Final[Mapping[str, Body]] = {
    "New-ServicePrincipal": Body(service_principals.new, service_principals.creation_prompt),
    "Get-ServicePrincipal": Body(service_principals.get),
    "Set-ServicePrincipal": Body(service_principals.set_, service_principals.change_prompt),
    "Remove-ServicePrincipal": Body(service_principals.remove, service_principals.removal_prompt),
    "Add-MailboxPermission": Body(permissions.add, permissions.addition_prompt),
    "Get-MailboxPermission": Body(permissions.get),
    "Remove-MailboxPermission": Body(permissions.remove, permissions.removal_prompt),
    "Get-Mailbox": Body(mailbox_queries.get),
    "Get-EXOMailbox": Body(mailbox_queries.get_exo),
}


@dataclass(frozen=True)
class Question:
    """The cmdlet did nothing yet: it wants to be told ``Confirm: false``."""

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
    if call.get("WhatIf"):
        body.prompt(call)  # looks everything up, so that a faulty call fails here as well
        return Outcome()
    if _asks(syntax, call):
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
