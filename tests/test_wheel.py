"""What is shipped: the wheel holds both packages whole, and works without what only the offline tenant needs."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built by the backend that the environment has: nothing is fetched."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    [built] = folder.glob("mailgrant-*.whl")
    return built


def test_the_wheel_holds_both_packages_and_nothing_else(wheel: Path) -> None:
    shipped = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    components = ROOT / "components"
    sources = [*(components / "mailgrant").rglob("*.py"), *(ROOT / "offline_tenant").rglob("*.py")]

    assert "mailgrant/py.typed" in shipped
    assert {name for name in shipped if name.endswith(".py")} == {
        str(path.relative_to(components if components in path.parents else ROOT)) for path in sources
    }
    assert {name.partition("/")[0] for name in shipped} == {"mailgrant", "offline_tenant"}


def test_the_command_works_without_the_extra(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    program = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"starlette", "twisted", "uvicorn", "trustme"}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Missing())
import mailgrant.cli
assert mailgrant.cli.__file__.startswith(sys.path[0]), mailgrant.cli.__file__
mailgrant.cli.main()
"""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", program, *arguments],
            env={"PYTHONPATH": str(tmp_path)},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    assert run("--help").returncode == 0
    refused = run("offline", "start")
    assert refused.returncode == 2
    assert "pip install 'mailgrant[offline]'" in refused.stderr
    assert "Traceback" not in refused.stderr
