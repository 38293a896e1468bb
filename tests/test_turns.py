"""Side by side, but not beside a test that measures."""

import subprocess
import sys
from pathlib import Path

from tests.machines import ROOT

CONFIGURATION = """\
[pytest]
markers = load: measures
pythonpath = {root}
"""
TESTS = """\
import hashlib, os
from pathlib import Path
import pytest

def note(text):
    with Path("log").open("a") as log:
        log.write(text)

@pytest.mark.parametrize("number", range(12))
def test_any(number):
    note("<")
    hashlib.pbkdf2_hmac("sha256", b"", b"", 100_000)
    note(">")

@pytest.mark.load
@pytest.mark.parametrize("number", range(6))
def test_that_measures(number):
    note("[")
    hashlib.pbkdf2_hmac("sha256", b"", b"", 100_000)
    note("]")
"""


def test_nothing_runs_beside_a_test_that_measures(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text(CONFIGURATION.format(root=ROOT))
    (tmp_path / "conftest.py").write_text("from tests.turns import pytest_runtest_protocol\n")
    (tmp_path / "test_some.py").write_text(TESTS)

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "3"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout
    log = (tmp_path / "log").read_text()
    assert log.count("[]") == 6
    assert log.count("<") == 12
