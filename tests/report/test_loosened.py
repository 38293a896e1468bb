"""Guardrails and waivers that a change loosens stand in its report, though no step of Pulumi's tells of them."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from mailgrant.configuration.check import Checked, check
from mailgrant.guardrails.in_force import put_out, read
from mailgrant.report.declared import declared
from mailgrant.report.digest import parse
from mailgrant.report.formats import document
from mailgrant.report.formats.markdown import LIMITS, markdown
from mailgrant.report.report import Report, report
from mailgrant.schema.guardrails import RULES
from tests.report.readings import NOW, PREVIEWS

WAIVER = {
    "rule": "secrets",
    "place": "clients.poller.credentials.vm",
    "owner": "adele@contoso.com",
    "until": "2027-01-31",
    "reason": "the vendor's box",
}
STRICT = {
    "secrets": "error",
    "secret_lifetime": {"severity": "error", "at_most": "60d"},
    "mailboxes_per_client": {"severity": "warning", "at_most": 20},
    "forbidden_mailboxes": {"addresses": ["ceo@contoso.com", "cfo@contoso.com"]},
}


def checked(folder: Path, guardrails: dict[str, Any], *waivers: dict[str, str], **keys: Any) -> Checked:
    values = {
        "organization": "contoso.onmicrosoft.com",
        "mailboxes": {"boardroom@contoso.com": {"pop": False}},
        "guardrails": guardrails,
        "waivers": [*waivers],
    }
    config = {f"mailgrant:{key}": value for key, value in (values | keys).items()}
    (folder / "Pulumi.yaml").write_text("name: mailgrant\nruntime: python\n")
    (folder / "Pulumi.offline.yaml").write_text(yaml.safe_dump({"config": config}))
    [one] = check(["offline"], folder, NOW)
    assert one.faults == ()
    return one


def shown(before: Checked | None, after: Checked) -> Report:
    """The report on a preview without a change of rights, of a stack that ``before`` brought up."""
    preview = json.loads((PREVIEWS / "nothing.json").read_text())
    if before and before.plan:
        [state] = [one["oldState"] for one in preview["steps"] if one["oldState"]["type"].endswith(":Stack")]
        state["outputs"] |= {"guardrails": put_out(before.plan), "organization": before.plan.organization}
    made = parse(json.dumps(preview), "nothing")
    return report([made], {made.place: declared(after, made)})


def told(before: Checked | None, after: Checked) -> list[tuple[str, ...]]:
    [stack] = document.document(shown(before, after))["stacks"]
    return [tuple(one.values()) for one in stack["loosened"]]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(("before", "after"), [("error", "warning"), ("warning", "off"), ("error", "off")])
def test_a_rule_that_counts_less(rule: str, before: str, after: str, tmp_path: Path) -> None:
    strict, loose = (checked(tmp_path, {rule: word}) for word in (before, after))

    assert told(strict, loose) == [(rule, "", before, after)]
    assert told(loose, strict) == []


@pytest.mark.parametrize(
    ("rule", "limit", "expected"),
    [
        (
            "secret_lifetime",
            {"severity": "error", "at_most": "180d"},
            ("secret_lifetime", "at_most", "60d", "180d"),
        ),
        (
            "mailboxes_per_client",
            {"at_most": 1000},
            ("mailboxes_per_client", "at_most", "20", "1,000"),
        ),
        (
            "forbidden_mailboxes",
            {"addresses": ["CFO@contoso.com"]},
            ("forbidden_mailboxes", "addresses", "ceo@contoso.com", "allowed"),
        ),
    ],
)
def test_a_limit_that_lets_more_pass(
    rule: str, limit: Any, expected: tuple[str, ...], tmp_path: Path
) -> None:
    strict, loose = checked(tmp_path, STRICT), checked(tmp_path, {**STRICT, rule: limit})

    assert told(strict, loose) == [expected]
    assert told(loose, strict) == []


def test_the_limit_of_a_rule_that_is_off_is_no_news(tmp_path: Path) -> None:
    off = {"severity": "off", "at_most": "360d"}
    strict, loose = checked(tmp_path, STRICT), checked(tmp_path, {**STRICT, "secret_lifetime": off})

    assert told(strict, loose) == [("secret_lifetime", "", "error", "off")]
    # One that begins to count is stricter, whatever its limit.
    assert told(loose, checked(tmp_path, {**STRICT, "secret_lifetime": {"at_most": "720d"}})) == []
    assert told(None, checked(tmp_path, {"mailboxes_per_client": {"at_most": 200}})) == []


def test_a_waiver_that_is_new_or_lasts_longer(tmp_path: Path) -> None:
    later, sooner = {**WAIVER, "until": "2027-06-30"}, {**WAIVER, "until": "2026-12-31"}
    none, held = checked(tmp_path, STRICT), checked(tmp_path, STRICT, WAIVER)
    longer, shorter = checked(tmp_path, STRICT, later), checked(tmp_path, STRICT, sooner)

    waived = "waived by adele@contoso.com until {}: the vendor's box"
    place = ("secrets", "clients.poller.credentials.vm")
    assert told(none, held) == [(*place, "error", waived.format("2027-01-31"))]
    assert told(held, longer) == [(*place, "waived until 2027-01-31", waived.format("2027-06-30"))]
    assert told(held, shorter) == told(held, held) == told(held, none) == []
    # A rule that is new, with a waiver for what is there already, lets pass what always passed.
    assert told(checked(tmp_path, {}), checked(tmp_path, {"secrets": "error"}, WAIVER)) == []


def test_where_no_update_has_told_its_guardrails_mailgrants_own_are_what_counts(tmp_path: Path) -> None:
    found = shown(None, checked(tmp_path, {"forbidden_mailboxes": "off", "secrets": "error"}))

    assert (
        "**Guardrails are looser than where a stack says nothing**\n\n- `forbidden_mailboxes`: `error` → `off`\n"
        in (markdown(found, LIMITS["markdown"]))
    )


def test_what_an_update_put_out_in_another_shape_is_not_taken_for_no_guardrails() -> None:
    assert read({"severities": {"secrets": "sometimes"}}) is read(None) is read([]) is None


def test_loosened_guardrails_change_neither_verdict_nor_hash_and_stand_above_everything(
    tmp_path: Path,
) -> None:
    strict, loose = checked(tmp_path, STRICT), checked(tmp_path, {})
    same, found = shown(strict, strict), shown(strict, loose)

    assert (found.verdict, found.hash) == (same.verdict, same.hash)
    written = markdown(found, LIMITS["markdown"])
    assert (
        "**Guardrails are loosened**\n\n- `forbidden_mailboxes`, `addresses`: `ceo@contoso.com` → `allowed`\n"
        in written
    )
    assert "loosened" not in markdown(same, LIMITS["markdown"])


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (STRICT, STRICT, "idle"),
        ({}, STRICT, "put out"),  # nothing is loosened, and what comes next is held against it
        (STRICT, {}, "put out"),
        (None, STRICT, "idle"),  # whoever has a program of their own may put out none, ever
    ],
)
def test_an_update_that_only_puts_out_guardrails_is_not_idle(
    before: dict[str, Any] | None, after: dict[str, Any], expected: str, tmp_path: Path
) -> None:
    held = None if before is None else checked(tmp_path, before)
    found = shown(held, checked(tmp_path, after))

    [stack] = document.document(found)["stacks"]
    assert (stack["steps"], stack["idle"]) == (0, expected == "idle")
    written = markdown(found, LIMITS["markdown"])
    assert ("**Guardrails change, and none is loosened**" in written) == (before == {})


HOSTILE = "x` | @everyone <b> --> **now**"


def test_what_a_waiver_says_stays_in_its_place(tmp_path: Path) -> None:
    none = checked(tmp_path, STRICT)
    harmless, hostile = (
        markdown(shown(none, checked(tmp_path, STRICT, {**WAIVER, "reason": reason})), LIMITS["markdown"])
        for reason in ("harmless", HOSTILE)
    )

    assert len(hostile.splitlines()) == len(harmless.splitlines())
    [line] = [line for line in hostile.splitlines() if "everyone" in line]
    assert line.startswith("- `secrets`, `clients.poller.credentials.vm`: `error` → <code>waived by ")
    assert not set("`@|*<>") & set(line.partition("<code>")[2].removesuffix("</code>"))


def test_another_organization_of_exchange_is_a_change_for_the_whole_tenant(tmp_path: Path) -> None:
    here = checked(tmp_path, STRICT)
    there = checked(tmp_path, STRICT, organization="fabrikam.onmicrosoft.com")

    [change] = shown(here, there).changes
    assert (change.right, change.before, change.after, change.effect) == (
        "works in the Exchange organization",
        "contoso.onmicrosoft.com",
        "fabrikam.onmicrosoft.com",
        "broadening",
    )
    assert shown(here, here).changes == shown(None, there).changes == ()
