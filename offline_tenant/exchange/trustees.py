"""Whom -User means: a service principal, the owner of a mailbox, SELF, or a Sid that is left of somebody."""

from dataclasses import dataclass

from offline_tenant.exchange import errors
from offline_tenant.exchange.cmdlets import service_principal
from offline_tenant.exchange.mailboxes import matching_mailboxes
from offline_tenant.exchange.names import SELF, SELF_SID
from offline_tenant.state.tenant import Tenant


@dataclass(frozen=True)
class Trustee:
    """Somebody who can stand in an access control entry.

    Args:
        sid: what the entry really holds.
        name: what is shown for it; the Sid itself where nobody has it any more.
        resolved: whether somebody has the Sid.
    """

    sid: str
    name: str
    resolved: bool = True


def find(tenant: Tenant, text: str) -> Trustee:
    """The one trustee that a text means.

    Raises:
        CmdletError: it means nobody, or several.
    """
    if text.casefold() in {SELF.casefold(), SELF_SID.casefold(), "self"}:
        return Trustee(SELF_SID, SELF)
    found = {
        *(
            Trustee(principal["Sid"], principal["ObjectId"])
            for principal in service_principal.matching(tenant, text)
        ),
        *(
            Trustee(mailbox["Sid"], mailbox["UserPrincipalName"])
            for mailbox in matching_mailboxes(tenant, text)
        ),
    }
    if len(found) > 1:
        raise errors.ambiguous(text)
    return found.pop() if found else _left_over(tenant, text)


def of_sid(tenant: Tenant, sid: str) -> Trustee:
    """Who has a Sid now."""
    if sid == SELF_SID:
        return Trustee(SELF_SID, SELF)
    for principal in tenant.documents(service_principal.KIND).find("Sid", sid):
        return Trustee(sid, principal["ObjectId"])
    for mailbox in tenant.documents("mailboxes").find("Sid", sid):
        return Trustee(sid, mailbox["UserPrincipalName"])
    return Trustee(sid, sid, resolved=False)


def _left_over(tenant: Tenant, text: str) -> Trustee:
    if not tenant.documents("mailboxPermissions").find("trustee", text):
        raise errors.not_found(text)
    return Trustee(text.upper(), text.upper(), resolved=False)
