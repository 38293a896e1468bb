"""What forges say instead of an answer, and what jobs lack: a clear error with a remedy, never a silent pass."""

import pytest

from tests.forge.conftest import Job, drift, no_drift
from tests.forge.issue_stand_ins import BoardsStandIn, IssuesStandIn
from tests.forge.stand_ins import ACTIONS, LOST, TOKEN, Reply

HTML = "<!DOCTYPE html><html><script>alert(1)</script></html>"
LIMIT = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "4102444800"}

AT_GITHUB: list[tuple[Reply, list[str]]] = [
    (Reply(301, {"message": "Moved Permanently"}, {"Location": "https://x.invalid/"}), ["GITHUB_REPOSITORY"]),
    (Reply(401, {"message": f"Bad credentials {TOKEN}\n::error::x"}), ["Bad credentials …", "github.token"]),
    (
        Reply(403, {"message": "Resource not accessible by integration"}),
        ["by integration", "permissions: issues: write"],
    ),
    (Reply(403, {"message": "API rate limit exceeded"}, LIMIT), ["left alone for", "after that"]),
    (Reply(404, {"message": "Not Found"}), ["HTTP 404", "Is there such a repository?", "issues: write"]),
    (
        Reply(410, {"message": "Issues are disabled for this repo"}),
        ["Issues are disabled", "Features → Issues"],
    ),
    (Reply(422, {"message": "Validation Failed"}), ["Validation Failed", "takes no such issue"]),
    (Reply(429, {"message": "slow"}, {"Retry-After": "7200"}), ["left alone for 7200 seconds"]),
    (Reply(500, HTML), ["HTTP 500): without a reason", "status page"]),
    (Reply(200, HTML), ["gave no JSON", "page to sign in"]),
    (LOST, ["does not answer (ConnectionError)"]),
]


@pytest.mark.parametrize("key", ["GET issues", "POST issues", "PATCH 1"])
@pytest.mark.parametrize(("reply", "said"), AT_GITHUB)
def test_github_refuses(
    issues: IssuesStandIn, at_night: Job, key: str, reply: Reply, said: list[str]
) -> None:
    if key == "PATCH 1":
        at_night.issue(drift("old"))
    issues.before = lambda asked: reply if asked.key == key else None
    done = at_night.issue(drift("new", hash="cd34"))
    if key == "PATCH 1" and reply.status == 200:
        return  # what it says is not read
    assert done.code == 2
    for part in said:
        assert part in done.error
    assert done.out.startswith("::error title=mailgrant::GitHub")
    assert len(done.out.splitlines()) == 1
    assert len(issues.found) == (1 if key == "PATCH 1" else 0)


@pytest.mark.parametrize(
    "body",
    [
        {"message": "odd"},
        [17],
        [{"number": "x", "user": {"login": ACTIONS}, "state": "open"}],
        [{"number": 1, "user": {"login": ACTIONS}}],
    ],
)
def test_github_answers_oddly(issues: IssuesStandIn, at_night: Job, body: object) -> None:
    issues.before = lambda asked: Reply(200, body) if asked.key == "GET issues" else None
    assert "not what it documents" in at_night.issue(no_drift()).error


def test_who_we_are_is_not_asked_of_a_forge_that_is_down(issues: IssuesStandIn, at_night: Job) -> None:
    issues.before = lambda asked: Reply(503, HTML) if asked.path == "/graphql" else None
    assert (at_night.issue(no_drift()).code, len(issues.asked)) == (2, 3)


@pytest.mark.parametrize(
    "body", [[], {"data": None, "errors": [{"message": "no"}]}, {"data": {"viewer": {"login": 7}}}]
)
def test_who_we_are_is_not_said(issues: IssuesStandIn, at_night: Job, body: object) -> None:
    issues.before = lambda asked: Reply(200, body) if asked.path == "/graphql" else None
    assert at_night.issue(drift()).code == 0
    assert at_night.issue(drift(), "--json").told["outcome"] == "unchanged"


