"""Which route a path means."""

import pytest

from offline_tenant.web.call import Answer, Area, Route
from offline_tenant.web.router import Router

AREA = Area("graph", lambda status, *_: Answer(status))
TEMPLATES = (
    "/v1.0/applications",
    "/v1.0/applications(appId='{appId}')",
    "/v1.0/applications/{id}",
    "/v1.0/applications/{id}/act",
    "/v1.0/applications/delta",
    "/v1.0/deleted/microsoft.graph.user",
    "/{tenant}/oauth2/v2.0/token",
    "/files/{rest:path}",
    "/v1.0/banner('One')",
)


@pytest.fixture
def router() -> Router:
    rows = [("GET", template) for template in TEMPLATES] + [("PATCH", "/v1.0/applications/{id}")]
    return Router(Route(AREA, method, template, lambda _: Answer(200)) for method, template in rows)


@pytest.mark.parametrize(
    ("path", "template", "parameters"),
    [
        ("/v1.0/applications", "/v1.0/applications", {}),
        ("/v1.0/applications/17", "/v1.0/applications/{id}", {"id": "17"}),
        # What was given first counts.
        ("/v1.0/applications/delta", "/v1.0/applications/{id}", {"id": "delta"}),
        ("/v1.0/applications(appId='17')", "/v1.0/applications(appId='{appId}')", {"appId": "17"}),
        ("/contoso.com/oauth2/v2.0/token", "/{tenant}/oauth2/v2.0/token", {"tenant": "contoso.com"}),
        ("/v1.0/banner('One')", "/v1.0/banner('One')", {}),
        # As Microsoft's services take it.
        ("/V1.0/Applications/17", "/v1.0/applications/{id}", {"id": "17"}),
        ("/v1.0/applications/17/", "/v1.0/applications/{id}", {"id": "17"}),
        (
            "/v1.0/applications/microsoft.graph.delta",
            "/v1.0/applications/{id}",
            {"id": "microsoft.graph.delta"},
        ),
        ("/v1.0/applications/17/microsoft.graph.act", "/v1.0/applications/{id}/act", {"id": "17"}),
        ("/v1.0/applications/17/graph.act", "/v1.0/applications/{id}/act", {"id": "17"}),
        ("/v1.0/deleted/graph.user", "/v1.0/deleted/microsoft.graph.user", {}),
        ("/v1.0/deleted/Microsoft.Graph.User", "/v1.0/deleted/microsoft.graph.user", {}),
        ("/v1.0/applications/17/Microsoft.Graph.act/", "/v1.0/applications/{id}/act", {"id": "17"}),
        ("/files/a", "/files/{rest:path}", {"rest": "a"}),
        ("/files/a/b/c/d/e/f/g", "/files/{rest:path}", {"rest": "a/b/c/d/e/f/g"}),
    ],
)
def test_a_path_has_one_template(
    router: Router, path: str, template: str, parameters: dict[str, str]
) -> None:
    by_method, found = router.find(path)

    assert by_method["GET"].template == template
    assert found == parameters


@pytest.mark.parametrize("path", ["/", "", "/v1.0", "/v2.0/applications/", "/v1.0/applications/17/owners"])
def test_nobody_knows_other_paths(router: Router, path: str) -> None:
    assert router.find(path) == ({}, {})


def test_one_template_has_its_verbs_together(router: Router) -> None:
    assert set(router.find("/v1.0/applications/17")[0]) == {"GET", "PATCH"}


def test_without_routes_nothing_is_known() -> None:
    assert Router([]).find("/a/b/c") == ({}, {})
