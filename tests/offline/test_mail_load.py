"""Two hundred IMAP logins in parallel; ``bench/offline_logins.py`` does the same with other numbers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from offline_tenant import process
from offline_tenant.home import Home
from tests.offline import mail_load_helper

pytestmark = pytest.mark.load

LOGINS = 200


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path / "home")
    process.start(home)
    yield home
    process.stop(home)


def test_all_log_in_and_nothing_is_leaked(home: Home) -> None:
    process.control(home, "PUT", "limits", {"imapConnections": "unlimited"})
    outcome = mail_load_helper.run(home, LOGINS)
    assert outcome.problems == []
    assert outcome.after.descriptors <= outcome.before.descriptors
    logins = process.control(home, "GET", "stats")["logins"]
    assert set(logins) == {"imap ok"}
    assert logins["imap ok"] >= LOGINS
    assert home.log.read_text() == ""