def test_the_token_goes_to_no_other_host(issues: IssuesStandIn, at_night: Job) -> None:
    for _ in range(101):
        issues.say(ACTIONS, "hello")
    issues.pages_at = "http://127.0.0.2:9"
    assert "another host" in at_night.issue(drift()).error
    assert len(issues.found) == 101
    elsewhere = at_night.issue(drift(), GITHUB_GRAPHQL_URL="http://127.0.0.2:9/graphql")
    assert "another host" in elsewhere.error


AT_AZURE: list[tuple[Reply, list[str]]] = [
    (Reply(203, HTML), ["HTTP 203", "SYSTEM_ACCESSTOKEN: $(System.AccessToken)"]),
    (
        Reply(302, HTML, {"Location": "https://spsprodweu.invalid/_signin"}),
        ["HTTP 302", "SYSTEM_ACCESSTOKEN"],
    ),
    (
        Reply(400, {"message": "TF401320: Rule Error"}),
        ["TF401320", "--work-item-type", "Create tag definition"],
    ),
    (Reply(401, ""), ["HTTP 401"]),
    (Reply(403, {"message": "TF237111"}), ["TF237111", '"Edit work items in this node"', "Build Service"]),
    (Reply(404, {"message": "TF200016"}), ["TF200016", "Is there such a project", "--work-item-type"]),
    (Reply(429, {"message": "TF400733"}, {"Retry-After": "300"}), ["left alone for 300 seconds"]),
    (Reply(503, HTML), ["HTTP 503"]),
    (LOST, ["does not answer"]),
]


@pytest.mark.parametrize(
    "key", ["GET connectionData", "POST wiql", "GET workitems", "GET states", "POST $Task", "PATCH 1"]
)
@pytest.mark.parametrize(("reply", "said"), AT_AZURE)
def test_azure_devops_refuses(
    boards: BoardsStandIn, night_on_azure: Job, key: str, reply: Reply, said: list[str]
) -> None:
    if key in {"GET workitems", "GET states", "PATCH 1"}:
        night_on_azure.issue(drift("old"))
    before = len(boards.items)
    boards.before = lambda asked: reply if asked.key == key else None
    done = night_on_azure.issue(drift("new", hash="cd34"))
    assert done.code == 2
    for part in said:
        assert part in done.error
    assert done.out.startswith("##vso[task.logissue type=error]mailgrant: Azure DevOps")
    assert len(boards.items) == before


@pytest.mark.parametrize(
    ("key", "body"),
    [
        ("GET connectionData", {"authenticatedUser": None}),
        ("POST wiql", {"workItems": None}),
        ("POST wiql", []),
        ("GET workitems", {"value": [17]}),
        (
            "GET workitems",
            {"value": [{"id": 1, "rev": 1, "fields": {"System.CreatedBy": "Build Service <b@x>"}}]},
        ),
        ("GET states", {"value": [{"name": "New"}]}),
        ("POST $Task", {"id": 1}),
    ],
)
def test_azure_devops_answers_oddly(
    boards: BoardsStandIn, night_on_azure: Job, key: str, body: object
) -> None:
    if key in {"GET workitems", "GET states"}:
        night_on_azure.issue(drift("old"))
    boards.before = lambda asked: Reply(200, body) if asked.key == key else None
    assert "not what it documents" in night_on_azure.issue(drift("new", hash="cd34")).error


def test_all_that_is_missing_is_told_at_once(at_night: Job, night_on_azure: Job) -> None:
    done = at_night.issue(drift(), GITHUB_TOKEN="", GITHUB_REPOSITORY=None)
    assert done.code == 2
    assert "the environment lacks what an issue needs" in done.error
    assert "permissions: issues: write" in done.error
    assert "GITHUB_REPOSITORY: " in done.error

    unset = dict.fromkeys(("SYSTEM_ACCESSTOKEN", "SYSTEM_COLLECTIONURI", "SYSTEM_TEAMPROJECT"))
    said = night_on_azure.issue(drift(), problems=(), **unset).error
    for name in unset:
        assert f"\n    {name}: " in said
    assert "BUILD_REPOSITORY_ID" not in said


def test_neither_forge_is_here(at_night: Job) -> None:
    assert "Give --forge github" in at_night.issue(drift(), GITHUB_ACTIONS=None).error
    assert at_night.issue(drift(), "--forge", "github", GITHUB_ACTIONS=None).code == 0
