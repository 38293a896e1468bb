"""A stack that could not be looked at: it is said where its report would stand, and hides no other stack."""

import json

import pytest
from markdown_it import MarkdownIt

from mailgrant.report.formats import document, text
from mailgrant.report.formats.markdown import LIMITS, markdown
from mailgrant.report.preview import Occasion, PreviewError
from mailgrant.report.report import Failure, Report
from tests.report.readings import recorded
from tests.report.test_injection import HOSTILE

REASON = PreviewError("pulumi preview of prod tells of a failure", "Mend that, and run it again.", 1)
FAILED = Failure("mailgrant/prod", REASON)
WHOLE = recorded("mailbox-added").stacks


def test_the_other_stacks_are_shown_all_the_same() -> None:
    found = Report(WHOLE, (FAILED,))

    comment, told = markdown(found, LIMITS["markdown"]), text.plain(found, 160)

    assert "## mailgrant: failed in 2 stacks\n\n1 broadening, 1 failed.\n" in comment
    assert all("support@contoso.com" in shown for shown in (comment, told))
    assert all("pulumi preview of prod tells of a failure" in shown for shown in (comment, told))
    assert all("nothing is approved" in shown for shown in (comment, told))
    told_json = document.document(found)
    assert (told_json["verdict"], told_json["hash"]) == ("failed", None)
    assert [one["stack"] for one in told_json["failures"]] == ["mailgrant/prod"]
    with pytest.raises(PreviewError) as refused:
        found.refuse_failed()
    assert refused.value.exit_code == 1


def test_every_failure_is_told() -> None:
    other = Failure("mailgrant/dev", PreviewError("no token", exit_code=3))

    with pytest.raises(PreviewError) as refused:
        Report((), (FAILED, other)).refuse_failed()

    assert refused.value.exit_code == 1
    assert "mailgrant/prod: pulumi preview of prod" in str(refused.value)
    assert "mailgrant/dev: no token" in str(refused.value)


@pytest.mark.parametrize("occasion", Occasion)
@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_pulumi_said_stands_in_its_own_block(hostile: str, occasion: Occasion) -> None:
    failure = Failure(f"mailgrant/{hostile}", PreviewError(f"{hostile}\n{hostile}", hostile, 1), occasion)

    shown = markdown(Report((), (failure,)), LIMITS["markdown"])

    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(shown)
    kinds = [token.type for token in tokens if token.nesting >= 0]
    assert kinds == ["html_block", "heading_open", "inline", "paragraph_open", "inline", "fence"]
    marker = json.loads(shown.partition("\n")[0].partition(" {")[2].join(["{", ""]).removesuffix(" -->"))
    assert (marker["stack"], marker["hash"], marker["complete"]) == (failure.place, None, False)


@pytest.mark.parametrize("platform", LIMITS)
@pytest.mark.parametrize("letter", ["x", "`", "\u202e", "\n"])
def test_however_much_pulumi_said_it_fits(platform: str, letter: str) -> None:
    failure = Failure("mailgrant/prod", PreviewError(letter * 2_000_000, exit_code=1))

    shown = markdown(Report(WHOLE, (failure, failure)), LIMITS[platform])

    assert len(shown.encode()) <= LIMITS[platform]
    assert "(cut: the pipeline's log shows it all)" in shown
