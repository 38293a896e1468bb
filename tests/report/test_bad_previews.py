"""What is no whole preview is refused, with what it is and what to do; nothing of it is ever passed."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from mailgrant.report.digest import parse
from mailgrant.report.preview import PreviewError
from tests.report.readings import PREVIEWS

ADDED = (PREVIEWS / "mailbox-added.json").read_text()
Edit = Callable[[dict[str, Any]], Any]


def edited(edit: Edit) -> str:
    preview = json.loads(ADDED)
    edit(preview)
    return json.dumps(preview)


def drop_step(preview: dict[str, Any]) -> None:
    preview["steps"] = [step for step in preview["steps"] if "MailboxAccess" not in step["urn"]]


REFUSED: dict[str, tuple[str, str, int]] = {
    "empty": ("", "is empty", 2),
    "only spaces": (" \n", "is empty", 2),
    "cut off": (ADDED[: len(ADDED) // 2], "was cut off (line", 2),
    "with Pulumi's other words before it": (f"Previewing update (dev)\n{ADDED}", "is no JSON", 2),
    "a list": ("[]", "is no preview of Pulumi", 2),
    "another JSON": ('{"steps": 5}', "steps: Input should be a valid list", 2),
    "nested without end": ("[" * 100_000, "nested too deeply", 2),
    "without steps": (edited(lambda one: one.update(steps=[])), "has no steps", 2),
    "without a summary": (edited(lambda one: one.pop("changeSummary")), "did not come to its end", 2),
    "with a step taken out": (edited(drop_step), "counts 3 to update and tells of 2: steps are missing", 2),
    "without what stays the same": (
        edited(lambda one: one["changeSummary"].update(same=5)),
        "counts 5 to same and tells of 1: steps are missing",
        2,
    ),
    "of a newer engine": (
        edited(lambda one: one["steps"][1].update(op="transmogrify")),
        "does not know: transmogrify",
        2,
    ),
    "of nothing": (
        edited(lambda one: one["steps"].append({"op": "create", "urn": one["steps"][0]["urn"]})),
        "what",
        2,
    ),
    "of two stacks": (
        edited(
            lambda one: one["steps"][1].update(urn=one["steps"][1]["urn"].replace(":offline::", ":prod::"))
        ),
        "is of several stacks: mailgrant/offline and mailgrant/prod",
        2,
    ),
    "with a name that is none": (edited(lambda one: one["steps"][1].update(urn="mailbox")), "in a way", 2),
    "failed": ((PREVIEWS / "failed.json").read_text(), "tells of a failure, and not of everything", 1),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_whole_preview_is_refused(case: str) -> None:
    written, problem, exit_code = REFUSED[case]

    with pytest.raises(PreviewError) as refused:
        parse(written, "preview.json")

    assert "preview.json" in refused.value.message
    assert problem in refused.value.message
    assert refused.value.exit_code == exit_code


def test_a_failed_preview_says_why_it_failed() -> None:
    with pytest.raises(PreviewError, match="mailgrant:organization: not a domain"):
        parse((PREVIEWS / "failed.json").read_text(), "preview.json")


@pytest.mark.parametrize("where", range(0, len(ADDED) - 2, 97))
def test_no_begin_of_a_preview_is_taken_for_the_whole(where: int) -> None:
    with pytest.raises(PreviewError):
        parse(ADDED[:where], "preview.json")
