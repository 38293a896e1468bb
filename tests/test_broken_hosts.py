"""A PowerShell that breaks while a call waits: the call ends at once, so does closing, and the pool opens another."""

import shlex
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mailgrant.errors import HostLostError
from mailgrant.exchange.carriers.host import END_PATIENCE
from mailgrant.exchange.carriers.pwsh import PwshCarrier
from mailgrant.exchange.carriers.runspace import CLOSE_PATIENCE
from mailgrant.exchange.carriers.target import Target
from mailgrant.exchange.cmdlets.permissions import get_mailbox_permissions
from mailgrant.exchange.pool import SessionPool
from tests.carriers import target
from tests.worlds import OfflineTenant

PROGRAM = Path(__file__).parent / "programs" / "broken_pwsh.py"
CALL = get_mailbox_permissions("invoices@contoso.com")
AT_ONCE = min(END_PATIENCE, CLOSE_PATIENCE) - 1  # seconds; whoever had to lose patience took longer
HOURS = 3600.0  # seconds that the carriers here wait for an answer
FAULTS = {
    "ends": "ended with exit code 3",
    "is killed": "ended with exit code -9",
    "writes garbage": "output is not what a host says: Unhandled exception.",
    "writes no XML": r"output is not what a host says: a message that cannot be read \(ParseError\)",
    "writes half a fragment": "output is not what a host says: 4 bytes are no fragment",
}

Breaking = Callable[[str], Target]


@pytest.fixture
def breaking(tmp_path: Path, at_offline: OfflineTenant, monkeypatch: pytest.MonkeyPatch) -> Breaking:
    """Puts a host that breaks once on PATH; gives the target for it."""

    def breaking(fault: str) -> Target:
        program = tmp_path / "broken" / "pwsh"
        program.parent.mkdir()
        words = [sys.executable, str(PROGRAM), str(shutil.which("pwsh")), fault, str(tmp_path / "it broke")]
        program.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n')
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(program.parent), prepend=":")
        return target(at_offline, timeout=HOURS)

    return breaking


@pytest.mark.parametrize("fault", FAULTS)
def test_the_call_and_closing_end_at_once(breaking: Breaking, fault: str) -> None:
    carrier = PwshCarrier(breaking(fault))
    began = time.monotonic()

    with pytest.raises(HostLostError, match=FAULTS[fault]):
        carrier.run(CALL)
    carrier.close()

    assert time.monotonic() - began < AT_ONCE


def test_the_pool_opens_another_session_for_the_call(breaking: Breaking) -> None:
    to = breaking("writes no XML")
    pool = SessionPool(lambda: PwshCarrier(to), width=1)

    reply = pool.run(CALL)
    began = time.monotonic()
    pool.close()

    assert reply.records
    assert time.monotonic() - began < AT_ONCE
