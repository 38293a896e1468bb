"""Tokens, assertions and forms from somebody who means harm: each is refused in the service's words, nothing changes."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from offline_tenant.entra import routes
from offline_tenant.entra.keys import signing_key
from offline_tenant.exchange import routes as exchange
from offline_tenant.mail.authentication import Outcome, authenticate
from offline_tenant.state.tenant import Installation, Tenant
from offline_tenant.web.call import Route
from tests.offline.entra_browser import open_page
from tests.offline.entra_helper import BASE, CLIENT_ID, NOBODY, SECRET, Entra, seeded

SETTINGS = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
OUTLOOK = "https://outlook.office365.com"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
THUNDERBIRD = "9e5f94bc-e8a4-4e73-b8be-63364c29d753"
BACK = "http://localhost"
STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
TWICE = b'{"alg": "RS256", "alg": "none"}'
Forger = Callable[["World", dict[str, Any]], str]


class World(Entra):
    """Entra, Graph and Exchange of one tenant, and everything that it keeps."""

    def contents(self) -> list[Any]:
        """All documents, but for how many ids were drawn."""
        query = "SELECT kind, id, body FROM documents WHERE id != 'ids' ORDER BY sequence"
        return self.tenant.store.execute(query).fetchall()

    @property
    def public_pem(self) -> bytes:
        key = signing_key(self.tenant.store).private.public_key()
        return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    @property
    def kid(self) -> str:
        header: str = jwt.get_unverified_header(self.token())["kid"]
        return header


@pytest.fixture
def world(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> World:
    entra = seeded(tenant, client_of([*routes.ROUTES, *exchange.ROUTES]))
    return World(entra.tenant, entra.http)


def raw(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def part(value: Any) -> str:
    return raw(json.dumps(value).encode())


def with_secret(secret: bytes, algorithm: str = "HS256") -> Callable[[dict[str, Any], str], str]:
    """As libraries sign that do not mind a public key as the secret; PyJWT itself refuses to."""

    def sign(claims: dict[str, Any], kid: str) -> str:
        body = f"{part({'typ': 'JWT', 'alg': algorithm, 'kid': kid})}.{part(claims)}"
        signed = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(body.encode(), secret)
        return f"{body}.{raw(signed)}"

    return sign


def unsigned(algorithm: Any) -> Forger:
    return lambda world, claims: f"{part({'typ': 'JWT', 'alg': algorithm, 'kid': world.kid})}.{part(claims)}."


def by_stranger(**header: Any) -> Forger:
    return lambda world, claims: jwt.encode(claims, STRANGER, "RS256", {"kid": world.kid} | header)


def _stranger_jwk() -> dict[str, Any]:
    found: dict[str, Any] = jwt.algorithms.RSAAlgorithm.to_jwk(STRANGER.public_key(), as_dict=True)
    return found


FORGERS: dict[str, Forger] = {
    "public key as a secret": lambda world, claims: with_secret(world.public_pem)(claims, world.kid),
    "public key as a secret, stripped": lambda world, claims: with_secret(world.public_pem.strip())(
        claims, world.kid
    ),
    "no key as a secret": lambda world, claims: with_secret(b"")(claims, world.kid),
    "alg none": unsigned("none"),
    "alg None": unsigned("None"),
    "alg nOnE": unsigned("nOnE"),
    "alg empty": unsigned(""),
    "alg null": unsigned(None),
    "alg a number": unsigned(256),
    "alg a list": unsigned(["RS256"]),
    "another key": by_stranger(),
    "another key in the header": by_stranger(jwk=_stranger_jwk()),
    "another key elsewhere": by_stranger(jku="https://evil.example/keys", x5u="https://evil.example/cert"),
    "a key id that is a path": by_stranger(kid="../../../dev/null"),
    "a key id that is SQL": by_stranger(kid="' OR 1=1 --"),
    "a curve": lambda world, claims: jwt.encode(
        claims, ec.generate_private_key(ec.SECP256R1()), "ES256", {"kid": world.kid}
    ),
    "another hash": lambda world, claims: jwt.encode(
        claims, signing_key(world.tenant.store).private, "RS512", {"kid": world.kid}
    ),
    "other claims under a good signature": lambda world, claims: ".".join(
        (world.token().split(".")[0], part(claims), world.token().split(".")[2])
    ),
    "a signature cut off": lambda world, _: world.token().rpartition(".")[0] + ".",
    "four parts": lambda world, _: world.token() + ".x",
    "encrypted": lambda _, claims: f"{part({'alg': 'dir', 'enc': 'A128GCM'})}..{part(claims)}.x.x",
    "twice the same header": lambda _, claims: f"{raw(TWICE)}.{part(claims)}.",
}


@pytest.mark.parametrize("forger", FORGERS)
def test_no_door_opens_to_a_forged_token(world: World, installation: Installation, forger: str) -> None:
    tokens = {
        scope: FORGERS[forger](world, world.claims(scope=f"{scope}/.default")) for scope in (BASE, OUTLOOK)
    }
    before = world.contents()
    bearer = {scope: {"Authorization": f"Bearer {token}"} for scope, token in tokens.items()}
    cmdlet = {"CmdletInput": {"CmdletName": "Get-Mailbox", "Parameters": {}}}

    for answer in (
        world.http.get("/v1.0/applications", headers=bearer[BASE]),
        world.http.post("/v1.0/applications", json={"displayName": "mine"}, headers=bearer[BASE]),
        world.http.get("/oidc/userinfo", headers=bearer[BASE]),
        world.http.post(
            f"/adminapi/beta/{world.tenant.id}/InvokeCommand", json=cmdlet, headers=bearer[OUTLOOK]
        ),
    ):
        assert answer.status_code == 401, answer.text
        assert "Traceback" not in answer.text
    decision = authenticate(installation, "imap", "invoices@contoso.com", tokens[OUTLOOK])
    assert decision.outcome is Outcome.REFUSED
    assert world.contents() == before


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.sampled_from(["", "app", "user", NOBODY, CLIENT_ID, OUTLOOK, "\0", "\ud800", "é" * 50])
    | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
CLAIMS = ["aud", "iss", "tid", "oid", "appid", "exp", "nbf", "iat", "roles", "scp", "wids", "idtyp", "upn"]


@SETTINGS
@given(changes=st.dictionaries(st.sampled_from(CLAIMS), VALUES, min_size=1, max_size=3))
def test_any_claims_under_a_good_signature(
    world: World, installation: Installation, changes: dict[str, Any]
) -> None:
    """Nobody but the tenant can sign them; a mistake of its own must not end in a traceback either."""
    if ("claims", "") not in world.tokens:
        world.tokens["claims", ""] = world.token()
    real = jwt.decode(world.tokens["claims", ""], options={"verify_signature": False})
    body = json.dumps(real | changes).encode()
    token = jwt.PyJWS().encode(body, signing_key(world.tenant.store).private, "RS256")
    before = world.contents()

    for path in ("/v1.0/applications", "/v1.0/me", "/oidc/userinfo"):
        answer = world.http.get(path, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code in {200, 400, 401, 403, 404}, answer.text
    authenticate(installation, "imap", "invoices@contoso.com", token)
    assert world.contents() == before


def asserting(world: World, assertion: str) -> httpx.Response:
    return world.sign_in(client_secret="", client_assertion_type=ASSERTION, client_assertion=assertion)


@pytest.mark.parametrize("forger", FORGERS)
def test_no_forged_assertion_stands_for_a_client(world: World, forger: str) -> None:
    now = int(world.tenant.clock.now().timestamp())
    claims = {"iss": CLIENT_ID, "sub": CLIENT_ID, "jti": "1", "nbf": now, "exp": now + 600}
    claims |= {"aud": f"{BASE}/{world.tenant.id}/oauth2/v2.0/token"}
    assertion, before = FORGERS[forger](world, claims), world.contents()

    answer = asserting(world, assertion)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.json()["error_codes"][0] in {50027, 700027, 700211}
    assert world.contents() == before


@SETTINGS
@given(
    header=st.dictionaries(st.sampled_from(["alg", "kid", "x5t", "x5t#S256", "typ", "crit", "b64"]), VALUES),
    claims=VALUES | st.dictionaries(st.sampled_from(["iss", "sub", "aud", "exp", "nbf", "jti"]), VALUES),
    signature=st.sampled_from(["", "AAAA", "=", "é"]),
)
def test_any_assertion(world: World, header: Any, claims: Any, signature: str) -> None:
    before = world.contents()
    answer = asserting(world, f"{part(header)}.{part(claims)}.{signature}")
    assert answer.status_code in {400, 401}, answer.text
    assert answer.json()["error_codes"]
    assert world.contents() == before


@pytest.fixture
def code(world: World) -> str:
    """An unused authorization code of Adele's for Thunderbird."""
    scope = "offline_access https://outlook.office.com/IMAP.AccessAsUser.All"
    query = {"response_type": "code", "client_id": THUNDERBIRD, "redirect_uri": BACK, "scope": scope}
    url = f"{BASE}/{world.tenant.id}/oauth2/v2.0/authorize?{urlencode(query)}"
    return open_page(world.http, url).sign_in().press("accept").answer["code"]


