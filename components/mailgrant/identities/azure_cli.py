"""The Azure CLI: whoever is logged in there. Its program is started without a shell, and within a time limit.

Source: learn.microsoft.com/cli/azure/account#az-account-get-access-token
"""

import json
import os
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final

from mailgrant.errors import SetupError, SignInError
from mailgrant.identities.proofs import AccessToken, Unwritable
from mailgrant.identities.remedies import plain, remedy_for

TIMEOUT: Final = 90.0  # seconds; az itself takes a few to start
EARLY: Final = 300.0  # seconds before its end in which a token is asked for anew, as MSAL does
TENANT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
LOG_IN: Final = (
    "Log in with an application or a managed identity (az login --service-principal, az login --identity), "
    "or set another identity."
)
CLOUD_SHELL: Final = "cloud-shell/"  # there az takes no --tenant


class AzureCli(Unwritable):
    """Who is logged in at the Azure CLI.

    Args:
        tenant: its id; that of the login unless given.
        environment: of the program, and where it is looked for.
        passed_over: what was looked at before, for the message.
        timeout: seconds that the program may take.

    Raises:
        SetupError: the tenant's id cannot be one.
    """

    def __init__(
        self, tenant: str, environment: Mapping[str, str], passed_over: str = "", timeout: float = TIMEOUT
    ) -> None:
        if tenant and not TENANT.fullmatch(tenant):
            raise SetupError("the tenant's id is neither an id nor a domain", "Check ARM_TENANT_ID.")
        self._tenant, self._environment = tenant, dict(environment)
        self._passed_over, self._timeout = passed_over, timeout
        self._lock = threading.Lock()
        self._tokens: dict[str, AccessToken] = {}

    def token(self, scope: str, *, force: bool) -> AccessToken:
        """A token; the last one again unless it ends soon or a new one is forced.

        Raises:
            SignInError: there is no az, nobody is logged in, or it gives none.
        """
        with self._lock:
            known = self._tokens.get(scope)
            if force or known is None or known.expires_at.timestamp() - time.time() < EARLY:
                self._tokens[scope] = self._ask(scope)
            return self._tokens[scope]

    def _ask(self, scope: str) -> AccessToken:
        output = self._run(
            ["account", "get-access-token", "--output", "json", "--scope", scope, *self._where()]
        )
        try:
            answer = json.loads(output)
            value, end = str(answer["accessToken"]), _end(answer)
        except (ValueError, KeyError, TypeError, OverflowError, OSError):
            raise self._error(
                "it answered with something else than a token", "Is this az 2.54 or newer?"
            ) from None
        return AccessToken(value, end)

    def _where(self) -> list[str]:
        in_cloud_shell = self._environment.get("AZUREPS_HOST_ENVIRONMENT", "").startswith(CLOUD_SHELL)
        return ["--tenant", self._tenant] if self._tenant and not in_cloud_shell else []

    def _run(self, arguments: list[str]) -> str:
        program = find(self._environment)
        if program is None:
            raise self._error("there is no az on PATH", "Install the Azure CLI, or set another identity.")
        try:
            status, output, errors = _finished([program, *arguments], self._environment, self._timeout)
        except subprocess.TimeoutExpired:
            raise self._error(f"az did not end within {self._timeout:g} s", "Try: az account show") from None
        except OSError as error:
            raise self._error(f"az cannot be started ({error.strerror})", "Try: az version") from None
        if status:
            raise self._refused(errors)
        return output

    def _refused(self, errors: str) -> SignInError:
        if "az login" in errors and "AADSTS" not in errors:
            return self._error("nobody is logged in there", LOG_IN, "azure-cli-logged-out")
        lines = [line for line in errors.splitlines() if line.strip()]
        said = next(
            (line for line in lines if line.startswith("ERROR")), lines[-1] if lines else "no reason given"
        )
        return self._error(plain(said), remedy_for(errors) or LOG_IN)

    def _error(self, text: str, remedy: str, code: str = "azure-cli") -> SignInError:
        before = f"; looked at before it:\n{self._passed_over}" if self._passed_over else ""
        return SignInError(code, f"the Azure CLI gives no token: {text}{before}", remedy)


def find(environment: Mapping[str, str]) -> str | None:
    """Where the program az is, by the PATH of an environment."""
    return shutil.which("az", path=environment.get("PATH", ""))


def _finished(command: list[str], environment: Mapping[str, str], timeout: float) -> tuple[int, str, str]:
    """Run a program to its end; az is a script that starts Python, so all that it started ends with it."""
    with subprocess.Popen(
        command,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    ) as process:
        try:
            output, errors = process.communicate(timeout=timeout)
        except BaseException:
            _kill(process)
            raise
    return process.returncode, output, errors


def _kill(process: "subprocess.Popen[str]") -> None:
    with suppress(ProcessLookupError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _end(answer: Mapping[str, Any]) -> datetime:
    """``expires_on`` in seconds since 1970; before az 2.54 only ``expiresOn``, in the machine's own time."""
    if "expires_on" in answer:
        return datetime.fromtimestamp(int(answer["expires_on"]), UTC)
    return datetime.fromisoformat(str(answer["expiresOn"])).astimezone(UTC)
