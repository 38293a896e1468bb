"""Consent that is there: what Graph tells of it, and what is said before a stack gives it again."""

import asyncio
from typing import Any

import pulumi
import pytest

from mailgrant.directory.consents import Grant, grants_of
from mailgrant.directory.graph import Graph
from mailgrant.entra.consent import GivenAlready
from mailgrant.errors import GraphError
from tests.directory.test_graph import FORBIDDEN, answering
from tests.identities.stand_ins import Asked

FOR_ADELE = {"id": "g1", "resourceId": "exchange", "principalId": "adele", "scope": " IMAP.AccessAsUser.All "}
FOR_ALL = {"id": "g2", "resourceId": "exchange", "principalId": None, "scope": None}
CHAIN = "mailgrant:index:ThirdPartyClient$mailgrant:index:PublishedApplication"
TYPE = "azuread:index/servicePrincipalDelegatedPermissionGrant:ServicePrincipalDelegatedPermissionGrant"


def told(**inputs: Any) -> pulumi.ResourceHookArgs:
    """What the engine says before it creates a consent."""
    wanted = {"servicePrincipalObjectId": "client", "resourceServicePrincipalObjectId": "exchange"}
    urn = f"urn:pulumi:prod::mail::{CHAIN}${TYPE}::its-id.exchange"
    return pulumi.ResourceHookArgs(urn, "", "its-id.exchange", TYPE, {**wanted, **inputs})


def look(graph: Graph, **inputs: Any) -> None:
    asyncio.run(GivenAlready(lambda: graph).look("mail", told(**inputs)))


def test_grants_are_read_page_after_page() -> None:
    def answer(asked: Asked) -> tuple[int, Any]:
        if asked.query:
            return 200, {"value": [FOR_ALL]}
        return 200, {"value": [FOR_ADELE], "@odata.nextLink": f"{endpoint.url}/v1.0/next?page=2"}

    with answering(answer) as (graph, endpoint):
        found = grants_of(graph, "client")

    assert endpoint.asked[0].path == "/v1.0/servicePrincipals/client/oauth2PermissionGrants"
    assert found == [
        Grant("g1", "exchange", "adele", frozenset({"IMAP.AccessAsUser.All"})),
        Grant("g2", "exchange", "", frozenset()),
    ]


@pytest.mark.parametrize("strange", [{}, {"id": "g1"}, {**FOR_ADELE, "scope": 7}])
def test_an_answer_that_cannot_be_read_is_an_error(strange: dict[str, Any]) -> None:
    with answering(lambda _: (200, {"value": [strange]})) as (graph, _), pytest.raises(GraphError):
        grants_of(graph, "client")


def test_the_same_consent_is_told_with_what_it_lacks_and_the_line_that_takes_it_over() -> None:
    with answering(lambda _: (200, {"value": [FOR_ADELE, FOR_ALL]})) as (graph, _):
        with pytest.raises(pulumi.RunError) as caught:
            look(graph, userObjectId="adele", claimValues=["SMTP.Send", "IMAP.AccessAsUser.All"])
        look(graph, userObjectId="alex")  # his is not there

    said = str(caught.value)
    assert "is there already, though without SMTP.Send, and" in said
    assert said.splitlines()[-1].strip() == (
        f"pulumi import {TYPE} 'its-id.exchange' /oauth2PermissionGrants/g1 "
        f"--parent 'parent=urn:pulumi:prod::mail::{CHAIN}::mail' --protect=false --generate-code=false"
    )


def test_a_client_that_is_still_to_be_made_is_not_asked_about() -> None:
    with answering(lambda _: (200, {"value": []})) as (graph, endpoint):
        look(graph, servicePrincipalObjectId=None)

    assert endpoint.asked == []


def test_whoever_may_not_look_leaves_it_to_entra() -> None:
    with answering(lambda _: (403, FORBIDDEN)) as (graph, endpoint):
        look(graph, userObjectId="adele")

    assert len(endpoint.asked) == 1
