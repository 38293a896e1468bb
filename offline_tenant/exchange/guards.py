"""What stops a cmdlet before it begins: a dehydrated organization, roles that have not arrived, a write scope."""

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Final

from offline_tenant.exchange import customization, errors, recipients, scopes
from offline_tenant.exchange.invocation import Invocation
from offline_tenant.exchange.names import organization


def _hydrated(call: Invocation) -> None:
    if customization.is_dehydrated(call.tenant):
        raise errors.dehydrated()


def _delegating(call: Invocation) -> None:
    _hydrated(call)
    if not customization.may_delegate(call.tenant):
        name = call.get("Identity") or call.get("Name") or f"{call.get('Role')}-{call.get('App')}"
        raise errors.no_delegating_assignment(f"{organization(call.tenant)}\\{name}")


def _within_write_scope(call: Invocation) -> None:
    if not (scope := call.settings["write_scope"]):
        return
    for recipient in recipients.matching(call.tenant, recipients.KINDS, call.get("Identity", "")):
        if not scopes.fits(call.tenant, scope, recipient):
            raise errors.outside_write_scope(recipient["Name"])


Guard = Callable[[Invocation], None]

# Cmdlets that only read have none.
GUARDS: Final[Mapping[str, Guard]] = {
    "*-ManagementScope": _hydrated,
    "*-ManagementRoleAssignment": _delegating,
    "*-MailboxPermission": _within_write_scope,
    "*-RecipientPermission": _within_write_scope,
    "*-CASMailbox": _within_write_scope,
    "*-Mailbox": _within_write_scope,
    "*-User": _within_write_scope,
}


def check(name: str, call: Invocation) -> None:
    """Let a cmdlet that changes something begin.

    Raises:
        CmdletError: it may not.
    """
    if name.startswith("Get-"):
        return
    for pattern, guard in GUARDS.items():
        if fnmatchcase(name, pattern):
            guard(call)
