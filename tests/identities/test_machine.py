"""Tokens that others fetch: the machine's managed identity, and the Azure CLI."""

import json
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mailgrant.errors import SetupError, SignInError
from mailgrant.identities.azure_cli import AzureCli
from mailgrant.identities.identity import TokenSource, find_identity
from tests.identities.conftest import SCOPE, nothing
from tests.identities.stand_ins import Asked, Endpoint, put_az, serving

RESOURCE = "https://outlook.office365.com"
CLIENT = "11111111-1111-4111-8111-111111111111"
TOKEN = "eyJhbGciOiJub25lIn0.e30.c2ln"


def imds(asked: Asked) -> tuple[int, Any]:
    """As the Instance Metadata Service answers; its numbers are texts."""
    if asked.headers.get("Metadata") != "true":
        return 400, {
            "error": "bad_request_102",
            "error_description": "Required metadata header not specified",
        }
    if asked.query.get("client_id", [CLIENT]) != [CLIENT]:
        return 400, {"error": "invalid_request", "error_description": "Identity not found"}
    return 200, {"access_token": TOKEN, "expires_in": "3599", "resource": RESOURCE, "token_type": "Bearer"}


def at(endpoint: Endpoint, **environment: str) -> TokenSource:
    given = {"ARM_USE_MSI": "true", "ARM_MSI_ENDPOINT": f"{endpoint.url}/metadata/identity/oauth2/token"}
    return TokenSource(find_identity(nothing, given | environment), "https://unused.invalid")


@pytest.mark.parametrize("client", ["", CLIENT])
def test_a_managed_identity(client: str, without_machine: Callable[[str], Any]) -> None:
    with serving(imds) as endpoint:
        tokens = at(endpoint, ARM_CLIENT_ID=client)
        found = tokens.access(SCOPE)
        assert tokens.token(SCOPE) == found.value == TOKEN
        assert len(endpoint.asked) == 1
        tokens.token(SCOPE, force=True)
    assert timedelta(minutes=59) < found.expires_at - datetime.now(UTC) < timedelta(hours=1)
    first, second = endpoint.asked
    assert first.path == second.path == "/metadata/identity/oauth2/token"
    assert first.query["resource"] == [RESOURCE]
    assert first.query.get("client_id", [""]) == [client]


def test_an_identity_that_the_machine_has_not(without_machine: Callable[[str], Any]) -> None:
    with serving(imds) as endpoint, pytest.raises(SignInError, match="Identity not found") as caught:
        at(endpoint, ARM_CLIENT_ID="22222222-2222-4222-8222-222222222222").token(SCOPE)
    assert "ARM_CLIENT_ID" in caught.value.remedy


