"""Signing in with the word of a pipeline, without any secret."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest

from mailgrant.errors import SetupError, SignInError
from mailgrant.identities.identity import find_identity
from tests.identities.conftest import SCOPE, Entra, nothing
from tests.identities.stand_ins import AUDIENCE, Asked, Endpoint, Keys, serving

BEARER = "the-jobs-own-token"
CONNECTION = "6f1a2c50-0000-4000-8000-000000000001"
OIDC = {"ARM_USE_OIDC": "true"}


@pytest.fixture
def github(keys: Keys) -> Iterator[Endpoint]:
    """As docs.github.com has it: the audience in the query, a bearer token, ``{"count": …, "value": …}``."""

    def answer(asked: Asked) -> tuple[int, Any]:
        if asked.headers.get("Authorization") != f"Bearer {BEARER}":
            return 401, {"message": "Bad credentials"}
        return 200, {"count": 1, "value": keys.assertion(aud=asked.query["audience"][0])}

    with serving(answer) as endpoint:
        yield endpoint


@pytest.fixture
def devops(keys: Keys) -> Iterator[Endpoint]:
    """As learn.microsoft.com has it: a POST with the service connection, ``{"oidcToken": …}``."""

    def answer(asked: Asked) -> tuple[int, Any]:
        if asked.headers.get("Authorization") != f"Bearer {BEARER}":
            return 401, "<html>sign in"
        if asked.method != "POST" or asked.query.get("serviceConnectionId") != [CONNECTION]:
            return 404, {"message": "VS800075"}
        return 200, {"oidcToken": keys.assertion()}

    with serving(answer) as endpoint:
        yield endpoint


def at_github(endpoint: Endpoint, **changes: str) -> dict[str, str]:
    url = f"{endpoint.url}/idtoken?api-version=2.0"
    job = {"ACTIONS_ID_TOKEN_REQUEST_URL": url, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": BEARER}
    return OIDC | job | changes


def at_devops(endpoint: Endpoint, **changes: str) -> dict[str, str]:
    job = {
        "SYSTEM_OIDCREQUESTURI": f"{endpoint.url}/contoso/_apis/oidctoken",
        "SYSTEM_ACCESSTOKEN": BEARER,
        "ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID": CONNECTION,
    }
    return OIDC | job | changes


def test_a_token_as_it_is(entra: Entra, keys: Keys) -> None:
    token = entra.sign_in(**OIDC, ARM_OIDC_TOKEN=keys.assertion())
    assert jwt.decode(token, options={"verify_signature": False})["appidacr"] == "2"


def test_a_file_is_read_anew_for_each_token(entra: Entra, keys: Keys, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(keys.assertion())
    given = {**entra.who, **OIDC, "ARM_OIDC_TOKEN_FILE_PATH": str(file)}
    tokens = entra.tokens(find_identity(nothing, given))
    first = tokens.token(SCOPE)
    file.write_text(keys.assertion(exp=1))
    assert tokens.token(SCOPE) == first
    with pytest.raises(SignInError, match="AADSTS700024"):
        tokens.token(SCOPE, force=True)
    file.write_text(keys.assertion(jti="2"))
    assert tokens.token(SCOPE, force=True) != first
    file.unlink()
    with pytest.raises(SetupError, match="No such file"):
        tokens.token(SCOPE, force=True)


def test_github_actions(entra: Entra, github: Endpoint) -> None:
    tokens = entra.tokens(find_identity(nothing, entra.who | at_github(github)))
    assert github.asked == []
    tokens.token(SCOPE)
    tokens.token(SCOPE)
    tokens.token(SCOPE, force=True)
    assert [asked.method for asked in github.asked] == ["GET", "GET"]
    assert github.asked[0].query == {"api-version": ["2.0"], "audience": [AUDIENCE]}


def test_an_audience_in_the_address_stays(entra: Entra, github: Endpoint) -> None:
    url = f"{github.url}/idtoken?audience=api%3A%2F%2Fother"
    with pytest.raises(SignInError, match="AADSTS700212") as caught:
        entra.sign_in(**at_github(github, ACTIONS_ID_TOKEN_REQUEST_URL=url))
    assert github.asked[0].query == {"audience": ["api://other"]}
    assert "audience fits no federated credential" in caught.value.remedy


def test_azure_devops(entra: Entra, devops: Endpoint) -> None:
    assert entra.sign_in(**at_devops(devops))
    assert devops.asked[0].query == {"api-version": ["7.1"], "serviceConnectionId": [CONNECTION]}


@pytest.mark.parametrize(
    ("changes", "code", "remedy"),
    [
        ({"exp": 1}, "AADSTS700024", "renew the OIDC token"),
        ({"aud": "api://other"}, "AADSTS700212", "api://AzureADTokenExchange"),
        ({"sub": "repo:contoso/mail:pull_request"}, "AADSTS700213", "subject fits no"),
        ({"iss": "https://elsewhere.example"}, "AADSTS700211", "issuer fits no"),
    ],
)
def test_words_that_entra_does_not_take(
    changes: dict[str, Any], code: str, remedy: str, entra: Entra, keys: Keys
) -> None:
    assertion = keys.assertion(**changes)
    with pytest.raises(SignInError) as caught:
        entra.sign_in(**OIDC, ARM_OIDC_TOKEN=assertion)
    assert caught.value.code == code
    assert remedy in caught.value.remedy
    assert assertion not in str(caught.value)


def test_a_forged_word(entra: Entra, strangers_keys: Keys) -> None:
    with pytest.raises(SignInError, match="AADSTS50013"):
        entra.sign_in(**OIDC, ARM_OIDC_TOKEN=strangers_keys.assertion())


@pytest.mark.parametrize("token", ["not-a-token", "a.b", "a.b.c.d", "a.b.c\r\nX: y", "ä.b.c"])
def test_what_cannot_be_a_token_does_not_travel(token: str, entra: Entra) -> None:
    with pytest.raises(SignInError, match="no JSON Web Token") as caught:
        entra.sign_in(**OIDC, ARM_OIDC_TOKEN=token)
    assert token not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "body", "code", "times"),
    [
        (401, {"message": BEARER}, "oidc-refused", 1),
        (403, "", "oidc-refused", 1),
        (404, {"message": BEARER}, "oidc-failed", 1),
        (500, BEARER, "oidc-failed", 3),
        (503, BEARER, "oidc-failed", 3),
        (302, "", "oidc-failed", 1),
        (200, "<html>", "oidc-unreachable", 1),
        (200, ["a.b.c"], "oidc-failed", 1),
        (200, {}, "oidc-token", 1),
        (200, {"value": None, "oidcToken": 7}, "oidc-token", 1),
        (200, {"value": "x", "oidcToken": "x"}, "oidc-token", 1),
    ],
)
@pytest.mark.parametrize("at", [at_github, at_devops])
def test_an_endpoint_that_does_not_vouch(
    status: int, body: Any, code: str, times: int, at: Any, entra: Entra
) -> None:
    with serving(lambda _: (status, body)) as endpoint, pytest.raises(SignInError) as caught:
        entra.sign_in(**at(endpoint))
    assert caught.value.code == code
    assert len(endpoint.asked) == times
    assert BEARER not in str(caught.value)
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://vstoken.example/idtoken", "oidc-address"),
        ("file:///etc/passwd", "oidc-address"),
        ("idtoken", "oidc-address"),
        ("https://", "oidc-address"),
        ("https://[::1", "oidc-address"),
        ("http://127.0.0.1:1/idtoken", "oidc-unreachable"),
    ],
)
def test_addresses_that_get_no_bearer(url: str, code: str, entra: Entra, github: Endpoint) -> None:
    with pytest.raises(SignInError) as caught:
        entra.sign_in(**at_github(github, ACTIONS_ID_TOKEN_REQUEST_URL=url))
    assert caught.value.code == code
    assert url not in str(caught.value)
    assert github.asked == []


def test_a_bearer_cannot_bring_headers_of_its_own(entra: Entra, github: Endpoint) -> None:
    bearer = "x\r\nX-Evil: 1"
    with pytest.raises(SignInError, match="does not answer") as caught:
        entra.sign_in(**at_github(github, ACTIONS_ID_TOKEN_REQUEST_TOKEN=bearer))
    assert "X-Evil" not in str(caught.value)
    assert github.asked == []
