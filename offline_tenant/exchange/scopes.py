"""Which mailboxes a role assignment reaches, and which recipients an administrator may change."""

from offline_tenant.exchange import recipient_filter
from offline_tenant.exchange.configuration import SCOPES
from offline_tenant.exchange.groups import KIND as GROUPS
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant


def covers(tenant: Tenant, assignment: Document, mailbox: Document) -> bool:
    """Whether a mailbox lies within the scope of an assignment; one without a scope reaches all of them.

    Of a group only the direct members count.

    Args:
        tenant: where both live.
        assignment: of ``managementRoleAssignments``.
        mailbox: as Exchange keeps it.
    """
    if group_id := assignment.get("RecipientGroupScope"):
        group = tenant.documents(GROUPS).get(group_id)
        return group is not None and mailbox["Sid"] in group["Members"]
    if scope_id := assignment["CustomResourceScope"]:
        scope = tenant.documents(SCOPES).get(scope_id)
        return scope is not None and fits(tenant, scope["RecipientFilter"], mailbox)
    return True


def fits(tenant: Tenant, text: str, recipient: Document) -> bool:
    """Whether a recipient fits a filter that was found to be one before."""
    return recipient_filter.matches(tenant, recipient_filter.parse(text), recipient)
