"""What holds for the tokens of every identity: asked for once, renewed on demand, and never shown."""

import copy
import logging
import pickle
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mailgrant.errors import SignInError
from mailgrant.identities.identity import Identity, TokenSource, find_identity
from mailgrant.identities.remedies import REMEDIES, plain, remedy_for
from offline_tenant import seed
from tests.identities.conftest import SCOPE, Entra, nothing
from tests.identities.stand_ins import Keys, put_az

PASSWORD = "the-certificates-password"


def ways(keys: Keys, folder: Path) -> dict[str, dict[str, str]]:
    """The environment of each source, and in each something that must not be seen."""
    file = folder / "secret"
    file.write_text(seed.AUTOMATION_SECRET)
    pfx = b64encode(keys.pfx(PASSWORD)).decode()
    return {
        "secret": {"ARM_CLIENT_SECRET": seed.AUTOMATION_SECRET},
        "secret in a file": {"ARM_CLIENT_SECRET_FILE_PATH": str(file)},
        "certificate": {"ARM_CLIENT_CERTIFICATE": pfx, "ARM_CLIENT_CERTIFICATE_PASSWORD": PASSWORD},
        "OIDC": {"ARM_USE_OIDC": "true", "ARM_OIDC_TOKEN": keys.assertion()},
    }


WAYS = ("secret", "secret in a file", "certificate", "OIDC")


@pytest.mark.parametrize("way", WAYS)
def test_no_secret_is_shown_logged_or_pickled(
    way: str, entra: Entra, keys: Keys, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    environment = entra.who | ways(keys, tmp_path)[way]
    identity = find_identity(nothing, environment)
    tokens = entra.tokens(identity)
    access = tokens.access(SCOPE)
    pem = keys.key_pem().decode().splitlines()[3]
    secrets = [
        seed.AUTOMATION_SECRET,
        PASSWORD,
        pem,
        access.value,
        environment.get("ARM_OIDC_TOKEN", PASSWORD),
    ]
    shown = " ".join(
        [*map(repr, (identity, identity.proof, tokens, access, vars(tokens))), str(identity), caplog.text]
    )
    assert caplog.text
    assert [secret for secret in secrets if secret in shown] == []
    for held in (identity, identity.proof, tokens, access):
        with pytest.raises(TypeError, match="not to be pickled"):
            pickle.dumps(held)
        with pytest.raises(TypeError, match="not to be pickled"):
            copy.deepcopy(held)


def test_the_end_of_a_token_is_a_value(entra: Entra) -> None:
    tokens = entra.tokens(find_identity(nothing, entra.who | {"ARM_CLIENT_SECRET": seed.AUTOMATION_SECRET}))
    first, again = tokens.access(SCOPE), tokens.access(SCOPE)
    assert timedelta(minutes=30) < first.expires_at - datetime.now(UTC) < timedelta(hours=2)
    assert abs(again.expires_at - first.expires_at) < timedelta(seconds=3)
    assert tokens.access(SCOPE, force=True).value != first.value


def test_many_sessions_ask_for_one_token(entra: Entra) -> None:
    tokens = entra.tokens(find_identity(nothing, entra.who | {"ARM_CLIENT_SECRET": seed.AUTOMATION_SECRET}))
    entra.offline.stats(reset=True)
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: tokens.token(SCOPE), range(40)))
    assert len(found) == 1
    counted: dict[str, Any] = entra.offline.stats()
    assert "oauth2/v2.0/token" in str(counted)
    asked = [
        count
        for part in counted.values()
        if isinstance(part, dict)
        for path, count in part.items()
        if "oauth2/v2.0/token" in path
    ]
    assert asked == [1]


def test_a_client_secret_may_be_given_as_it_is(entra: Entra) -> None:
    identity = Identity(seed.TENANT_ID, seed.AUTOMATION_CLIENT_ID, seed.AUTOMATION_SECRET)
    assert entra.tokens(identity).token(SCOPE)
    assert seed.AUTOMATION_SECRET not in repr(identity)


@pytest.mark.parametrize("authority", ["https://localhost:1/t", "nonsense", "https://[", "ftp://localhost/t"])
def test_an_authority_that_is_none(authority: str) -> None:
    with pytest.raises(SignInError) as caught:
        TokenSource(Identity("t", "c", "s3cret-s3cret"), authority).token(SCOPE)
    assert caught.value.code == "unreachable"
    assert "s3cret" not in str(caught.value)


def test_the_longest_code_that_fits_is_the_one() -> None:
    assert remedy_for("x AADSTS700213: …") == REMEDIES["AADSTS700213"] != REMEDIES["AADSTS70021"]
    assert remedy_for("AADSTS1: unknown, AADSTS700024: known") == REMEDIES["AADSTS700024"]
    assert remedy_for("nothing") == ""


def test_what_others_say_is_made_fit_for_a_message() -> None:
    assert plain("\n\n  first\x1b[31m\u202e eyJh.eyJi.c2ln \nsecond") == "first�[31m� …"
    assert len(plain("x" * 100_000)) < 500


def test_az_is_not_asked_when_something_else_is_set(entra: Entra, tmp_path: Path) -> None:
    path = put_az(tmp_path / "bin", "sys.exit('ERROR: must not run')")
    assert entra.sign_in(ARM_CLIENT_SECRET=seed.AUTOMATION_SECRET, PATH=str(path))
