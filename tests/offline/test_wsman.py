"""The jump host on the wire: who is let in, what is refused and how, shells that come and go; and pypsrp beside it."""

import asyncio
import contextlib
import uuid
from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import psrpcore
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypsrp.exceptions import AuthenticationError, WSManFaultError
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.serializer import TaggedValue
from pypsrp.wsman import WSMan

from offline_tenant.pwsh.admin_api import of_environment
from offline_tenant.state.tenant import Installation, Tenant
from offline_tenant.web.ledger import Fault, Ledger
from offline_tenant.wsman import envelope, shells
from offline_tenant.wsman.app import Account, Application
from tests.offline.exchange_helper import token
from tests.offline.ways import ACCOUNT, ORGANIZATION, jump_host
from tests.offline.wsman_fixtures import jump_host_environment

__all__ = ["jump_host_environment"]

POWERSHELL = shells.RESOURCES[0]
SHELL = envelope.NAMES["rsp"]
TRANSFER = envelope.NAMES["x"]
GOOD = b64encode(":".join(ACCOUNT).encode()).decode()


class Wire:
    """One request at a time, each in a loop of its own or of the caller's."""

    def __init__(self, application: Application) -> None:
        self.application = application
        transport = httpx.ASGITransport(application)
        self.http = httpx.AsyncClient(transport=transport, base_url="https://localhost")

    async def post(
        self, content: bytes | str, credentials: str = GOOD, path: str = "/wsman"
    ) -> httpx.Response:
        headers = {"Authorization": f"Basic {credentials}"} if credentials else {}
        return await self.http.post(path, content=content, headers=headers)

    async def ask(
        self,
        action: str,
        body: str = "",
        shell: str = "",
        resource: str = POWERSHELL,
        seconds: str = "PT0.05S",
    ) -> httpx.Response:
        selector = (
            f'<w:SelectorSet><w:Selector Name="ShellId">{shell}</w:Selector></w:SelectorSet>' if shell else ""
        )
        header = (
            f"<a:Action>{action}</a:Action><a:MessageID>uuid:1</a:MessageID><w:ResourceURI>{resource}</w:ResourceURI>"
            f"<w:OperationTimeout>{seconds}</w:OperationTimeout>{selector}"
        )
        return await self.post(
            f"<s:Envelope {envelope.DECLARED}><s:Header>{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>"
        )

    async def create(self, extra: str = "") -> str:
        pool = psrpcore.ClientRunspacePool()
        pool.open()
        payload = pool.data_to_send(32_768)
        assert payload
        data = b64encode(payload.data).decode()
        xml = f'<creationXml xmlns="http://schemas.microsoft.com/powershell">{data}</creationXml>'
        answer = await self.ask(f"{TRANSFER}/Create", f"<rsp:Shell>{extra}{xml}</rsp:Shell>")
        assert answer.status_code == 200, answer.text
        id_ = ET.fromstring(answer.content).findtext(".//rsp:ShellId", "", envelope.NAMES)  # noqa: S314 - our own
        assert id_
        return id_

    async def receive(self, shell: str, command: str = "") -> httpx.Response:
        of = f' CommandId="{command}"' if command else ""
        body = f"<rsp:Receive><rsp:DesiredStream{of}>stdout</rsp:DesiredStream></rsp:Receive>"
        return await self.ask(f"{SHELL}/Receive", body, shell)


@pytest.fixture
def wire(tenant: Tenant, ledger: Ledger) -> Wire:
    return Wire(Application(Account(*ACCOUNT), tenant.clock, ledger, of_environment))


def code(answer: httpx.Response) -> str:
    """WinRM's number of a fault."""
    assert answer.status_code == 500
    assert answer.headers["Content-Type"].startswith("application/soap+xml")
    found = ET.fromstring(answer.content).find(".//{*}WSManFault")  # noqa: S314 - our own
    assert found is not None
    return found.attrib["Code"]


# --- who is let in


@pytest.mark.parametrize(
    "credentials", ["", "!", b64encode(b"mailgrant").decode(), b64encode(b"mailgrant:wrong").decode()]
)
def test_wrong_credentials_are_refused_before_anything_is_read(
    wire: Wire, credentials: str, ledger: Ledger
) -> None:
    answer = asyncio.run(wire.post(b"<", credentials))
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Basic realm="WSMAN"')
    assert "wsman" not in ledger.stats()


def test_other_paths_and_verbs_are_not_there(wire: Wire) -> None:
    assert asyncio.run(wire.post(b"", path="/")).status_code == 404
    assert asyncio.run(wire.http.get("/wsman")).status_code == 405


