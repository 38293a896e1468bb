"""Who may open a mailbox and send as it: own entries, those of groups, nested ones, and refusals."""

import pytest

from offline_tenant.exchange.access import entry_id, has_full_access, has_send_as, mailbox_of
from offline_tenant.exchange.groups import DISTRIBUTION, SECURITY, add_group
from offline_tenant.exchange.seed import seed
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant

RIGHTS = {
    "FullAccess": ("mailboxPermissions", "mailbox", has_full_access),
    "SendAs": ("recipientPermissions", "recipient", has_send_as),
}


@pytest.fixture
def company(tenant: Tenant) -> Tenant:
    seed(tenant)
    return tenant


def mailbox(tenant: Tenant, name: str) -> Document:
    found = mailbox_of(tenant, f"{name}@contoso.com")
    assert found
    return found


def grant(tenant: Tenant, right: str, to: Document, sid: str, *, deny: bool = False) -> None:
    kind, key, _ = RIGHTS[right]
    entry = {key: to["Guid"], "trustee": sid, "Deny": deny, "InheritanceType": "All", "AccessRights": [right]}
    tenant.documents(kind).put(entry_id(to, sid, deny=deny), entry)


def may(tenant: Tenant, right: str, name: str = "adele") -> bool:
    return RIGHTS[right][2](tenant, mailbox(tenant, "billing"), mailbox(tenant, name))


@pytest.mark.parametrize("right", RIGHTS)
def test_a_person_may_do_everything_with_the_own_mailbox_until_self_loses_it(
    company: Tenant, right: str
) -> None:
    own = mailbox(company, "adele")
    kind, _, has = RIGHTS[right]
    assert has(company, own, own)
    assert not may(company, right)
    company.documents(kind).delete(entry_id(own, "S-1-5-10", deny=False))
    assert not has(company, own, own)


@pytest.mark.parametrize("right", RIGHTS)
def test_one_right_is_not_the_other(company: Tenant, right: str) -> None:
    grant(company, right, mailbox(company, "billing"), mailbox(company, "adele")["Sid"])
    assert {other: may(company, other) for other in RIGHTS} == {other: other == right for other in RIGHTS}


@pytest.mark.parametrize("right", RIGHTS)
@pytest.mark.parametrize(
    ("outer", "inner"), [(SECURITY, SECURITY), (SECURITY, DISTRIBUTION), (DISTRIBUTION, SECURITY)]
)
def test_members_of_a_security_group_have_what_it_has_nested_ones_too(
    company: Tenant, right: str, outer: str, inner: str
) -> None:
    nested = add_group(company, "inner@contoso.com", "Inner", inner, (mailbox(company, "adele")["Sid"],))
    group = add_group(
        company, "outer@contoso.com", "Outer", outer, (nested["Sid"], mailbox(company, "alex")["Sid"])
    )
    grant(company, right, mailbox(company, "billing"), group["Sid"])
    assert may(company, right, "alex") is (outer == SECURITY)
    assert may(company, right, "adele") is (outer == inner == SECURITY)
    assert not may(company, right, "frontdesk")


@pytest.mark.parametrize("right", RIGHTS)
def test_a_refusal_of_a_group_beats_a_grant(company: Tenant, right: str) -> None:
    billing, adele = mailbox(company, "billing"), mailbox(company, "adele")
    group = add_group(company, "outside@contoso.com", "Outside", SECURITY, (adele["Sid"],))
    grant(company, right, billing, adele["Sid"])
    grant(company, right, billing, group["Sid"], deny=True)
    assert not may(company, right)


def test_groups_within_each_other_come_to_an_end(company: Tenant) -> None:
    group = add_group(company, "ring@contoso.com", "Ring", SECURITY, (mailbox(company, "adele")["Sid"],))
    other = add_group(company, "round@contoso.com", "Round", SECURITY, (group["Sid"],))
    company.documents("distributionGroups").replace(
        group["Guid"], group | {"Members": [*group["Members"], other["Sid"], group["Sid"]]}
    )
    grant(company, "SendAs", mailbox(company, "billing"), other["Sid"])
    assert may(company, "SendAs")
