"""Texts as PowerShell writes them into CLIXML where psrpcore writes them as they are: in ``ToString``."""

import re
from typing import Final

# As EncodeString of PowerShell's serialization.cs: UTF-16 units that are controls or surrogates, and _ before x.
ESCAPED: Final = re.compile("_(?=[xX])|[\x00-\x1f\x7f-\x9f\ud800-\udfff\U00010000-\U0010ffff]")


def escaped(text: str) -> str:
    """A text with its controls and surrogates as ``_xHHHH_``."""
    return ESCAPED.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    units = memoryview(found[0].encode("utf-16", "surrogatepass")[2:]).cast("H")
    return "".join(f"_x{unit:04X}_" for unit in units)
