"""SMTP's grammar: paths and parameters of MAIL and RCPT (RFC 5321, 4.1.2; RFC 1870, 3461, 6152, 6531)."""

import re
from collections.abc import Mapping
from typing import Final

PATH: Final = re.compile(r" *:? *(?:<([^<>]*)>|([^\s<>]+))(?: +(.*))?")
ADDRESS: Final = re.compile(r'(?:"(?:[^"\\]|\\.)+"|[^\s"(),:;<>@\[\\\]]+)@[^\s"(),:;<>@\\]+')
PARAMETER: Final = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*)(?:=([^\s=\x00-\x1f\x7f]+))?")
HEXCHAR: Final = re.compile(r"\+([0-9A-F]{2})")
CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
LONGEST: Final = 320  # letters of an address


class BadPathError(Exception):
    """What stands where an address should be is none."""


class BadParameterError(Exception):
    """A parameter is unknown, twice there, or has a wrong value."""


def path(argument: str, word: str) -> tuple[str, dict[str, str]]:
    """Address and parameters of ``FROM:<…> …`` and ``TO:<…> …``.

    Args:
        argument: what follows the command.
        word: FROM or TO.

    Returns:
        The address, empty for <>, and the parameters by their names in capitals.

    Raises:
        BadPathError: no address.
        BadParameterError: something that is no parameter, or one twice.
    """
    found = PATH.fullmatch(argument[len(word) :]) if argument.upper().startswith(word + ":") else None
    if found is None:
        raise BadPathError
    address = found[1] if found[1] is not None else found[2]
    if address and (len(address) > LONGEST or not ADDRESS.fullmatch(address)):
        raise BadPathError
    return address, _parameters(found[3] or "")


def _parameters(text: str) -> dict[str, str]:
    parameters: dict[str, str] = {}
    for word in text.split():
        found = PARAMETER.fullmatch(word)
        if found is None or found[1].upper() in parameters:
            raise BadParameterError
        parameters[found[1].upper()] = found[2] or ""
    return parameters


def allowed(parameters: Mapping[str, str], known: Mapping[str, re.Pattern[str]]) -> None:
    """Check names and values of parameters.

    Raises:
        BadParameterError: one is unknown, or has a value that its pattern does not match.
    """
    for name, value in parameters.items():
        if name not in known or not known[name].fullmatch(value):
            raise BadParameterError


def unquoted(xtext: str) -> str:
    """What stands in an ``xtext`` (RFC 3461, 4); line ends and the like must not get into a report's fields."""
    return CONTROL.sub("?", HEXCHAR.sub(lambda found: chr(int(found[1], 16)), xtext))
