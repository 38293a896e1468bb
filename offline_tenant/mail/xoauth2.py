"""The XOAUTH2 mechanism: what a client sends, for IMAP, POP and SMTP alike.

https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth#sasl-xoauth2
"""

import base64
import binascii
import re
from dataclasses import dataclass, field
from typing import Final

RESPONSE: Final = re.compile(rb"user=([^\x01]*)\x01auth=Bearer ([^\x01]*)\x01\x01", re.IGNORECASE)


class MalformedResponseError(Exception):
    """A client's response is no base64, or has not the form of XOAUTH2."""


@dataclass(frozen=True)
class Response:
    """Who wants to log in, and with what.

    Args:
        user: the target mailbox.
        token: the access token, unverified; kept out of ``repr``.
    """

    user: str
    token: str = field(repr=False)


def parse(encoded: bytes) -> Response:
    """What stands in the base64 of ``user=…^Aauth=Bearer …^A^A``.

    Raises:
        MalformedResponseError: it does not have that form.
    """
    try:
        match = RESPONSE.fullmatch(base64.b64decode(encoded, validate=True))
        if match is None:
            raise MalformedResponseError
        return Response(match[1].decode(), match[2].decode("ascii"))
    except (binascii.Error, UnicodeDecodeError) as error:
        raise MalformedResponseError from error