def test_identify_tells_what_it_is(wire: Wire) -> None:
    body = '<i:Identify xmlns:i="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"/>'
    answer = asyncio.run(wire.post(f"<s:Envelope {envelope.DECLARED}><s:Body>{body}</s:Body></s:Envelope>"))
    assert "<wsmid:ProductVendor>mailgrant offline tenant</wsmid:ProductVendor>" in answer.text


# --- faults


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<",
        b"\xff\xfe",
        b"<a/>",
        b"<s:Envelope/>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><s:Envelope/>',
        b'<?xml version="1.0" encoding="x-none"?><a/>',
        f"<s:Envelope {envelope.DECLARED}><s:Header/></s:Envelope>".encode(),
    ],
)
def test_what_is_no_soap_is_a_schema_fault(wire: Wire, content: bytes) -> None:
    assert code(asyncio.run(wire.post(content))) == "2150858817"


def test_too_long_a_body_is_refused(wire: Wire) -> None:
    assert asyncio.run(wire.post(b" " * (1024 * 1024 + 1))).status_code == 413


@pytest.mark.parametrize(
    ("action", "body", "expected"),
    [
        (f"{TRANSFER}/Put", "", "2150858771"),
        ("<![CDATA[<x>]]>", "", "2150858771"),
        (f"{TRANSFER}/Create", "<rsp:Shell/>", "2150858817"),
        (f"{TRANSFER}/Create", "", "2150858817"),
        (f"{TRANSFER}/Delete", "", "2150858843"),
        (f"{SHELL}/Receive", "", "2150858843"),
        (f"{SHELL}/Command", "", "2150858843"),
    ],
)
def test_requests_without_a_shell_are_faults(wire: Wire, action: str, body: str, expected: str) -> None:
    assert code(asyncio.run(wire.ask(action, body))) == expected


def test_a_resource_that_is_not_there(wire: Wire) -> None:
    cmd = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd"
    assert code(asyncio.run(wire.ask(f"{TRANSFER}/Create", "<rsp:Shell/>", resource=cmd))) == "2150858752"
    assert code(asyncio.run(wire.ask(f"{TRANSFER}/Get", resource="http://x"))) == "2150858752"


def test_a_shell_opens_times_out_and_is_deleted(wire: Wire) -> None:
    async def run() -> None:
        shell = await wire.create()
        opened = await wire.receive(shell)
        assert '<rsp:Stream Name="stdout">' in opened.text
        assert code(await wire.receive(shell)) == "2150858793"
        waiting = asyncio.create_task(wire.ask(f"{SHELL}/Receive", "", shell, seconds="PT60S"))
        await asyncio.sleep(0)
        assert (await wire.ask(f"{TRANSFER}/Delete", shell=shell)).status_code == 200
        assert code(await waiting) == "2150858843"
        assert code(await wire.receive(shell)) == "2150858843"
        assert len(wire.application.shells) == 0

    asyncio.run(run())


def test_a_command_that_is_not_there(wire: Wire) -> None:
    async def run() -> None:
        shell = await wire.create()
        assert code(await wire.receive(shell, str(uuid.uuid4()))) == "2150858843"
        assert code(await wire.receive(shell, "x")) == "2150858817"
        terminate = f'<rsp:Signal CommandId="{uuid.uuid4()}"><rsp:Code>{SHELL}/signal/Terminate</rsp:Code></rsp:Signal>'
        assert (await wire.ask(f"{SHELL}/Signal", terminate, shell)).status_code == 200
        stop = terminate.replace("Terminate", "ctrl_c")
        assert code(await wire.ask(f"{SHELL}/Signal", stop, shell)) == "2150858843"

    asyncio.run(run())


def test_there_are_thirty_shells_at_most(wire: Wire) -> None:
    async def run() -> None:
        made = [await wire.create() for _ in range(30)]
        with pytest.raises(AssertionError, match="2150859174"):
            await wire.create()
        await wire.ask(f"{TRANSFER}/Delete", shell=made[0])
        await wire.create()

    asyncio.run(run())


def test_an_abandoned_shell_goes_away_by_the_tenants_clock(wire: Wire, tenant: Tenant) -> None:
    async def run() -> None:
        shell = await wire.create("<rsp:IdleTimeOut>PT90S</rsp:IdleTimeOut>")
        other = await wire.create()
        tenant.clock.advance(timedelta(seconds=80))
        assert (await wire.receive(shell)).status_code == 200
        tenant.clock.advance(timedelta(seconds=80))
        assert (await wire.receive(other)).status_code == 200
        tenant.clock.advance(timedelta(seconds=20))
        assert code(await wire.receive(shell)) == "2150858843"
        assert len(wire.application.shells) == 1

    asyncio.run(run())


