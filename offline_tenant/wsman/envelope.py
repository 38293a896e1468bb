"""SOAP of WS-Management: bytes to the fields that a shell needs, and answers to bytes."""

import binascii
import re
import uuid
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

from offline_tenant.wsman.faults import FaultError, malformed

NAMES: Final = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "x": "http://schemas.xmlsoap.org/ws/2004/09/transfer",
    "w": "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd",
    "p": "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd",
    "rsp": "http://schemas.microsoft.com/wbem/wsman/1/windows/shell",
}
DECLARED: Final = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMES.items())
ANONYMOUS: Final = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"
FAULT: Final = "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault"
DETAIL: Final = "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"
IDENTIFY: Final = "{http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd}Identify"
CREATION: Final = "{http://schemas.microsoft.com/powershell}creationXml"
DURATION: Final = re.compile(r"P(?:(\d{1,4})D)?T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?")
UNITS: Final = (86_400, 3600, 60, 1)  # of the groups above, in seconds
ENVELOPE_SIZE: Final = 153_600  # bytes, unless the client says otherwise


@dataclass(frozen=True)
class Request:
    """One request of a client.

    Args:
        action: the address of what it wants.
        message_id: its own name for the request.
        resource: the address of what it wants it from.
        shell_id: which shell, as the client wrote it; empty for none.
        timeout: seconds that it waits for an answer; None if it does not say.
        envelope_size: bytes that an answer may have.
        body: what stands in the SOAP body; None for nothing.
    """

    action: str
    message_id: str
    resource: str
    shell_id: str
    timeout: float | None
    envelope_size: int
    body: ET.Element | None

    def find(self, path: str) -> ET.Element | None:
        """An element of the body, by the prefixes of ``NAMES``."""
        return None if self.body is None else self.body.find(path, NAMES)

    def all(self, path: str) -> list[ET.Element]:
        """All of them."""
        return [] if self.body is None else self.body.findall(path, NAMES)


def parse(content: bytes) -> Request:
    """One request.

    Raises:
        FaultError: it is none.
    """
    if b"<!DOCTYPE" in content:  # SOAP forbids it, and entities only serve mischief
        raise malformed()
    try:
        root = ET.fromstring(content)  # noqa: S314 - without a document type there is nothing to expand
    except (ET.ParseError, ValueError, LookupError) as error:
        raise malformed() from error
    body, header = root.find("s:Body", NAMES), root.find("s:Header", NAMES)
    if root.tag != f"{{{NAMES['s']}}}Envelope" or body is None:
        raise malformed()
    header = ET.Element("nothing") if header is None else header
    return Request(
        action=_text(header, "a:Action"),
        message_id=_text(header, "a:MessageID"),
        resource=_text(header, "w:ResourceURI"),
        shell_id=_text(header, "w:SelectorSet/w:Selector[@Name='ShellId']"),
        timeout=duration(_text(header, "w:OperationTimeout")),
        envelope_size=_size(_text(header, "w:MaxEnvelopeSize")),
        body=next(iter(body), None),
    )


def _text(element: ET.Element, path: str) -> str:
    return (element.findtext(path, "", NAMES) or "").strip()


def _size(text: str) -> int:
    return int(text) if re.fullmatch("[0-9]{4,9}", text) else ENVELOPE_SIZE


def duration(text: str) -> float | None:
    """Seconds of an XML duration such as ``PT20S``; None if it is none."""
    found = DURATION.fullmatch(text)
    if found is None:
        return None
    return sum(float(part) * unit for part, unit in zip(found.groups(), UNITS, strict=True) if part)


def decoded(element: ET.Element | None) -> bytes:
    """The bytes that an element holds in Base64.

    Raises:
        FaultError: there is no element, or it holds something else.
    """
    try:
        if element is not None:
            return b64decode("".join((element.text or "").split()), validate=True)
    except (binascii.Error, ValueError):
        pass
    raise malformed()


def guid(text: str | None) -> UUID:
    """The id that a text holds.

    Raises:
        FaultError: it holds none.
    """
    try:
        return UUID(text or "")
    except ValueError as error:
        raise malformed() from error


# --- answers


def answer(action: str, request_id: str, body: str) -> bytes:
    """An envelope around a body that is XML already."""
    return (
        f'<s:Envelope xml:lang="en-US" {DECLARED}><s:Header><a:Action>{escape(action)}</a:Action>'
        f"<a:MessageID>uuid:{str(uuid.uuid4()).upper()}</a:MessageID><a:To>{ANONYMOUS}</a:To>"
        f"<a:RelatesTo>{escape(request_id)}</a:RelatesTo></s:Header><s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def fault(error: FaultError, request_id: str) -> bytes:
    """The envelope of a fault."""
    text = escape(error.message)
    body = (
        f"<s:Fault><s:Code><s:Value>s:{error.kind.blame}</s:Value><s:Subcode><s:Value>{error.kind.subcode}</s:Value>"
        f'</s:Subcode></s:Code><s:Reason><s:Text xml:lang="en-US">{text}</s:Text></s:Reason><s:Detail>'
        f'<f:WSManFault xmlns:f="{DETAIL}" Code="{error.kind.code}" Machine="localhost"><f:Message>{text}</f:Message>'
        "</f:WSManFault></s:Detail></s:Fault>"
    )
    return answer(FAULT, request_id, body)


def created(address: str, resource: str, shell_id: str, shell: str) -> str:
    """The body that names a new shell."""
    return (
        f"<x:ResourceCreated><a:Address>{escape(address)}</a:Address><a:ReferenceParameters><w:ResourceURI>"
        f'{escape(resource)}</w:ResourceURI><w:SelectorSet><w:Selector Name="ShellId">{shell_id}</w:Selector>'
        f"</w:SelectorSet></a:ReferenceParameters></x:ResourceCreated>{shell}"
    )


def shell(fields: Iterable[tuple[str, str]]) -> str:
    """A description of a shell."""
    return f"<rsp:Shell>{''.join(f'<rsp:{name}>{escape(text)}</rsp:{name}>' for name, text in fields)}</rsp:Shell>"


def received(parts: Iterable[bytes], command_id: str, *, done: bool) -> str:
    """What a Receive hands out.

    Args:
        parts: fragments.
        command_id: the pipeline's, as the client wrote it; empty for the shell's own messages.
        done: nothing more will come of this pipeline.
    """
    of = f" CommandId={quoteattr(command_id)}" if command_id else ""
    streams = "".join(
        f'<rsp:Stream Name="stdout"{of}>{b64encode(part).decode()}</rsp:Stream>' for part in parts
    )
    state = (
        f'<rsp:CommandState{of} State="{NAMES["rsp"]}/CommandState/Done"><rsp:ExitCode>0</rsp:ExitCode>'
        "</rsp:CommandState>"
    )
    return f"<rsp:ReceiveResponse>{streams}{state if done else ''}</rsp:ReceiveResponse>"