def redeem(world: World, held: str, **change: str) -> httpx.Response:
    form = {"grant_type": "authorization_code", "client_id": THUNDERBIRD, "code": held, "redirect_uri": BACK}
    return world.http.post(f"/{world.tenant.id}/oauth2/v2.0/token", data=form | change)


def test_a_replayed_code_changes_nothing(world: World, code: str) -> None:
    first = redeem(world, code)
    assert first.status_code == 200
    before = world.contents()
    assert redeem(world, code).json()["error_codes"] == [54005]
    world.tenant.clock.advance(timedelta(hours=1))
    before = world.contents()
    assert redeem(world, code).json()["error_codes"][0] in {54005, 70008}
    assert world.contents() == before


@pytest.mark.parametrize(
    "change",
    [
        {"redirect_uri": "http://localhost:1"},
        {"redirect_uri": "https://evil.example"},
        {"redirect_uri": "http://localhost/%00"},
        {"client_id": CLIENT_ID},
        {"client_id": CLIENT_ID, "client_secret": SECRET},
        {"client_id": f"{THUNDERBIRD}\0"},
        {"code_verifier": "v" * 64},
        {"code": "\0"},
        {"code": "é.é.é"},
        {"scope": "\0"},
        {"grant_type": "authorization_code\0"},
    ],
)
def test_a_stolen_code_is_refused_and_stays_good(world: World, code: str, change: dict[str, str]) -> None:
    before = world.contents()
    refused = redeem(world, code, **change)
    assert refused.status_code in {400, 401}
    assert refused.json()["error_codes"]
    assert world.contents() == before
    assert redeem(world, code).status_code == 200


