"""Get-User and Set-User: which authentication policy somebody has.

Only users with a mailbox are known to Exchange here.
https://learn.microsoft.com/powershell/module/exchangepowershell/set-user
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from offline_tenant.exchange import configuration, errors
from offline_tenant.exchange.cmdlets.authentication_policy import name_of
from offline_tenant.exchange.configuration import POLICIES
from offline_tenant.exchange.invocation import Body, Invocation, Outcome, Record, changed, one
from offline_tenant.exchange.mailboxes import find_mailbox
from offline_tenant.exchange.names import distinguished_name, organization
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant

MAILBOXES: Final = "mailboxes"
POLICY: Final = "AuthenticationPolicy"
VALID_FROM: Final = "STSRefreshTokensValidFrom"


def get(call: Invocation) -> Outcome:
    """Get-User: one, or all of them."""
    if identity := call.get("Identity"):
        try:
            return one(_record(call.tenant, _find(call.tenant, identity)))
        except errors.NotFoundError:
            if call.settings["unknown_identity"] != "everything":
                raise
    mailboxes = call.tenant.documents(MAILBOXES)
    return Outcome(lambda offset, limit: _records(call.tenant, mailboxes.all(offset=offset, limit=limit)))


def set_(call: Invocation) -> Outcome:
    """Set-User: the policy (null takes it away), and from when on sign-ins count."""
    user = _find(call.tenant, call["Identity"])
    wanted = dict(user)
    if POLICY in call.parameters:
        policy = call.get(POLICY)
        wanted[POLICY] = configuration.find(call.tenant, POLICIES, policy)["Guid"] if policy else None
    if call.get(VALID_FROM):
        wanted[VALID_FROM] = call[VALID_FROM]
    something = any(wanted.get(name) != user.get(name) for name in (POLICY, VALID_FROM))
    if something:
        call.tenant.documents(MAILBOXES).replace(user["Guid"], wanted)
    return changed(user["Name"], something=something)


def _find(tenant: Tenant, identity: str) -> Document:
    try:
        return find_mailbox(tenant, identity)
    except errors.NotFoundError as error:
        accounts = tenant.documents("users")
        if accounts.find("userPrincipalName", identity) or accounts.get(identity):
            raise errors.not_emulated(f"users without a mailbox, such as {identity}") from error
        raise


def _records(tenant: Tenant, users: Sequence[Document]) -> list[Record]:
    return [_record(tenant, user) for user in users]


def _record(tenant: Tenant, user: Document) -> Record:
    created = datetime.fromisoformat(user["WhenCreated"])
    valid_from = user.get(VALID_FROM)
    return {
        "Name": user["Name"],
        "DisplayName": user["DisplayName"],
        "UserPrincipalName": user["UserPrincipalName"],
        "WindowsEmailAddress": user["PrimarySmtpAddress"],
        "ExternalDirectoryObjectId": user["ExternalDirectoryObjectId"],
        "Sid": user["Sid"],
        "RecipientType": "UserMailbox",
        "RecipientTypeDetails": user["RecipientTypeDetails"],
        POLICY: name_of(tenant, user.get(POLICY)),
        VALID_FROM: datetime.fromisoformat(valid_from) if valid_from else None,
        "DistinguishedName": distinguished_name(tenant, user["Name"]),
        "Identity": user["Name"],
        "Id": user["Name"],
        "Guid": UUID(user["Guid"]),
        "OrganizationId": organization(tenant),
        "WhenCreated": created,
        "WhenCreatedUTC": created,
        "IsValid": True,
        "ObjectState": "Unchanged",
    }


BODIES: Final[Mapping[str, Body]] = {
    "Get-User": Body(get),
    "Set-User": Body(
        set_, lambda call: f'Changing the user "{_find(call.tenant, call["Identity"])["Name"]}".'
    ),
}
