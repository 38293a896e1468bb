"""Whom -User and -Trustee mean: a service principal, the owner of a mailbox, a security group, SELF, a lost Sid.

A distribution group is no security principal: it is not found.
"""

from dataclasses import dataclass

from offline_tenant.exchange import errors, recipients
from offline_tenant.exchange.access import KINDS
from offline_tenant.exchange.cmdlets import service_principal
from offline_tenant.exchange.groups import DISTRIBUTION
from offline_tenant.exchange.names import SELF, SELF_SID
from offline_tenant.state.store import Document
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
            Trustee(recipient["Sid"], _name(recipient))
            for recipient in recipients.matching(tenant, recipients.KINDS, text)
            if recipient["RecipientTypeDetails"] != DISTRIBUTION
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
    if recipient := recipients.by_sid(tenant, sid):
        return Trustee(sid, _name(recipient))
    return Trustee(sid, sid, resolved=False)


def _name(recipient: Document) -> str:
    """A person's principal name, a group's name."""
    return str(recipient.get("UserPrincipalName") or recipient["Name"])


def _left_over(tenant: Tenant, text: str) -> Trustee:
    if not any(tenant.documents(kind).find("trustee", text) for kind in KINDS.values()):
        raise errors.not_found(text)
    return Trustee(text.upper(), text.upper(), resolved=False)
