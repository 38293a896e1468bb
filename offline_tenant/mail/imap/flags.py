"""The flags that Exchange keeps (RFC 3501, 2.3.2): the five of IMAP and one keyword, no others."""

import re
from typing import Final

from offline_tenant.mail.imap.wire import BadArgumentError, Cursor

FLAGS: Final = ("\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft", "$MDNSent")
KNOWN: Final = {flag.lower(): flag for flag in FLAGS}
FLAG: Final = re.compile(rb'\\?[^\x00-\x20\x7f-\xff(){%*"\\\]]+')


def flag_list(arguments: Cursor) -> tuple[str, ...]:
    """Flags between parentheses, in Exchange's writing; keywords that it does not keep are left out.

    Raises:
        BadArgumentError: no list, or a flag with a backslash that a client cannot set.
    """
    if arguments.skip(b"()"):
        return ()
    return _known(arguments.listed(lambda: _flag(arguments)))


def flag_arguments(arguments: Cursor) -> tuple[str, ...]:
    """The flags of a STORE, which may also stand without parentheses.

    Raises:
        BadArgumentError: as ``flag_list``.
    """
    if arguments.ahead(b"("):
        return flag_list(arguments)
    given = [_flag(arguments)]
    while not arguments.at_end():
        arguments.space()
        given.append(_flag(arguments))
    return _known(given)


def _flag(arguments: Cursor) -> bytes:
    return arguments.match(FLAG)[0]


def _known(given: list[bytes]) -> tuple[str, ...]:
    flags = [(flag, KNOWN.get(flag.decode("ascii").lower())) for flag in given]
    if any(known is None and flag.startswith(b"\\") for flag, known in flags):
        raise BadArgumentError
    return tuple(dict.fromkeys(known for _, known in flags if known))
