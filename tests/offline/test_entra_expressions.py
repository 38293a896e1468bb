"""Flexible federated credentials: which expressions there are, whom they stand for, what is refused."""

from collections.abc import Callable, Iterable
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from offline_tenant.entra import routes
from offline_tenant.entra.signin import issuers
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from tests.offline.entra_helper import Entra, fault, seeded

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
GITHUB = "https://token.actions.githubusercontent.com"
AUDIENCE = "api://AzureADTokenExchange"
MAIN = "repo:contoso/mail:ref:refs/heads/main"
REUSED = "contoso/workflows/.github/workflows/mail.yml@refs/heads/main"


@pytest.fixture
def entra(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Entra:
    return seeded(tenant, client_of(routes.ROUTES))


@pytest.fixture(scope="session")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def trust(expression: Any, **changes: Any) -> dict[str, Any]:
    return {
        "name": "ci",
        "issuer": GITHUB,
        "audiences": [AUDIENCE],
        "claimsMatchingExpression": {"value": expression, "languageVersion": 1},
    } | changes


def path_of(application: Any) -> str:
    return f"/beta/applications/{application['id']}/federatedIdentityCredentials"


@pytest.mark.parametrize(
    ("expression", "claims", "stands"),
    [
        ("claims['sub'] matches 'repo:contoso/mail:ref:refs/heads/*'", {"sub": MAIN}, True),
        ("claims['sub'] matches 'repo:contoso/*'", {"sub": "repo:contoso/"}, True),
        ("claims['sub'] matches 'repo:contoso/*'", {"sub": "repo:contoso-evil/mail"}, False),
        ("claims['sub'] matches 'repo:contoso/*'", {"sub": "x repo:contoso/mail"}, False),
        ("claims['sub'] matches 'repo:Contoso/*'", {"sub": MAIN}, False),
        ("claims['sub'] matches 'repo:contoso/mai?:*'", {"sub": MAIN}, True),
        ("claims['sub'] matches 'repo:contoso/mail?:*'", {"sub": MAIN}, False),
        ("claims['sub'] matches 'repo.contoso/*'", {"sub": MAIN}, False),
        (f"claims['sub'] eq '{MAIN}'", {"sub": MAIN}, True),
        ("claims['sub'] eq 'repo:contoso/*'", {"sub": MAIN}, False),
        (
            f"claims['sub'] eq '{MAIN}' and claims['job_workflow_ref'] matches 'contoso/workflows/*'",
            {"sub": MAIN, "job_workflow_ref": REUSED},
            True,
        ),
        (
            f"claims['sub'] eq '{MAIN}' and claims['job_workflow_ref'] matches 'contoso/workflows/*'",
            {"sub": MAIN, "job_workflow_ref": "fork/workflows/mail.yml"},
            False,
        ),
        ("claims['sub'] eq 'a' and claims['job_workflow_ref'] matches '*'", {"sub": "a"}, False),
    ],
)
def test_whom_an_expression_stands_for(
    entra: Entra, key: rsa.RSAPrivateKey, expression: str, claims: dict[str, str], *, stands: bool
) -> None:
    application = entra.application()
    entra.made("/servicePrincipals", {"appId": application["appId"]})
    public: Any = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    issuers.trust(entra.tenant.store, GITHUB, {"keys": [public]})
    made = entra.graph("POST", path_of(application), trust(expression))
    assert made.status_code == 201, made.text

    now = int(entra.tenant.clock.now().timestamp())
    told = {"iss": GITHUB, "aud": AUDIENCE, "nbf": now, "exp": now + 300} | claims
    answer = entra.sign_in(
        client_id=application["appId"],
        client_secret="",
        client_assertion_type=TYPE,
        client_assertion=jwt.encode(told, key, "RS256", {"kid": "1"}),
    ).json()
    assert ("access_token" in answer) == stands
    if not stands:
        assert answer["error_codes"] == [700213]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (trust("claims['sub'] like 'a'"), "claimsMatchingExpression is not valid at position 0"),
        (trust("claims['sub']  eq 'a'"), "claimsMatchingExpression is not valid at position 0"),
        (trust("claims['sub'] eq 'a' or claims['sub'] eq 'b'"), "not valid at position 20"),
        (trust("claims['sub'] eq 'a' and "), "not valid at position 25"),
        (trust("claims['sub'] eq 'a''b'"), "not valid at position 20"),
        (trust(""), "A value is required for property 'value'"),
        (trust("claims['repository'] eq 'a'"), "The claim 'repository' is not supported"),
        (
            trust("claims['job_workflow_ref'] eq 'a'", issuer="https://gitlab.com"),
            "The claim 'job_workflow_ref' is not supported",
        ),
        (
            trust("claims['sub'] eq 'a'", issuer="https://k8s.example"),
            "not supported for the issuer 'https://k8s.example'",
        ),
        (trust("claims['sub'] eq 'a'", subject="a"), "Only one of 'subject' and 'claimsMatchingExpression'"),
        (trust("x") | {"claimsMatchingExpression": None}, "A value is required for property 'subject'"),
        (
            trust("x")
            | {"claimsMatchingExpression": {"value": "claims['sub'] eq 'a'", "languageVersion": 2}},
            "must be 1",
        ),
        (
            trust("x") | {"claimsMatchingExpression": {"value": "claims['sub'] eq 'a'"}},
            "A value is required for property 'languageVersion'",
        ),
    ],
)
def test_expressions_that_are_refused(entra: Entra, body: dict[str, Any], said: str) -> None:
    status, code, text = fault(entra.graph("POST", path_of(entra.application()), body))
    assert (status, code) == (400, "Request_BadRequest")
    assert said in text


def test_the_life_of_a_flexible_credential(entra: Entra) -> None:
    path = path_of(entra.application())
    made = entra.graph("POST", path, trust("claims['sub'] eq 'a'")).json()
    assert (made["subject"], made["claimsMatchingExpression"]["languageVersion"]) == (None, 1)
    one = f"{path}/{made['id']}"
    wider = {"claimsMatchingExpression": {"value": "claims['sub'] matches 'a*'", "languageVersion": 1}}
    assert entra.graph("PATCH", one, wider).status_code == 204
    assert entra.graph("GET", one).json()["claimsMatchingExpression"]["value"] == "claims['sub'] matches 'a*'"
    # Two of one issuer, neither of which has a subject.
    assert entra.graph("POST", path, trust("claims['sub'] eq 'b'", name="other")).status_code == 201
    assert fault(entra.graph("POST", path, trust("claims['sub'] eq 'c'")))[0] == 409
    assert fault(entra.graph("PATCH", one, {"claimsMatchingExpression": None}))[0] == 400
    assert entra.graph("DELETE", one).status_code == 204
    assert fault(entra.graph("GET", one))[0] == 404


def test_only_beta_knows_expressions(entra: Entra) -> None:
    application = entra.application()
    path = path_of(application).removeprefix("/beta")
    body = trust("claims['sub'] eq 'a'")
    assert fault(entra.graph("POST", path, body))[2] == "Invalid property 'claimsMatchingExpression'."
    entra.graph("POST", path_of(application), body)
    [shown] = entra.got(path)["value"]
    assert "claimsMatchingExpression" not in shown
    assert shown["subject"] is None
