"""Which mailboxes a management role assignment reaches."""

import re
from typing import Final

from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant

SCOPES: Final = "managementScopes"
# Until recipient_filter has the whole language.
EQUALS: Final = re.compile(r"\(*\s*(\w+)\s+-eq\s+'((?:[^']|'')*)'\s*\)*", re.IGNORECASE)


def covers(tenant: Tenant, assignment: Document, mailbox: Document) -> bool:
    """Whether a mailbox lies within the scope of an assignment; one without a scope reaches all of them.

    Args:
        tenant: where both live.
        assignment: of ``managementRoleAssignments``; ``CustomResourceScope`` is the Guid of a scope.
        mailbox: as Exchange keeps it.
    """
    if not (scope_id := assignment["CustomResourceScope"]):
        return True
    scope = tenant.documents(SCOPES).get(scope_id)
    return scope is not None and _matches(scope["RecipientFilter"], mailbox)


def _matches(text: str, mailbox: Document) -> bool:
    if not (found := EQUALS.fullmatch(text.strip())):
        return False
    name, value = found[1].casefold(), found[2].replace("''", "'").casefold()
    return any(key.casefold() == name and str(known).casefold() == value for key, known in mailbox.items())
