"""Benchmarks say what they are and what they take; nothing that is typed ends in a traceback."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NAMES = sorted(file.stem for file in (ROOT / "bench").glob("[a-z]*.py"))


def bench(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", f"bench.{name}", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", NAMES)
def test_help_and_what_is_no_number(name: str) -> None:
    helped = bench(name, "--help")
    assert (helped.returncode, helped.stderr) == (0, "")
    assert helped.stdout.startswith("usage: ")
    refused = bench(name, "many")
    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr
