"""Distribution groups, mail-enabled security groups, and their members.

https://learn.microsoft.com/powershell/module/exchangepowershell/get-distributiongroup
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from offline_tenant.exchange import errors, groups, listing, recipients
from offline_tenant.exchange.invocation import Body, Invocation, Outcome, Record, listed, one
from offline_tenant.exchange.names import distinguished_name, organization
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant

TYPES: Final = {"Distribution": groups.DISTRIBUTION, "Security": groups.SECURITY}
LONGEST: Final = 64  # characters of a name


def get(call: Invocation) -> Outcome:
    """Get-DistributionGroup: one, all, or those that a filter selects."""
    return Outcome(listing.rows(call, groups.KIND, _record))


def new(call: Invocation) -> Outcome:
    """New-DistributionGroup: the address follows from the alias, the alias from the name, unless given."""
    name = call["Name"]
    if len(name) > LONGEST:
        raise errors.invalid_name("Name", name, LONGEST)
    alias = call.get("Alias") or "".join(letter for letter in name if letter.isalnum() or letter in "-_.")
    address = call.get("PrimarySmtpAddress") or f"{alias}@{call.tenant.registration()['domains'][-1]}"
    sids = tuple(_member(call.tenant, member)["Sid"] for member in call.get("Members", ()))
    group = groups.add_group(
        call.tenant,
        address,
        call.get("DisplayName", name),
        TYPES[call.get("Type", "Distribution")],
        tuple(dict.fromkeys(sids)),
        name,
    )
    return one(_record(call.tenant, group))


def remove(call: Invocation) -> Outcome:
    """Remove-DistributionGroup. What it was granted stays behind, under a Sid that nobody has any more."""
    groups.remove_group(call.tenant, _find(call))
    return Outcome()


def members(call: Invocation) -> Outcome:
    """Get-DistributionGroupMember: the direct members, mailboxes and groups."""
    return Outcome(
        listed([_reduced(call.tenant, member) for member in groups.members(call.tenant, _find(call))])
    )


def add_member(call: Invocation) -> Outcome:
    """Add-DistributionGroupMember."""
    group, member = _find(call), _member(call.tenant, call.get("Member", ""))
    if member["Sid"] in group["Members"]:
        raise errors.already_member(member["Name"], group["Name"])
    groups.add_member(call.tenant, group, member["Sid"])
    return Outcome()


def remove_member(call: Invocation) -> Outcome:
    """Remove-DistributionGroupMember."""
    group, member = _find(call), _member(call.tenant, call.get("Member", ""))
    if member["Sid"] not in group["Members"]:
        raise errors.not_member(member["Name"], group["Name"])
    groups.remove_member(call.tenant, group, member["Sid"])
    return Outcome()


def creation_prompt(call: Invocation) -> str:
    """What New-DistributionGroup asks with -Confirm."""
    return f'Creating distribution group "{call["Name"]}".'


def removal_prompt(call: Invocation) -> str:
    """What Remove-DistributionGroup asks."""
    return f'Removing distribution group Identity:"{_find(call)["Name"]}".'


def addition_prompt(call: Invocation) -> str:
    """What Add-DistributionGroupMember asks with -Confirm."""
    member = _member(call.tenant, call.get("Member", ""))
    return (
        f'Adding distribution group member "{member["Name"]}" on distribution group "{_find(call)["Name"]}".'
    )


def member_removal_prompt(call: Invocation) -> str:
    """What Remove-DistributionGroupMember asks."""
    member = _member(call.tenant, call.get("Member", ""))
    return f'Removing distribution group member "{member["Name"]}" on distribution group "{_find(call)["Name"]}".'


def _find(call: Invocation) -> Document:
    return recipients.find(call.tenant, (groups.KIND,), call["Identity"])


def _member(tenant: Tenant, identity: str) -> Document:
    return recipients.find(tenant, recipients.KINDS, identity)


def _record(tenant: Tenant, group: Document) -> Record:
    created = datetime.fromisoformat(group["WhenCreated"])
    security = group["RecipientTypeDetails"] == groups.SECURITY
    return {
        **_reduced(tenant, group),
        "EmailAddresses": list(group["EmailAddresses"]),
        "GroupType": "Universal, SecurityEnabled" if security else "Universal",
        "SamAccountName": group["Name"][:20],
        "IsDirSynced": False,
        "ManagedBy": [],
        "MemberJoinRestriction": "Closed" if security else "Open",
        "MemberDepartRestriction": "Closed" if security else "Open",
        "RequireSenderAuthenticationEnabled": True,
        "HiddenFromAddressListsEnabled": False,
        "ExchangeVersion": "0.10 (14.0.100.0)",
        "OrganizationId": organization(tenant),
        "WhenChanged": created,
        "WhenCreated": created,
        "WhenChangedUTC": created,
        "WhenCreatedUTC": created,
        "IsValid": True,
        "ObjectState": "Unchanged",
    }


def _reduced(tenant: Tenant, recipient: Document) -> Record:
    details = recipient["RecipientTypeDetails"]
    return {
        "Name": recipient["Name"],
        "Alias": recipient["Alias"],
        "DisplayName": recipient["DisplayName"],
        "PrimarySmtpAddress": recipient["PrimarySmtpAddress"],
        "ExternalDirectoryObjectId": recipient["ExternalDirectoryObjectId"],
        "RecipientType": details if details in TYPES.values() else "UserMailbox",
        "RecipientTypeDetails": details,
        "DistinguishedName": distinguished_name(tenant, recipient["Name"]),
        "Identity": recipient["Name"],
        "Id": recipient["Name"],
        "Guid": UUID(recipient["Guid"]),
    }


BODIES: Final[Mapping[str, Body]] = {
    "Get-DistributionGroup": Body(get),
    "New-DistributionGroup": Body(new, creation_prompt),
    "Remove-DistributionGroup": Body(remove, removal_prompt),
    "Get-DistributionGroupMember": Body(members),
    "Add-DistributionGroupMember": Body(add_member, addition_prompt),
    "Remove-DistributionGroupMember": Body(remove_member, member_removal_prompt),
}