def test_app_service_asks_in_its_own_way(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(asked: Asked) -> tuple[int, Any]:
        if asked.headers.get("X-IDENTITY-HEADER") != "the-header":
            return 401, {"statusCode": 401, "message": "no"}
        return 200, {"access_token": TOKEN, "expires_on": str(int(time.time()) + 600), "resource": RESOURCE}

    with serving(answer) as endpoint:
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{endpoint.url}/msi/token")
        monkeypatch.setenv("IDENTITY_HEADER", "the-header")
        identity = find_identity(nothing, {"ARM_USE_MSI": "true"})
        assert TokenSource(identity, "").token(SCOPE) == TOKEN
    assert endpoint.asked[0].path == "/msi/token"


@pytest.mark.parametrize(
    ("status", "body", "times"),
    [
        (500, "down", 3),
        (429, {"error": "too many"}, 3),
        (404, {"error": "not_found"}, 1),
        (200, "<html>", 1),
        (200, [], 1),
        (200, {}, 1),
        (200, {"access_token": TOKEN, "expires_in": "soon"}, 1),
        (200, {"access_token": TOKEN}, 1),
        (302, "", 1),
    ],
)
def test_a_machine_that_answers_oddly(
    status: int, body: Any, times: int, without_machine: Callable[[str], Any]
) -> None:
    with serving(lambda _: (status, body)) as endpoint, pytest.raises(SignInError) as caught:
        at(endpoint).token(SCOPE)
    assert caught.value.code.startswith("managed-identity")
    assert len(endpoint.asked) == times
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:1/", "nonsense", "file:///etc/passwd", "http://["])
def test_no_machine_answers(endpoint: str, without_machine: Callable[[str], Any]) -> None:
    identity = find_identity(nothing, {"ARM_USE_MSI": "true", "ARM_MSI_ENDPOINT": endpoint})
    with pytest.raises(SignInError, match="does not answer as it should"):
        TokenSource(identity, "").token(SCOPE)


# --- the Azure CLI ---

ANSWER = 'print(json.dumps({"accessToken": %r, "expires_on": int(time.time()) + %d, "tenant": "t"}))'


def by_cli(path: Path, tenant: str = "contoso.example", **environment: str) -> TokenSource:
    given = {"PATH": str(path), "ARM_TENANT_ID": tenant, **environment}
    return TokenSource(find_identity(nothing, given), "https://unused.invalid")


def test_the_azure_cli_is_asked_once_and_without_a_shell(tmp_path: Path) -> None:
    noted = tmp_path / "noted"
    body = f"open({str(noted)!r}, 'a').write(json.dumps(arguments) + chr(10))\n" + ANSWER % (TOKEN, 3600)
    tokens = by_cli(put_az(tmp_path / "bin", body))
    found = tokens.access(SCOPE)
    assert tokens.token(SCOPE) == found.value == TOKEN
    assert timedelta(minutes=59) < found.expires_at - datetime.now(UTC) <= timedelta(hours=1)
    tokens.token(SCOPE, force=True)
    expected = [
        "account",
        "get-access-token",
        "--output",
        "json",
        "--scope",
        SCOPE,
        "--tenant",
        "contoso.example",
    ]
    assert [json.loads(line) for line in noted.read_text().splitlines()] == [expected, expected]


def test_a_token_that_ends_soon_is_asked_for_anew(tmp_path: Path) -> None:
    noted = tmp_path / "noted"
    body = f"open({str(noted)!r}, 'a').write('x')\n" + ANSWER % (TOKEN, 200)
    tokens = by_cli(put_az(tmp_path / "bin", body))
    tokens.token(SCOPE)
    tokens.token(SCOPE)
    assert noted.read_text() == "xx"


def test_old_versions_give_local_time(tmp_path: Path) -> None:
    end = datetime.now().replace(microsecond=0) + timedelta(hours=1)  # noqa: DTZ005 - as az prints it
    body = f'print(json.dumps({{"accessToken": {TOKEN!r}, "expiresOn": "{end}.000000"}}))'
    assert by_cli(put_az(tmp_path / "bin", body)).access(SCOPE).expires_at == end.astimezone(UTC)


def test_in_cloud_shell_no_tenant_is_named(tmp_path: Path) -> None:
    body = "assert '--tenant' not in arguments\n" + ANSWER % (TOKEN, 3600)
    path = put_az(tmp_path / "bin", body)
    assert by_cli(path, AZUREPS_HOST_ENVIRONMENT="cloud-shell/1.0").token(SCOPE) == TOKEN


LOGGED_OUT = "ERROR: Please run 'az login' to setup account."
PERSON = (
    "ERROR: AADSTS65002: Consent between first party application '04b07795-8ddb-461a-bbee-02f9e1bf7b46' and first "
    "party resource must be configured via preauthorization\nTo re-authenticate, please run: az login"
)


@pytest.mark.parametrize(
    ("body", "expected", "remedy"),
    [
        (f"sys.exit({LOGGED_OUT!r})", "nobody is logged in there", "az login --service-principal"),
        (f"sys.exit({PERSON!r})", "AADSTS65002", "log in there as an application"),
        (
            f"print('WARNING: x', file=sys.stderr); sys.exit('ERROR: odd {TOKEN} \\x1b[31m')",
            "ERROR: odd …",
            "Log in",
        ),
        ("sys.exit(3)", "no reason given", "Log in"),
        ("pass", "something else than a token", "2.54"),
        ("print('[1]')", "something else than a token", "2.54"),
        (f"print(json.dumps({{'accessToken': {TOKEN!r}}}))", "something else than a token", "2.54"),
        (f"print(json.dumps({{'accessToken': {TOKEN!r}, 'expires_on': 10**30}}))", "something else", "2.54"),
        ("sys.stdout.buffer.write(bytes([255, 254]))", "something else than a token", "2.54"),
    ],
)
def test_an_azure_cli_that_gives_no_token(body: str, expected: str, remedy: str, tmp_path: Path) -> None:
    with pytest.raises(SignInError) as caught:
        by_cli(put_az(tmp_path / "bin", body)).token(SCOPE)
    assert expected in caught.value.message
    assert remedy in caught.value.remedy
    assert TOKEN not in str(caught.value)
    assert "\x1b" not in str(caught.value)
    # The Azure CLI is the last in the order: what was passed over before it is often the real fault.
    assert "client secret: ARM_CLIENT_ID (or azuread:clientId), ARM_CLIENT_SECRET" in caught.value.message


def test_there_was_an_az_and_it_is_gone(tmp_path: Path) -> None:
    tokens = by_cli(put_az(tmp_path / "bin", ANSWER % (TOKEN, 3600)))
    (tmp_path / "bin" / "az").unlink()
    with pytest.raises(SignInError, match="there is no az on PATH"):
        tokens.token(SCOPE)


def test_an_az_that_cannot_run(tmp_path: Path) -> None:
    path = put_az(tmp_path / "bin", "")
    (path / "az").write_text("#!/nowhere/at/all\n")
    with pytest.raises(SignInError, match="az cannot be started"):
        by_cli(path).token(SCOPE)


def test_an_az_that_hangs_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    path = put_az(tmp_path / "bin", "")
    (path / "az").write_text(f"#!/bin/sh\n(echo begun; /bin/sleep 600) > '{pipe}'\nexit 0\n")
    with os.fdopen(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)) as held_by_what_az_started:
        with pytest.raises(SignInError, match="did not end within 1 s"):
            AzureCli("", {"PATH": str(path)}, timeout=1.0).token(SCOPE, force=False)
        os.set_blocking(held_by_what_az_started.fileno(), True)
        assert held_by_what_az_started.read() == "begun\n"  # and then its end: nobody holds it any more


@pytest.mark.parametrize("tenant", ["--debug", "a b", "$(id)", "a;b", "a\nb", "x" * 3 + "\u202e"])
def test_a_tenant_that_is_none_is_not_passed_on(tenant: str, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="neither an id nor a domain"):
        by_cli(put_az(tmp_path / "bin", ANSWER % (TOKEN, 3600)), tenant)
