"""What a shell, Pulumi, the azuread plugin, MSAL and mailgrant need to know to meet this tenant."""

import json
import os
import shlex
import shutil
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Final

from offline_tenant import seed
from offline_tenant.home import VARIABLE, Home, OfflineError

PLUGIN: Final = "pulumi-resource-azuread"
PLUGIN_VARIABLE: Final = "MAILGRANT_AZUREAD_PLUGIN"
MAIL: Final = ("imap", "pop", "smtp")
PASSPHRASE: Final = "offline"  # noqa: S105 - it guards the state of a toy on this machine


def variables(home: Home, ports: dict[str, int]) -> dict[str, str]:
    """The environment variables of a shell that works against this tenant, PATH apart.

    Args:
        home: of a tenant that was started at least once.
        ports: by service.
    """
    host = f"localhost:{ports['https']}"
    bundle = str(home.bundle)
    return {
        VARIABLE: str(home.root),
        # for the azuread plugin, and for mailgrant, which reads the same names
        "ARM_METADATA_HOSTNAME": host,
        "ARM_TENANT_ID": seed.TENANT_ID,
        "ARM_CLIENT_ID": seed.AUTOMATION_CLIENT_ID,
        "ARM_CLIENT_SECRET": seed.AUTOMATION_SECRET,
        # trust: Go and Python, Python's requests (MSAL), curl
        "SSL_CERT_FILE": bundle,
        "REQUESTS_CA_BUNDLE": bundle,
        "CURL_CA_BUNDLE": bundle,
        # for the pwsh stand-in, and for mailgrant's hosts
        "OFFLINE_TENANT_URL": f"https://{host}",
        "MAILGRANT_CLOUD_FILE": str(home.cloud),
        # for mailgrant, pypsrp and others: a jump host with PowerShell behind WSMan
        "MAILGRANT_WSMAN_HOST": "localhost",
        "MAILGRANT_WSMAN_PORT": str(ports["wsman"]),
        "MAILGRANT_WSMAN_AUTH": "basic",
        "MAILGRANT_WSMAN_USERNAME": seed.JUMP_HOST_USER,
        "MAILGRANT_WSMAN_PASSWORD": seed.JUMP_HOST_PASSWORD,
        # for Pulumi: state in this home, nothing from the network
        "PULUMI_HOME": str(home.pulumi_home),
        "PULUMI_BACKEND_URL": home.stacks.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    }


def exports(home: Home, ports: dict[str, int]) -> str:
    """The same as text for ``eval``: every value quoted, PATH put in front of what is there."""
    lines = [f"export {name}={shlex.quote(value)}" for name, value in variables(home, ports).items()]
    folders = ":".join(shlex.quote(str(folder)) for folder in search_path(home))
    return "\n".join([*lines, f'export PATH={folders}:"$PATH"']) + "\n"


def search_path(home: Home) -> list[Path]:
    """The folders to put in front of PATH: our programs, this Python's, and the engine built by ``make``."""
    # Old language hosts know of no virtual environment: the python on PATH must be the one with mailgrant.
    return [home.bin, Path(sys.executable).parent, *_engine()]


def _engine() -> list[Path]:
    if shutil.which("pulumi"):
        return []
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mailgrant"
    built = sorted(cache.glob("pulumi-*/pulumi"), key=lambda path: path.stat().st_mtime)
    return [path.parent for path in built[-1:]]


def write(home: Home, ports: dict[str, int]) -> None:
    """Put the files into the home that the variables point to."""
    home.cloud.write_text(json.dumps(_cloud(ports), indent=1) + "\n")
    _program(home.bin / "pwsh", "offline_tenant.pwsh")
    _azuread_plugin(home)


def _cloud(ports: dict[str, int]) -> dict[str, object]:
    return {
        "name": "offline",
        "authority": f"https://localhost:{ports['https']}",
        "scope": "https://outlook.office365.com/.default",
        "exchange_environment": None,
        "exchange": f"https://localhost:{ports['https']}",
        "graph": f"https://localhost:{ports['https']}",
        "hosts": {service: {"host": "localhost", "port": ports[service]} for service in MAIL},
    }


def _program(path: Path, module: str) -> None:
    scratch = path.with_name(path.name + ".new")
    # -P: it runs in people's folders, where a json.py of theirs must not stand in for Python's.
    scratch.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -P -m {module} "$@"\n')
    scratch.chmod(0o755)
    scratch.replace(path)


def _azuread_plugin(home: Home) -> None:
    """The real plugin where there is one, else the stand-in, where the engine finds it without a warning."""
    folder = home.pulumi_home / "plugins" / f"resource-azuread-v{version('pulumi-azuread')}"
    real = real_azuread_plugin()
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    if real is None:
        _program(folder / PLUGIN, "offline_tenant.azuread_plugin")
        return
    # Link by link: the engine takes no folder that is a link for a plugin's.
    for file in real.iterdir():
        (folder / file.name).symlink_to(file)


def real_azuread_plugin() -> Path | None:
    """The folder of the real plugin: the one named by ``MAILGRANT_AZUREAD_PLUGIN``, or installed, or on PATH.

    Raises:
        OfflineError: the folder that was named holds no plugin.
    """
    if named := os.environ.get(PLUGIN_VARIABLE):
        if not (Path(named) / PLUGIN).is_file():
            raise OfflineError(f"{PLUGIN_VARIABLE} names {named}, which holds no {PLUGIN}")
        return Path(named).resolve()
    mine = os.environ.get("PULUMI_HOME", "")
    homes = [Path(mine)] if mine and not os.environ.get(VARIABLE) else []
    for pulumi_home in [*homes, Path.home() / ".pulumi"]:
        for found in sorted((pulumi_home / "plugins").glob(f"resource-azuread-v*/{PLUGIN}"), reverse=True):
            return found.parent.resolve()
    return None  # one on PATH needs no help: the engine prefers it
