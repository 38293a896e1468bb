"""Three ways to Exchange's cmdlets that look alike to a test: PowerShell on pipes, PowerShell over WSMan, plain HTTPS.

The clients are psrpcore, pypsrp and httpx; nothing of the product's own session is used.
"""

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx
from psrpcore.types import PSListBase, PSObject
from pypsrp.complex_objects import GenericComplexObject
from pypsrp.host import PSHost, PSHostUserInterface
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import WSMan

from tests.offline.pwsh_helper import NULL_HOST, REAL_HOST, Client, properties

ORGANIZATION = "contoso.onmicrosoft.com"
ACCOUNT = ("mailgrant", "jump")
NOT_THERE = 403


@dataclass
class Result:
    """What came of a cmdlet."""

    records: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    unknown: bool = False


class Way(Protocol):
    """A connected session."""

    def run(self, cmdlet: str, *, answer: bool | None = None, **parameters: Any) -> Result:
        """Run one cmdlet; ``answer`` is yes or no to whatever it asks, None means that nobody is there."""


def plain(value: Any) -> Any:
    """A value as JSON has it; times and the like as text."""
    if isinstance(value, PSListBase | list):
        return [plain(member) for member in value]
    if value is None or isinstance(value, bool | int):
        return value
    return str(value)


class Pipes:
    """psrpcore over the pipes of the stand-in's process."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def run(self, cmdlet: str, *, answer: bool | None = None, **parameters: Any) -> Result:
        """See ``Way``."""
        host = NULL_HOST if answer is None else REAL_HOST
        run = self._client.run(cmdlet, host=host, answer=0 if answer else 2, **parameters)
        reason = [] if run.reason is None else [run.reason]
        return Result(
            [_record(properties(one)) for one in run.output if isinstance(one, PSObject)],
            run.warnings,
            [str(error) for error in (*run.errors, *reason)],
            run.questions,
            unknown=any(str(one.FullyQualifiedErrorId) == "CommandNotFoundException" for one in reason),
        )


class _Screen(PSHostUserInterface):
    """Somebody at the other end who gives one and the same answer."""

    def __init__(self) -> None:
        super().__init__()
        self.answer, self.questions = 2, list[str]()

    def PromptForChoice(self, *asked: Any) -> int:  # noqa: N802 - pypsrp's
        _, _, _, message, *_ = asked
        self.questions.append(str(message))
        return self.answer


class Remoting:
    """pypsrp over WSMan: two pools, because a pool has one host or none."""

    def __init__(self, wsman: WSMan, token: str) -> None:
        self._screen = _Screen()
        host = PSHost(None, None, False, "test", None, self._screen, "1.0")  # noqa: FBT003 - pypsrp's own
        self.pools = {True: RunspacePool(wsman, host=host), False: RunspacePool(wsman)}
        for attended, pool in self.pools.items():
            pool.open()
            given = {"AccessToken": token, "Organization": ORGANIZATION, "ShowBanner": False}
            assert self._run("Connect-ExchangeOnline", given, attended=attended).errors == []

    def run(self, cmdlet: str, *, answer: bool | None = None, **parameters: Any) -> Result:
        """See ``Way``."""
        self._screen.answer, self._screen.questions = 0 if answer else 2, []
        result = self._run(cmdlet, parameters, attended=answer is not None)
        result.questions = self._screen.questions
        return result

    def _run(self, cmdlet: str, parameters: Mapping[str, Any], *, attended: bool) -> Result:
        shell = PowerShell(self.pools[attended])
        shell.add_cmdlet(cmdlet)
        for name, value in parameters.items():
            shell.add_parameter(name, value)
        output = shell.invoke()
        shell.close()
        assert not any(isinstance(one, str) for one in output)
        return Result(
            [_record(one.extended_properties) for one in output if isinstance(one, GenericComplexObject)],
            [str(one.message) for one in shell.streams.warning],
            [_message(one.exception) for one in shell.streams.error],
            unknown=any(one.fq_error == "CommandNotFoundException" for one in shell.streams.error),
        )

    def close(self) -> None:
        """Close both pools."""
        for pool in self.pools.values():
            pool.close()


class Rest:
    """The endpoint itself, with what the Exchange module does around it."""

    def __init__(self, client: httpx.Client, token: str) -> None:
        self._client, self._headers = client, {"Authorization": f"Bearer {token}"}

    def run(self, cmdlet: str, *, answer: bool | None = None, **parameters: Any) -> Result:
        """See ``Way``."""
        given, result, left = dict(parameters), Result(), parameters.pop("ResultSize", "1000")
        path: str | None = f"/adminapi/beta/{ORGANIZATION}/InvokeCommand"
        while path:
            with self._client.stream(
                "POST", path, json=_input(cmdlet, given), headers=self._headers
            ) as response:
                if response.status_code == NOT_THERE:
                    return Result(unknown=True, errors=["not there"])
                response.read()
            body = response.json()
            path = body.get("@odata.nextLink") if left == "Unlimited" else None
            result.warnings += body["@adminapi.warnings"]
            result.errors += [one["message"] for one in body.get("error", {}).get("details", [])]
            result.records += [_record(one) for one in body.get("value", [])]
            if question := body.get("@adminapi.confirmationmessage"):
                return self._asked(result, cmdlet, given, question, answer=answer)
        return result

    def _asked(
        self, result: Result, cmdlet: str, given: dict[str, Any], question: str, *, answer: bool | None
    ) -> Result:
        if answer is None:
            result.errors.append(question)
            return result
        done = self.run(cmdlet, **given, Confirm=False) if answer else result
        done.questions = [question]
        return done


def _input(cmdlet: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {"CmdletInput": {"CmdletName": cmdlet, "Parameters": parameters}}


def _message(exception: Any) -> str:
    return str(exception.adapted_properties["Message"])


def _record(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: plain(value) for name, value in values.items() if "@" not in name}


@contextmanager
def pipes(environment: Mapping[str, str], token: str) -> Iterator[Way]:
    """psrpcore over pipes."""
    with Client(dict(environment)) as client:
        client.connect(token)
        yield Pipes(client)


@contextmanager
def remoting(environment: Mapping[str, str], token: str) -> Iterator[Way]:
    """pypsrp over WSMan."""
    with jump_host(environment) as wsman:
        way = Remoting(wsman, token)
        yield way
        way.close()


@contextmanager
def rest(environment: Mapping[str, str], token: str) -> Iterator[Way]:
    """The endpoint without PowerShell."""
    trust = ssl.create_default_context(cafile=environment["SSL_CERT_FILE"])
    with httpx.Client(base_url=environment["OFFLINE_TENANT_URL"], verify=trust) as client:
        yield Rest(client, token)


@contextmanager
def jump_host(environment: Mapping[str, str], **changes: Any) -> Iterator[WSMan]:
    """A connection of pypsrp to the jump host."""
    port = urlsplit(environment["WSMAN_URL"]).port
    given: dict[str, Any] = {
        "username": ACCOUNT[0],
        "password": ACCOUNT[1],
        "auth": "basic",
        "operation_timeout": 2,
    }
    given["cert_validation"] = str(Path(environment["SSL_CERT_FILE"]))
    with WSMan("localhost", port=port, **(given | changes)) as wsman:
        yield wsman


WAYS = {"pwsh": pipes, "wsman": remoting, "rest": rest}
