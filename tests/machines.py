"""Computers on which nothing is set up yet: a PATH that holds only what each test puts there, and a Go that is acted."""

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENGINE = ROOT / "tools" / "pulumi" / "engine.py"
# Go is an outside program: this one answers what engine.py asks, writes down the questions, stops
# at the gate while there is one, and breaks off half-way where `breaks` names what it builds.
FAKE_GO = """
import json, pathlib, sys

here = pathlib.Path(__file__).parent
asked = sys.argv[1:]
with (here / "calls").open("a") as calls:
    calls.write(" ".join(asked) + "\\n")

def build():
    target = pathlib.Path(asked[asked.index("-o") + 1])
    target.write_text("half")
    if (here / "gate").exists():
        (here / "gate").open().close()
    breaks = here / "breaks"
    if breaks.exists() and target.name.startswith(breaks.read_text()):
        sys.exit("link: no space left on device")
    target.write_text("#!/bin/sh")
    target.chmod(0o755)

def answer():
    if asked[0] == "env":
        print((here / "settings.json").read_text())
    elif asked[0] == "build":
        build()
    elif "-m" in asked:
        print(here / "module")
    else:
        print("go: downloading example.invalid v1.0.0", "fmt", "example.invalid", sep="\\n")

answer()
"""


@dataclass
class Machine:
    """A computer for engine.py: its PATH, its cache and what was asked of its Go."""

    root: Path
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def bin(self) -> Path:
        return self.root / "bin"

    @property
    def cache(self) -> Path:
        return self.root / "cache" / "mailgrant"

    @property
    def environment(self) -> dict[str, str]:
        defaults = {"PATH": str(self.bin), "HOME": str(self.root), "XDG_CACHE_HOME": str(self.cache.parent)}
        return {**defaults, **self.settings}

    def put(self, name: str, script: str, folder: str = "bin") -> Path:
        path = self.root / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    def put_go(self, version: str = "go1.99.0") -> None:
        folder = self.root / "go"
        for part in ("cmd/pulumi-language-python-exec", "dist/pulumi-resource-pulumi-python"):
            self.put(part, "true", "go/module/python")
        (folder / "go.py").write_text(FAKE_GO)
        caches = {"GOCACHE": str(folder / "build"), "GOMODCACHE": str(folder / "mod"), "GOTMPDIR": ""}
        (folder / "settings.json").write_text(json.dumps({"GOVERSION": version, **caches}))
        self.put("go", f'exec "{sys.executable}" "{folder / "go.py"}" "$@"')

    def break_go_at(self, program: str) -> None:
        (self.root / "go" / "breaks").write_text(program)

    def mend_go(self) -> None:
        (self.root / "go" / "breaks").unlink()

    def calls(self, verb: str = "") -> list[str]:
        calls = self.root / "go" / "calls"
        return (
            [line for line in calls.read_text().splitlines() if line.startswith(verb)]
            if calls.exists()
            else []
        )

    def engine(self) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, ENGINE], env=self.environment, capture_output=True, text=True, check=False
        )
        assert "Traceback" not in done.stderr
        return done

    def start(self) -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        return subprocess.Popen(
            [sys.executable, ENGINE], env=self.environment, stdout=pipe, stderr=pipe, text=True
        )

    def made(self) -> set[str]:
        """What stands in the cache, the lock's file aside."""
        found = self.cache.glob("**/*") if self.cache.exists() else ()
        return {path.name for path in found if path.suffix != ".lock"}
