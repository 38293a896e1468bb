"""The letters of a text within the XML of PowerShell remoting: each of them arrives, though XML cannot hold them all.

Source: MS-PSRP 2.2.5.3.2, and PowerShell's own code (``serialization.cs``: ``EncodeString`` writes, and
``XmlConvert.DecodeName`` reads). A UTF-16 unit that is a control or half of a character is written as ``_xHHHH_``, and
so is an underscore before an x. U+FFFE and U+FFFF are not in XML either: PowerShell's reader takes their escapes as any
others, its writer has none for them and writes what no XML parser but its own reads.
"""

import re
from typing import Final
from xml.sax.saxutils import escape

ESCAPED: Final = re.compile("_(?=[xX])|[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\U00010000-\U0010ffff]")
# U+FFFE and U+FFFF in UTF-8, as .NET's XmlWriter writes them when it is told not to look: as a reference, or plain.
NO_XML: Final = re.compile(rb"&#[xX]([fF]{3}[eEfF]);|\xef\xbf([\xbe\xbf])")
PLAIN: Final = {b"\xbe": b"FFFE", b"\xbf": b"FFFF"}


def escaped(text: str) -> str:
    """A text as PowerShell reads it, not yet as XML."""
    return ESCAPED.sub(_escape, text)


def element_text(text: str) -> bytes:
    """A text as it stands in an element."""
    return escape(escaped(text)).encode()


def readable(message: bytes) -> bytes:
    """A message of PowerShell's as any XML parser reads it."""
    return NO_XML.sub(lambda found: b"_x%s_" % (found[1] or PLAIN[found[2]]), message)


def _escape(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"_x{units[at]:02X}{units[at + 1]:02X}_" for at in range(0, len(units), 2))
