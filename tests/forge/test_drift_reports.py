"""What ``mailgrant drift`` writes is what ``mailgrant issue`` reads: something differs, nothing does, or nobody could look."""

import pytest

from mailgrant.report.formats.markdown import LIMITS, markdown
from mailgrant.report.preview import Occasion, PreviewError
from mailgrant.report.report import Failure, report
from tests.forge.conftest import Job
from tests.forge.issue_stand_ins import BoardsStandIn, IssuesStandIn
from tests.report.readings import BY_HAND, drifted

STACK = "mailgrant/offline"


def drift(name: str, form: str = "markdown") -> str:
    """On what somebody did by hand, as it was recorded."""
    return markdown(drifted(name), LIMITS[form])


@pytest.mark.parametrize("name", BY_HAND)
def test_a_report_opens_an_issue_if_a_right_differs(issues: IssuesStandIn, at_night: Job, name: str) -> None:
    text = drift(name)
    told = at_night.issue(text, "--json").told
    if name == "as-it-was":
        assert (told["outcome"], issues.found) == ("nothing", {})
        return
    assert (told["outcome"], told["stack"]) == ("opened", STACK)
    assert issues.found[1]["body"].endswith(text.partition("\n")[2])
    assert at_night.issue(text, "--json").told["outcome"] == "unchanged"


def test_in_azure_devops_too(boards: BoardsStandIn, night_on_azure: Job) -> None:
    text = drift("widened", "azure-comment")
    assert night_on_azure.issue(text, "--json").told["outcome"] == "opened"
    assert text.partition("\n")[2] in boards.fields("Description")[0]
    assert night_on_azure.issue(drift("as-it-was"), "--json").told["outcome"] == "closed"


def test_a_look_that_failed_keeps_it_open(issues: IssuesStandIn, at_night: Job) -> None:
    at_night.issue(drift("taken-away"))
    failure = Failure(STACK, PreviewError("no connection\n```\n# out", "Try again.", 255), Occasion.DRIFT)
    failed = markdown(report([], failures=[failure]), LIMITS["markdown"])
    assert at_night.issue(failed, "--json").told["outcome"] == "edited"
    assert issues.states == ["open"]
    assert "The tenant could not be looked at" in issues.found[1]["body"]
