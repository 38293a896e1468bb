"""What the stand-in sends against what a real PowerShell host sent: message types, their order, their shapes."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from psrpcore._payload import unpack_fragment, unpack_message
from psrpcore.types import PSRPMessageType

from tests.offline.pwsh_helper import Client

RECORDINGS = Path(__file__).parents[2].parent / "shared" / "recordings"
SERVER_TO_CLIENT = 1

pytestmark = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the recordings of a real host are not here")


def recorded(name: str) -> list[tuple[str, bytes]]:
    """Type and body of each message that the real host sent."""
    text = (RECORDINGS / f"{name}.yml").read_text()
    streams = re.findall(r"(?:creationXml|rsp:Stream|rsp:Arguments)[^>]*>([A-Za-z0-9+/=\s]+)<", text)
    return list(_messages(bytearray(b"".join(map(base64.b64decode, streams)))))


def _messages(data: bytearray) -> Iterator[tuple[str, bytes]]:
    parts: list[bytes] = []
    while data:
        fragment = unpack_fragment(data)
        data = data[21 + len(fragment.data) :]
        parts.append(bytes(fragment.data))
        if fragment.end:
            message = unpack_message(bytearray(b"".join(parts)))
            parts.clear()
            if message.destination == SERVER_TO_CLIENT:
                yield PSRPMessageType(message.message_type).name, bytes(message.data)


def kinds(messages: list[tuple[str, bytes]]) -> list[str]:
    return [kind for kind, _ in messages]


def members(element: ET.Element) -> set[str]:
    """The names of everything inside, whatever its value."""
    return {found.get("N", "") for found in element.iter() if found.get("N")}


class Listening(Client):
    """A client that keeps every message as it came."""

    def __init__(self) -> None:
        super().__init__()
        self.raw: list[tuple[str, bytes]] = []
        process = self.pool._process_message  # noqa: SLF001 - the only place that sees whole messages

        def listen(message):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - psrpcore's own signature
            self.raw.append((message.message_type.name, bytes(message.data)))
            return process(message)

        self.pool._process_message = listen  # type: ignore[method-assign]  # noqa: SLF001


@pytest.fixture
def client() -> Iterator[Listening]:
    with Listening() as client:
        yield client


def test_a_session_opens_with_the_recorded_messages(client: Listening) -> None:
    expected = recorded("test_psrp_open_runspace")
    assert kinds(client.raw) == kinds(expected)
    for (_, ours), (_, theirs) in zip(client.raw, expected, strict=True):
        assert members(ET.fromstring(ours)) == members(ET.fromstring(theirs))  # noqa: S314 - recorded, and our own


def test_a_pipeline_tells_its_results_and_its_end_and_nothing_else(client: Listening) -> None:
    expected = kinds(recorded("test_psrp_long_running_cmdlet"))[3:]
    client.raw.clear()
    client.run("Get-Module")
    assert kinds(client.raw) == expected == ["PipelineOutput", "PipelineState"]


def test_keys_are_exchanged_as_recorded(client: Listening) -> None:
    assert kinds(recorded("test_psrp_multiple_commands"))[3] == "EncryptedSessionKey"
    client.raw.clear()
    client.pool.exchange_key()
    client.push()
    while not client.raw:
        client.pull()
    assert kinds(client.raw) == ["EncryptedSessionKey"]


def test_a_failed_pipeline_has_the_recorded_members(client: Listening) -> None:
    [theirs] = [body for kind, body in recorded("test_psrp_error_failed") if kind == "PipelineState"]
    client.raw.clear()
    client.run("Get-Nothing")
    [(kind, ours)] = client.raw
    assert kind == "PipelineState"
    wanted, found = ET.fromstring(theirs), ET.fromstring(ours)  # noqa: S314 - recorded, and our own
    # The invocation's own members are left out: what ran differs.
    top = {
        "PipelineState",
        "ExceptionAsErrorRecord",
        "Exception",
        "FullyQualifiedErrorId",
        "TargetObject",
        "Message",
    }
    top |= {name for name in members(wanted) if name.startswith("ErrorCategory_")}
    assert top <= members(wanted)
    assert top <= members(found)
    assert (
        found.findtext("./MS/I32[@N='PipelineState']")
        == wanted.findtext("./MS/I32[@N='PipelineState']")
        == "5"
    )
