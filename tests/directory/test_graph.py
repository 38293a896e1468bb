"""Questions to Microsoft Graph, put to a small server that answers as the test says."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mailgrant.directory.app_management import judge
from mailgrant.directory.applications import SELECT, Application, owners_of
from mailgrant.directory.graph import Graph
from mailgrant.directory.restrictions import Wanted
from mailgrant.errors import GraphError
from mailgrant.facts import Cloud
from mailgrant.identities.identity import Identity, TokenSource
from mailgrant.identities.proofs import AccessToken
from tests.identities.stand_ins import Asked, Endpoint, serving

NOW = datetime(2026, 11, 28, tzinfo=UTC)
DAY = timedelta(days=1)
TOKEN = "eyJhbGciOiJub25lIn0.eyJhIjoxfQ.c2lnbmF0dXJl"
FORBIDDEN = {"error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges."}}


class Told:
    """An identity whose tokens somebody else fetches; it remembers for what."""

    def __init__(self) -> None:
        self.scopes: list[str] = []

    def token(self, scope: str, *, force: bool) -> AccessToken:  # noqa: ARG002 - as proofs.Fetched has it
        self.scopes.append(scope)
        return AccessToken(TOKEN, NOW)


def graph_at(url: str, told: Told | None = None) -> Graph:
    cloud = Cloud("https://sign-in", "https://mail/.default", None, {}, "https://mail", url)
    return Graph(TokenSource(Identity("t", "c", told or Told()), "https://sign-in/t"), cloud)


@contextmanager
def answering(answer: Callable[[Asked], tuple[int, Any]]) -> Iterator[tuple[Graph, Endpoint]]:
    with serving(answer) as endpoint:
        yield graph_at(endpoint.url), endpoint


def application(name: str, *tags: str) -> dict[str, Any]:
    told = {"id": f"id of {name}", "appId": f"app of {name}", "displayName": name, "tags": list(tags)}
    return told | {"createdDateTime": "2026-11-01T10:00:00Z"}


def test_it_asks_with_a_token_for_the_clouds_own_graph(tmp_path: Any, monkeypatch: Any) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    told = Told()
    with serving(lambda _: (200, {"id": "1"})) as endpoint:
        assert graph_at(endpoint.url, told).one("applications/1", {"$select": "id"}) == {"id": "1"}

    [asked] = endpoint.asked
    assert (asked.method, asked.path, asked.query) == ("GET", "/v1.0/applications/1", {"$select": ["id"]})
    assert asked.headers["Authorization"] == f"Bearer {TOKEN}"
    assert told.scopes == [f"{endpoint.url}/.default"]


def test_who_bears_a_name_is_asked_for_fifteen_at_a_time() -> None:
    names = ["O'Hara", *(f"client-{number}" for number in range(30))]

    def answer(asked: Asked) -> tuple[int, Any]:
        some = [application("o'hara", "mailgrant:contoso/mail/prod"), application("client-0")]
        return 200, {"value": some if "O''Hara" in asked.query["$filter"][0] else []}

    with answering(answer) as (graph, endpoint):
        found = owners_of(graph, names)

    created = datetime(2026, 11, 1, 10, tzinfo=UTC)
    ours = Application("id of o'hara", "app of o'hara", ("mailgrant:contoso/mail/prod",), created)
    assert found["O'Hara"] == [ours]
    assert found["client-0"] == [Application("id of client-0", "app of client-0", (), created)]
    assert list(found) == names
    assert found["client-1"] == []
    filters = [asked.query["$filter"][0] for asked in endpoint.asked]
    assert filters[0].startswith("displayName in ('O''Hara','client-0','client-1',")
    assert [one.count("','") + 1 for one in filters] == [15, 15, 1]
    assert {asked.query["$select"][0] for asked in endpoint.asked} == {SELECT}


def test_no_names_are_no_question() -> None:
    with answering(lambda _: (500, {})) as (graph, endpoint):
        assert owners_of(graph, []) == {}
    assert endpoint.asked == []


def test_pages_are_followed_and_our_token_stays_with_graph() -> None:
    def answer(asked: Asked) -> tuple[int, Any]:
        if "$skiptoken" in asked.query:
            return 200, {
                "value": [application("poller")],
                "@odata.nextLink": "https://elsewhere.example/v1.0",
            }
        link = f"http://{asked.headers['Host']}/v1.0/applications?$skiptoken=2"
        return 200, {"value": [application("poller")], "@odata.nextLink": link}

    with answering(answer) as (graph, endpoint):
        pages = graph.many("applications")
        assert [next(pages)["id"], next(pages)["id"]] == ["id of poller"] * 2
        with pytest.raises(GraphError, match="names another host for the next page"):
            next(pages)
    assert len(endpoint.asked) == 2


@pytest.mark.parametrize(
    ("answer", "status", "code", "said"),
    [
        (
            (403, FORBIDDEN),
            403,
            "Authorization_RequestDenied",
            "(HTTP 403): Authorization_RequestDenied: Insuff",
        ),
        ((404, "no JSON"), 404, "", "(HTTP 404): without a reason"),
        ((403, {"error": "x"}), 403, "", "(HTTP 403): without a reason"),
        ((302, "moved"), 302, "", "(HTTP 302): without a reason"),
        ((503, FORBIDDEN), 503, "Authorization_RequestDenied", "(HTTP 503)"),
        ((200, "no JSON"), 0, "", "does not answer as Microsoft Graph does (JSONDecodeError)"),
        ((200, []), 200, "", "without a reason"),
        ((400, {"error": {"code": "x", "message": f"a\x1b[2J {TOKEN}\nb"}}), 400, "x", "x: a�[2J …"),
        ((200, {}), 0, "", "Microsoft Graph gave no list where it should"),
        ((200, {"value": ["x"]}), 0, "", "Microsoft Graph gave no list where it should"),
        (
            (200, {"value": [{"id": "1"}]}),
            0,
            "",
            "an application is not what Microsoft Graph documents (KeyError)",
        ),
        (
            (200, {"value": [application("poller") | {"createdDateTime": "soon"}]}),
            *(0, "", "an application is not what Microsoft Graph documents (ValueError)"),
        ),
    ],
)
def test_what_is_no_answer_is_an_error_that_says_so(
    answer: tuple[int, Any], status: int, code: str, said: str
) -> None:
    with answering(lambda _: answer) as (graph, endpoint), pytest.raises(GraphError) as caught:
        owners_of(graph, ["poller"])

    assert (caught.value.status, caught.value.code) == (status, code)
    assert said in str(caught.value)
    assert TOKEN not in str(caught.value)
    assert "\n" not in caught.value.message
    assert len(endpoint.asked) == (3 if answer[0] == 503 else 1)


def test_a_host_that_is_not_there_is_an_error_that_says_so() -> None:
    with serving(lambda _: (200, {})) as endpoint:
        pass  # its port is free again
    with pytest.raises(
        GraphError, match=r"does not answer as Microsoft Graph does \(ConnectionError\)"
    ) as caught:
        judge(graph_at(endpoint.url), [Wanted("poller", "vm", "secret", DAY)], NOW)
    assert caught.value.status == 0
    assert "Check the network" in caught.value.remedy


NO_SECRETS = {"passwordCredentials": [{"restrictionType": "passwordAddition", "state": "enabled"}]}
TENANTS = {"isEnabled": True, "applicationRestrictions": NO_SECRETS}
HALF = {"passwordCredentials": [{"restrictionType": "passwordLifetime", "maxLifetime": "P180D"}]}
OF_THEIR_OWN = {
    "exempt": [{"isEnabled": True, "restrictions": {"passwordCredentials": [], "keyCredentials": []}}],
    "half": [{"isEnabled": True, "restrictions": HALF}],
    "none": [],
}


def test_an_applications_own_policy_takes_the_place_of_the_tenants() -> None:
    def answer(asked: Asked) -> tuple[int, Any]:
        *_, id_, last = asked.path.split("/")
        return 200, {"value": OF_THEIR_OWN[id_]} if last == "appManagementPolicies" else TENANTS

    wanted = [
        Wanted("exempt", "vm", "secret", 365 * DAY, NOW - DAY, "exempt"),
        Wanted("half", "short", "secret", 90 * DAY, NOW - DAY, "half"),
        Wanted("half", "long", "secret", 365 * DAY, NOW - DAY, "half"),
        Wanted("none", "vm", "secret", 365 * DAY, NOW - DAY, "none"),
        Wanted("new", "vm", "secret", 365 * DAY),
        Wanted("fine", "vm", "certificate", 365 * DAY, NOW - DAY, "fine"),
    ]
    with answering(answer) as (graph, endpoint):
        verdict = judge(graph, wanted, NOW)

    refused = {(one.wanted.client, one.wanted.credential): one.problem for one in verdict.violations}
    assert set(refused) == {("none", "vm"), ("new", "vm"), ("half", "long")}
    assert "live 180d at most" in refused["half", "long"]
    assert verdict.note == ""
    assert len(endpoint.asked) == 4


@pytest.mark.parametrize("status", [401, 403])
def test_a_policy_that_may_not_be_looked_at_is_a_note(status: int) -> None:
    with answering(lambda _: (status, FORBIDDEN)) as (graph, _):
        verdict = judge(graph, [Wanted("poller", "vm", "secret", DAY)], NOW)

    assert verdict.violations == ()
    assert "could not be looked at, because the identity that runs mailgrant lacks" in verdict.note
    assert "Policy.Read.All" in verdict.note


def test_own_policies_that_may_not_be_looked_at_leave_it_open_for_those_applications() -> None:
    def answer(asked: Asked) -> tuple[int, Any]:
        return (403, FORBIDDEN) if asked.path.endswith("/appManagementPolicies") else (200, TENANTS)

    there = Wanted("there", "vm", "secret", DAY, NOW - DAY, "there")
    with answering(answer) as (graph, _):
        verdict = judge(graph, [there, Wanted("new", "vm", "secret", DAY)], NOW)

    told = {one.wanted.client: one.certain for one in verdict.violations}
    assert told == {"there": False, "new": True}
    assert "policies of their own" in verdict.note


def test_where_nothing_is_wanted_nothing_is_asked() -> None:
    with answering(lambda _: (500, {})) as (graph, endpoint):
        assert judge(graph, [], NOW).violations == []
    assert endpoint.asked == []


@pytest.mark.parametrize(
    "policy",
    [
        {"isEnabled": True, "applicationRestrictions": {"passwordCredentials": ["passwordAddition"]}},
        {
            "isEnabled": True,
            "applicationRestrictions": {
                "passwordCredentials": [
                    {"restrictionType": "passwordAddition", "restrictForAppsCreatedAfterDateTime": "soon"}
                ]
            },
        },
    ],
)
def test_a_policy_that_cannot_be_read_is_not_taken_for_none(policy: dict[str, Any]) -> None:
    with answering(lambda _: (200, policy)) as (graph, _), pytest.raises(GraphError, match="documents"):
        judge(graph, [Wanted("poller", "vm", "secret", DAY)], NOW)