def test_faults_and_latency_strike_the_jump_host(wire: Wire, ledger: Ledger) -> None:
    ledger.faults.append(Fault("wsman Create", 503, "Busy", "Too busy."))
    ledger.latencies["wsman *"] = 0.01
    answer = asyncio.run(wire.ask(f"{TRANSFER}/Create"))
    assert answer.status_code == 503
    assert "Too busy." in answer.text
    assert [(entry["call"], entry["code"]) for entry in ledger.log()] == [("Create", "Busy")]


# --- garbage: the shell that got it ends, no other one is touched


def test_garbage_ends_its_own_shell_only(wire: Wire) -> None:
    async def run() -> None:
        victim, other = await wire.create(), await wire.create()
        send = f'<rsp:Send><rsp:Stream Name="stdin">{b64encode(bytes(40)).decode()}</rsp:Stream></rsp:Send>'
        assert code(await wire.ask(f"{SHELL}/Send", send, victim)) == "2150858805"
        assert code(await wire.receive(victim)) == "2150858843"
        assert (await wire.receive(other)).status_code == 200

    asyncio.run(run())


@settings(max_examples=60, deadline=None)
@given(
    data=st.binary(max_size=120),
    stream=st.sampled_from(["stdin", "pr", "stdout", ""]),
    action=st.sampled_from(["Send", "Command", "Signal", "Receive"]),
)
def test_whatever_comes_every_request_is_answered_and_others_go_on(
    data: bytes, stream: str, action: str
) -> None:
    installation = Installation(":memory:")
    wire = Wire(Application(Account(*ACCOUNT), installation.clock, Ledger(), of_environment))

    async def run() -> None:
        victim, other = await wire.create(), await wire.create()
        text = b64encode(data).decode()
        body = (
            f'<rsp:{action} CommandId="{uuid.uuid4()}"><rsp:Stream Name="{stream}">{text}</rsp:Stream>'
            f"<rsp:Arguments>{text}</rsp:Arguments></rsp:{action}>"
        )
        assert (await wire.ask(f"{SHELL}/{action}", body, victim)).status_code in {200, 500}
        assert (await wire.receive(other)).status_code == 200

    asyncio.run(run())
    installation.store.close()


# --- pypsrp


@pytest.fixture
def wsman(jump_host_environment: dict[str, str]) -> Iterator[WSMan]:
    with jump_host(jump_host_environment) as wsman:
        yield wsman


def run(pool: RunspacePool, cmdlet: str, **parameters: Any) -> PowerShell:
    shell = PowerShell(pool)
    shell.add_cmdlet(cmdlet)
    for name, value in parameters.items():
        shell.add_parameter(name, value)
    shell.invoke()
    shell.close()
    return shell


def connect(pool: RunspacePool, tenant: Tenant) -> None:
    given = {"AccessToken": token(tenant), "Organization": ORGANIZATION, "ShowBanner": False}
    assert not run(pool, "Connect-ExchangeOnline", **given).had_errors


def test_a_wrong_password_is_told_to_pypsrp(jump_host_environment: dict[str, str]) -> None:
    with jump_host(jump_host_environment, password="wrong") as wsman:  # noqa: SIM117 - one raises, one closes
        with pytest.raises(AuthenticationError):
            RunspacePool(wsman).open()


def test_pools_know_nothing_of_each_other(wsman: WSMan, tenant: Tenant, ledger: Ledger) -> None:
    with RunspacePool(wsman) as first, RunspacePool(wsman) as second:
        connect(first, tenant)
        assert len(run(first, "Get-Mailbox").output) > 1
        assert run(second, "Get-Mailbox").streams.error[0].fq_error == "CommandNotFoundException"
        assert first.is_alive()
        assert ledger.stats()["connects"] == 1


def test_a_secure_string_arrives(wsman: WSMan) -> None:
    with RunspacePool(wsman) as pool:
        pool.exchange_keys()
        [error] = run(pool, "Import-Module", Name=TaggedValue("SS", "Secret.Module")).streams.error
        assert "'Secret.Module'" in str(error)


def test_a_pipeline_that_runs_is_stopped_and_the_pool_goes_on(
    wsman: WSMan, tenant: Tenant, ledger: Ledger
) -> None:
    with RunspacePool(wsman) as pool:
        connect(pool, tenant)
        ledger.latencies["exchange Get-Mailbox"] = 30.0
        shell = PowerShell(pool)
        shell.add_cmdlet("Get-Mailbox")
        shell.begin_invoke()
        shell.stop()
        ledger.latencies.clear()
        assert len(run(pool, "Get-Mailbox").output) > 1


def test_a_pool_whose_shell_is_gone_says_so(wsman: WSMan, tenant: Tenant) -> None:
    pool = RunspacePool(wsman)
    pool.open()
    tenant.clock.advance(timedelta(hours=3))
    with pytest.raises(WSManFaultError, match="the shell was not found"):
        run(pool, "Get-Module")
    with contextlib.suppress(WSManFaultError):
        pool.close()
