"""Builds the engine's folder: step by step beside it, then moved into place in one go."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import recipe

if TYPE_CHECKING:
    from collections.abc import Callable

    from gotool import Go
    from progress import Progress

UNFINISHED = ".part"


def build(go: Go, target: Path, progress: Progress) -> None:
    """Make `target` with every program in it; a step that an earlier try finished is not done again."""
    staging = target.with_name(f"{target.name}.building")
    staging.mkdir(parents=True, exist_ok=True)
    try:
        for binary in recipe.BINARIES:
            _compile(go, binary, staging, progress)
        _copy_scripts(go, staging, progress)
        staging.rename(target)
    finally:
        _sweep(staging)


def _compile(go: Go, binary: recipe.Binary, staging: Path, progress: Progress) -> None:
    if (staging / binary.name).exists():
        return
    packages = _download(go, binary, progress)
    doing = f"Compiling {binary.name} {binary.version}"
    unfinished = staging / f"{binary.name}{UNFINISHED}"
    progress.doing(doing)
    arguments = ["build", *recipe.GO_FLAGS, "-trimpath", "-buildvcs=false", "-v", "-o", str(unfinished)]
    arguments += ["-ldflags", recipe.link_flags(binary), binary.package]
    go.run(doing, binary.folder, arguments, _counted(progress, len(packages)))
    unfinished.rename(staging / binary.name)


def _download(go: Go, binary: recipe.Binary, progress: Progress) -> list[str]:
    doing = f"Downloading the Go modules of {binary.name} {binary.version}"
    progress.doing(doing)

    def on_line(line: str) -> None:
        if line.startswith("go: downloading "):
            progress.detail = line.removeprefix("go: downloading ")

    lines = go.run(doing, binary.folder, ["list", *recipe.GO_FLAGS, "-deps", binary.package], on_line)
    return [line for line in lines if not line.startswith("go: ")]


def _counted(progress: Progress, packages: int) -> Callable[[str], None]:
    seen = 0

    def on_line(line: str) -> None:
        nonlocal seen
        seen += 1
        progress.detail = f"package {seen} of {packages}, {line}"

    return on_line


def _copy_scripts(go: Go, staging: Path, progress: Progress) -> None:
    doing = "Taking the Python host's scripts from the SDK's module"
    progress.doing(doing)
    arguments = ["list", *recipe.GO_FLAGS, "-m", "-f", "{{.Dir}}", recipe.SDK]
    module = Path(go.run(doing, "engine", arguments, lambda _: None)[-1])
    for script in recipe.SCRIPTS:
        shutil.copyfile(module / script.path, staging / script.name)
        (staging / script.name).chmod(0o755)


def _sweep(staging: Path) -> None:
    # Finished steps stay for the next try; what is half-made goes, and an empty folder with it.
    for leftover in staging.glob(f"*{UNFINISHED}"):
        leftover.unlink()
    if staging.exists() and not any(staging.iterdir()):
        staging.rmdir()
