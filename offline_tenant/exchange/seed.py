"""The Exchange side of a new tenant: the mailboxes of the company's people, and its groups.

SMTP AUTH is off for the organization, as Microsoft has it for every new one (``organization.DEFAULTS``).
"""

from offline_tenant import company
from offline_tenant.company import Group, Person
from offline_tenant.exchange.access import entry_id, mailbox_of
from offline_tenant.exchange.groups import DISTRIBUTION, SECURITY, add_group
from offline_tenant.exchange.mailboxes import add_mailbox
from offline_tenant.exchange.names import sid_of
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant

__all__ = ["add_mailbox", "seed"]


def seed(tenant: Tenant) -> None:
    """Make the mailboxes and groups of the tenant's company; the Entra users are there already."""
    domains = tenant.registration()["domains"]
    with tenant.store.transaction():
        for person in company.of(domains):
            if person.licensed:
                _mailbox(tenant, person)
        for group in company.groups_of(domains):
            _group(tenant, group)


def _mailbox(tenant: Tenant, person: Person) -> None:
    mailbox = add_mailbox(tenant, person.address, person.name, person.type, person.aliases)
    if person.smtp_disabled is not None:
        mailbox["SmtpClientAuthenticationDisabled"] = person.smtp_disabled
    if person.on_hold:
        mailbox["LitigationHoldEnabled"] = True
    tenant.documents("mailboxes").replace(mailbox["Guid"], mailbox)
    for _ in range(person.left_over):
        _left_over(tenant, mailbox)


def _left_over(tenant: Tenant, mailbox: Document) -> None:
    sid = sid_of(tenant.ids.uuid())
    entry = {"mailbox": mailbox["Guid"], "trustee": sid, "Deny": False, "InheritanceType": "All"}
    entry["AccessRights"] = ["FullAccess"]
    tenant.documents("mailboxPermissions").insert(entry_id(mailbox, sid, deny=False), entry)


def _group(tenant: Tenant, group: Group) -> None:
    found = [mailbox_of(tenant, member) for member in group.members]
    sids = tuple(mailbox["Sid"] for mailbox in found if mailbox)
    add_group(tenant, group.address, group.name, SECURITY if group.security else DISTRIBUTION, sids)
