"""What a preview decides: check and diff, without Exchange."""

from typing import Any

import pytest
from pulumi.runtime.rpc import UNKNOWN

from mailgrant.exchange.provider import MailboxAccessProvider, ServicePrincipalProvider

PRINCIPAL = {"app_id": "a", "object_id": "o", "display_name": "poller", "__provider": "x"}
ACCESS = {"app_id": "a", "principal": "o", "access": {"a@b.de": "full-access"}, "__provider": "x"}
GRANTED = {**ACCESS, "granted": {"a@b.de": "full-access"}, "failed": {}}


@pytest.mark.parametrize(
    ("news", "changes", "replaces"),
    [
        (PRINCIPAL, False, []),
        ({**PRINCIPAL, "__provider": "newer code"}, False, []),
        ({**PRINCIPAL, "display_name": "collector"}, True, []),
        ({**PRINCIPAL, "object_id": "p"}, True, ["object_id"]),
        ({**PRINCIPAL, "app_id": UNKNOWN, "object_id": UNKNOWN}, True, ["app_id", "object_id"]),
    ],
)
def test_a_service_principal_is_replaced_unless_only_its_name_changes(
    news: dict[str, Any], *, changes: bool, replaces: list[str]
) -> None:
    result = ServicePrincipalProvider().diff("o", {**PRINCIPAL, "sid": "S-1"}, news)

    assert (result.changes, result.replaces) == (changes, replaces)
    assert result.delete_before_replace is True


@pytest.mark.parametrize(
    ("olds", "news", "changes"),
    [
        (GRANTED, ACCESS, False),
        (GRANTED, {**ACCESS, "access": {"a@b.de": "full-access", "c@b.de": "full-access"}}, True),
        (GRANTED, {**ACCESS, "access": {}}, True),
        (GRANTED, {**ACCESS, "access": UNKNOWN}, True),
        ({**GRANTED, "granted": {}}, ACCESS, True),
        ({**GRANTED, "failed": {"a@b.de": "why"}}, ACCESS, True),
    ],
)
def test_access_is_compared_with_what_was_really_granted(
    olds: dict[str, Any], news: dict[str, Any], *, changes: bool
) -> None:
    assert MailboxAccessProvider().diff("o/MailboxAccess", olds, news).changes is changes


def test_access_of_another_principal_is_another_resource() -> None:
    result = MailboxAccessProvider().diff("o/MailboxAccess", GRANTED, {**ACCESS, "principal": "p"})

    assert result.replaces == ["principal"]


def test_check_names_every_bad_entry() -> None:
    bad = {"invoices": "full-access", "a@b.de": "owner", "c@d.de": "full-access"}

    result = MailboxAccessProvider().check({}, {**ACCESS, "access": bad})

    assert {failure.property: failure.reason.partition(";")[0] for failure in result.failures} == {
        'access["invoices"]': "not an SMTP address",
        'access["a@b.de"]': "'owner' is not known",
    }


@pytest.mark.parametrize("access", [UNKNOWN, {}, {"a@b.de": "full-access"}])
def test_check_accepts_what_is_not_known_yet_and_what_is_well_formed(access: Any) -> None:
    assert MailboxAccessProvider().check({}, {**ACCESS, "access": access}).failures == []
