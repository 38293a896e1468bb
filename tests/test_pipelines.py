"""The message that begins a pipeline: the same as psrpcore alone would write, whatever the values are."""

from collections.abc import Iterator
from typing import Any

import psrpcore
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psrpcore.types import RunspacePoolState

from mailgrant.errors import UnsendableError
from mailgrant.exchange.carriers.fragments import FRAGMENT, MESSAGE
from mailgrant.exchange.carriers.pipelines import OBJECTS, SIZE, STENCILS, Pipelines
from mailgrant.exchange.carriers.psobject import plain
from mailgrant.exchange.cmdlets import authentication_policy, cas_mailbox, permissions
from mailgrant.exchange.cmdlets.call import Call

MAILBOX, PRINCIPAL = "invoices_team@contoso.com", "bbbbbbbb-0000-4000-8000-000000000001"
CALLS = [
    permissions.add_full_access(MAILBOX, PRINCIPAL),
    permissions.add_full_access(MAILBOX, PRINCIPAL, automapping=True),
    permissions.add_send_as(MAILBOX, PRINCIPAL),
    permissions.get_mailbox_permissions(MAILBOX),
    cas_mailbox.set_protocols(MAILBOX, {"imap": "on", "smtp_auth": "inherit"}),
    authentication_policy.block_basic("mailgrant", ["AllowBasicAuthImap"]),
]
HOSTILE = [
    "_x0041_",
    "_X000A_",
    "<S>&amp;</S>",
    "'; Remove-Mailbox '",
    "$(1)",
    "\r\n",
    "a\u2028\U0001f600",
    "\x00\x07\x1b\x7f\x9b_\x01x0041_",
    "_\ufffe\uffffx0041_",
    "",
]


class Sides:
    """A runspace pool that is open on both sides, with no transport between them."""

    def __init__(self) -> None:
        self.client, self.server = psrpcore.ClientRunspacePool(), psrpcore.ServerRunspacePool()
        self.client.open()
        while self.client.state != RunspacePoolState.Opened:
            list(self._events(self.client, self.server))
            list(self._events(self.server, self.client))

    @staticmethod
    def _events(speaker: Any, listener: Any) -> Iterator[Any]:
        while payload := speaker.data_to_send():
            listener.receive_data(payload)
        yield from iter(listener.next_event, None)

    def understood(self, call: Call, pipelines: Pipelines) -> tuple[str, dict[str, Any]]:
        """What the other side takes a call for."""
        pipeline, data = pipelines.create(call)
        psrpcore.ServerPipeline(self.server, pipeline.pipeline_id)
        for part in data:
            assert len(part) <= SIZE
            self.server.receive_data(
                psrpcore.PSRPPayload(part, psrpcore.StreamType.default, pipeline.pipeline_id)
            )
        (event,) = iter(self.server.next_event, None)
        assert event.pipeline_id == pipeline.pipeline_id
        (command,) = event.pipeline.commands  # type: ignore[attr-defined]
        return str(command.command_text), {str(name): plain(value) for name, value in command.parameters}


@pytest.fixture(scope="module")
def sides() -> Sides:
    return Sides()


def written(pool: psrpcore.ClientRunspacePool, call: Call) -> bytes:
    """The message as psrpcore alone writes it, without what differs from pipeline to pipeline."""
    pipeline = psrpcore.ClientPowerShell(pool)
    pipeline.add_command(call.cmdlet)
    for name, value in {**call.parameters, "ErrorAction": "Stop"}.items():
        pipeline.add_parameter(name, value)
    pipeline.start()
    payload = pool.data_to_send()
    assert payload
    return content(payload.data)


def content(data: bytes) -> bytes:
    return data[FRAGMENT.size + MESSAGE.size :]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.cmdlet)
def test_a_filled_stencil_is_what_psrpcore_writes(call: Call, sides: Sides) -> None:
    pipelines = Pipelines(sides.client)
    for number in range(3):
        changed = {
            name: f"{value} {number}" if isinstance(value, str) else value
            for name, value in call.parameters.items()
        }
        other = Call(call.cmdlet, changed)

        _, (data,) = pipelines.create(other)

        assert content(data) == written(sides.client, other)


def test_psrpcore_writes_one_message_for_a_thousand_calls(sides: Sides) -> None:
    pipelines = Pipelines(sides.client)
    fragments = [
        pipelines.create(permissions.add_full_access(f"team{number}@contoso.com", PRINCIPAL))[1]
        for number in range(1000)
    ]

    numbers = [FRAGMENT.unpack_from(data)[0] for (data,) in fragments]
    assert numbers == list(range(OBJECTS, OBJECTS + 1000))


TEXTS = st.one_of(st.text(), st.sampled_from(HOSTILE))
VALUES = st.one_of(TEXTS, st.booleans(), st.none(), st.lists(TEXTS, max_size=3))


@settings(deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(["Identity", "User", "Name"]), VALUES), max_size=4))
def test_every_value_arrives_as_it_is(sides: Sides, given_: list[dict[str, Any]]) -> None:
    pipelines = Pipelines(sides.client)
    for parameters in given_:
        call = Call("Get-Mailbox", parameters)

        assert sides.understood(call, pipelines) == (call.cmdlet, {**parameters, "ErrorAction": "Stop"})


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=())), st.sampled_from(["\ud800", "\ud900", "\udfff", ""]))
def test_every_text_arrives_as_it_is_or_is_refused(sides: Sides, begin: str, end: str) -> None:
    text = begin + end
    try:
        text.encode()
    except UnicodeEncodeError:
        with pytest.raises(UnsendableError, match="of the parameter Identity is U"):
            Call("Get-Mailbox", {"Identity": [text]})
        return

    call = Call("Get-Mailbox", {"Identity": [text]})

    assert sides.understood(call, Pipelines(sides.client))[1]["Identity"] == [text]


@pytest.mark.parametrize("text", ["x" * 64 * 1024, "x" * (SIZE - 1500), "<" * 64 * 1024])
def test_long_values_go_in_several_packets(text: str, sides: Sides) -> None:
    call = Call("Get-Mailbox", {"Identity": text})

    assert sides.understood(call, Pipelines(sides.client))[1]["Identity"] == text


def test_calls_of_more_shapes_than_are_kept_arrive_too(sides: Sides) -> None:
    pipelines = Pipelines(sides.client)
    for number in range(STENCILS + 5):
        call = Call("Get-Mailbox", {f"Parameter{number}": "x"})

        assert sides.understood(call, pipelines)[1] == {f"Parameter{number}": "x", "ErrorAction": "Stop"}
