"""The carrier pwsh against a real process that speaks PowerShell remoting."""

import shlex
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mailgrant.errors import (
    AccessDeniedError,
    HostLostError,
    SetupError,
)
from mailgrant.exchange.carriers.pwsh import PwshCarrier
from mailgrant.exchange.carriers.target import Target
from mailgrant.exchange.cmdlets import service_principal as principals
from mailgrant.exchange.cmdlets.call import Call
from mailgrant.exchange.connection import connect
from mailgrant.identities.identity import Identity, TokenSource
from offline_tenant import seed
from tests.worlds import OfflineTenant

APP_ID = "aaaaaaaa-0000-4000-8000-000000000001"
OBJECT_ID = "bbbbbbbb-0000-4000-8000-000000000001"


@pytest.fixture
def token(at_offline: OfflineTenant) -> str:
    authority = f"https://localhost:{at_offline.ports['https']}/{seed.TENANT_ID}"
    identity = Identity(seed.TENANT_ID, seed.AUTOMATION_CLIENT_ID, seed.AUTOMATION_SECRET)
    return TokenSource(identity, authority).token("https://outlook.office365.com/.default")


@pytest.fixture
def carrier(token: str) -> Iterator[PwshCarrier]:
    carrier = PwshCarrier(Target(seed.ORGANIZATION, token, timeout=30))
    yield carrier
    carrier.close()


def test_a_session_has_the_cmdlets_that_it_asked_for_and_no_others(carrier: PwshCarrier) -> None:
    with pytest.raises(AccessDeniedError, match="not recognized"):
        carrier.run(Call("Get-CASMailboxPlan"))


def test_only_plain_values_are_sent(carrier: PwshCarrier) -> None:
    with pytest.raises(TypeError, match="Identity: object cannot be sent"):
        carrier.run(Call("Get-MailboxPermission", {"Identity": object()}))


def test_a_host_that_is_killed_is_an_error_at_once(carrier: PwshCarrier) -> None:
    carrier._host.kill()  # noqa: SLF001 - as another process would

    with pytest.raises(HostLostError, match="ended with exit code -9"):
        carrier.run(principals.get_service_principals())


Stranger = Callable[[str], None]


@pytest.fixture
def pwsh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stranger:
    """Puts a program named pwsh on PATH that is none: a line of Python."""

    def pwsh(code: str) -> None:
        program = tmp_path / "pwsh"
        program.write_text(f"#!/bin/sh\nexec {shlex.quote(sys.executable)} -c {shlex.quote(code)}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))

    return pwsh


@pytest.mark.parametrize(
    ("code", "complaint"),
    [
        (
            "import sys; print('license expired', file=sys.stderr); sys.exit(3)",
            r"exit code 3\n    license expired",
        ),
        ("print('PS C:/> ', flush=True); input()", "output is not what a host says: PS C:/>"),
        ("import sys; sys.stdin.read()", "said nothing for 0.5 seconds, and was ended"),
    ],
)
def test_a_pwsh_that_is_no_host_is_named(pwsh: Stranger, code: str, complaint: str) -> None:
    pwsh(code)

    with pytest.raises(HostLostError, match=complaint):
        PwshCarrier(Target(seed.ORGANIZATION, "token", timeout=0.5))


def test_no_pwsh_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(SetupError, match="there is no pwsh on PATH"):
        PwshCarrier(Target(seed.ORGANIZATION, "token", timeout=1))


def test_without_an_identity_every_missing_variable_is_named(
    at_offline: OfflineTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ARM_CLIENT_ID")
    monkeypatch.delenv("ARM_CLIENT_SECRET")

    with pytest.raises(SetupError, match=r"ARM_CLIENT_ID \(or azuread:clientId\), ARM_CLIENT_SECRET"):
        connect({"mailgrant:cloud": "custom"}.get)