@pytest.mark.parametrize("path", ["oauth2/v2.0/token", "oauth2/token", "oauth2/v2.0/devicecode"])
@pytest.mark.parametrize("twice", ["client_id", "scope", "grant_type", "client_secret"])
def test_a_parameter_twice(world: World, path: str, twice: str) -> None:
    form = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": SECRET}
    pairs = [*(form | {"scope": f"{BASE}/.default"}).items(), (twice, "x")]
    before = world.contents()
    answer = world.http.post(f"/{world.tenant.id}/{path}", content=urlencode(pairs).encode())
    assert answer.json()["error_codes"] == [9000411]
    assert f"The parameter '{twice}' is duplicated." in answer.json()["error_description"]
    assert world.contents() == before


@pytest.mark.parametrize("text", ["%00", "%ff%fe", "a%00b", "%ed%a0%80", "%F4%90%80%80", "%"])
@pytest.mark.parametrize("name", ["client_id", "client_secret", "scope", "username", "code", "refresh_token"])
def test_bytes_that_are_no_text(world: World, name: str, text: str) -> None:
    before = world.contents()
    for grant in ("client_credentials", "password", "authorization_code", "refresh_token", "device_code"):
        usual = {"grant_type": grant, "client_id": CLIENT_ID, "scope": f"{BASE}/.default"}
        body = "&".join(
            [*(f"{key}={value}" for key, value in usual.items() if key != name), f"{name}={text}"]
        )
        answer = world.http.post(f"/{world.tenant.id}/oauth2/v2.0/token", content=body.encode())
        assert answer.status_code in {400, 401}, answer.text
        assert answer.json()["error_codes"]
    assert world.contents() == before


@pytest.mark.parametrize(
    "header", ["Basic", "Basic ", "Basic \xff", "Basic Og==", "Basic AAAA", "Basic =", "Bearer x"]
)
def test_a_basic_header_that_is_none(world: World, header: str) -> None:
    before = world.contents()
    headers = {b"Authorization": header.encode("latin-1")}
    form = {"grant_type": "client_credentials", "scope": f"{BASE}/.default", "client_id": CLIENT_ID}
    answer = world.http.post(f"/{world.tenant.id}/oauth2/v2.0/token", data=form, headers=headers)
    assert answer.status_code in {400, 401}
    assert answer.json()["error_codes"]
    assert world.contents() == before


@pytest.mark.parametrize("path", ["oauth2/token", "oauth2/devicecode", "oauth2/v2.0/logout"])
def test_a_form_of_ten_megabytes(world: World, path: str) -> None:
    before = world.contents()
    body = b"client_id=" + b"x" * 10_000_000
    answer = world.http.post(f"/{world.tenant.id}/{path}", content=body)
    assert answer.status_code in {413, 501}
    assert world.contents() == before
