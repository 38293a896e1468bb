"""A stack that is pointed to another tenant says so, though no resource of its preview does."""

import json

import pytest

from mailgrant.report.digest import parse
from mailgrant.report.report import StackReport, report
from tests.report.readings import PREVIEWS, recorded

HERE, THERE = "0ff11ce0-7e4a-4b1d-9c3e-c0a750000001", "0ff11ce0-7e4a-4b1d-9c3e-c0a750000002"


def shown(wanted: str | None) -> StackReport:
    """A preview without any change, of a stack that was brought up in HERE."""
    preview = json.loads((PREVIEWS / "nothing.json").read_text())
    preview["config"] = {"azuread:tenantId": wanted} if wanted else {}
    for step in preview["steps"]:
        if step["urn"].endswith("Stack::mailgrant-offline"):
            for client in step["oldState"]["outputs"]["clients"].values():
                client["tenant_id"] = HERE
    return report([parse(json.dumps(preview), "nothing")]).stacks[0]


def test_another_tenant_is_one_broadening_row_and_another_hash() -> None:
    stack = shown(THERE)

    [change] = stack.changes
    assert (change.right, change.object, change.before, change.after) == (
        "works in the tenant",
        THERE,
        HERE,
        THERE,
    )
    assert (stack.verdict, change.reach) == ("broadening", "tenant")
    assert stack.hash != shown(HERE).hash


@pytest.mark.parametrize("wanted", [HERE, HERE.upper(), "contoso.onmicrosoft.com", None])
def test_the_same_tenant_is_no_change(wanted: str | None) -> None:
    assert shown(wanted).changes == ()


def test_a_stack_that_never_was_has_no_other_tenant() -> None:
    preview = json.loads((PREVIEWS / "new-stack.json").read_text()) | {"config": {"azuread:tenantId": THERE}}

    assert report([parse(json.dumps(preview), "new")]).stacks == recorded("new-stack").stacks
