"""Recipient filters in OPATH: ``-Filter`` of Get- cmdlets, and the restriction filters of management scopes.

A subset: ``-eq``, ``-ne``, ``-like``, ``-notlike``, ``-and``, ``-or``, ``-not``, parentheses, and the properties
of ``PROPERTIES``. What lies outside is refused by name.
https://learn.microsoft.com/powershell/exchange/recipient-filters, …/filter-properties
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from offline_tenant.exchange import errors
from offline_tenant.exchange.names import distinguished_name, name_in
from offline_tenant.exchange.syntax.mailbox import CUSTOM_ATTRIBUTES
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant

Values = Callable[[Tenant, Document], Iterable[str]]

GROUPS: Final = "distributionGroups"
MEMBER: Final = "MemberOfGroup"
DEEPEST: Final = 50  # levels of parentheses and -not
TOKEN: Final = re.compile(
    r"""\s*(?:
        (?P<bracket>[()])
      | (?P<operator>-[a-z]+(?![\w-])|!)
      | '(?P<single>(?:[^']|'')*)'
      | "(?P<double>(?:[^"]|"")*)"
      | \$(?P<system>true|false|null)(?!\w)
      | (?P<word>[a-z0-9_.@-]+)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
OPERATORS: Final = ("-eq", "-ne", "-like", "-notlike")
FOREIGN: Final = ("-gt", "-ge", "-lt", "-le", "-match", "-notmatch", "-contains", "-bor", "-band")


def _property(name: str) -> Values:
    return lambda _, recipient: [
        str(value) for value in _listed(recipient.get(name)) if value not in {None, ""}
    ]


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _addresses(_: Tenant, recipient: Document) -> list[str]:
    # Both spellings find an address, the one that is kept and the one without its "smtp:".
    known = [str(address) for address in recipient["EmailAddresses"]]
    return [*known, *(address.partition(":")[2] for address in known)]


def _groups(tenant: Tenant, recipient: Document) -> list[str]:
    """The groups that it is a direct member of: nested ones do not count."""
    found = tenant.documents(GROUPS).find("Members", recipient["Sid"])
    return [distinguished_name(tenant, group["Name"]) for group in found]


PROPERTIES: Final[Mapping[str, Values]] = {
    **{
        name: _property(name)
        for name in (
            *("Alias", "DisplayName", "ExternalDirectoryObjectId", "Guid", "Name", "PrimarySmtpAddress"),
            *("RecipientTypeDetails", "UserPrincipalName", *CUSTOM_ATTRIBUTES),
        )
    },
    "DistinguishedName": lambda tenant, recipient: [distinguished_name(tenant, recipient["Name"])],
    "EmailAddresses": _addresses,
    "ExchangeGuid": _property("Guid"),
    "RecipientType": lambda _, recipient: [
        kind
        if (kind := str(recipient["RecipientTypeDetails"])).startswith("MailUniversal")
        else "UserMailbox"
    ],
    MEMBER: _groups,
}
BY_NAME: Final = {name.casefold(): name for name in PROPERTIES}


@dataclass(frozen=True)
class Comparison:
    """``<property> <operator> <value>``; a value of None is ``$null``."""

    name: str
    operator: str
    value: str | None


@dataclass(frozen=True)
class Not:
    """``-not <filter>``."""

    inner: "Filter"


@dataclass(frozen=True)
class Several:
    """Filters that are joined: all of them must fit, or any."""

    all: bool
    parts: tuple["Filter", ...]


Filter = Comparison | Not | Several


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    position: int  # from 1


def parse(text: str, parameter: str = "Filter") -> Filter:
    """Read a filter.

    Args:
        text: as a person wrote it.
        parameter: how the cmdlet's parameter is called, for the error.

    Raises:
        CmdletError: it is no filter, or names what is not filterable here.
    """
    return _Parser(text, parameter).parsed()


def matches(tenant: Tenant, wanted: Filter, recipient: Document) -> bool:
    """Whether a recipient fits a filter.

    Args:
        tenant: where it lives.
        wanted: from ``parse``.
        recipient: a mailbox or a group, as Exchange keeps it.
    """
    if isinstance(wanted, Not):
        return not matches(tenant, wanted.inner, recipient)
    if isinstance(wanted, Several):
        return (all if wanted.all else any)(matches(tenant, part, recipient) for part in wanted.parts)
    values = [value.casefold() for value in PROPERTIES[wanted.name](tenant, recipient)]
    return COMPARE[wanted.operator](values, _comparable(tenant, wanted))


def equality(wanted: Filter, names: Iterable[str]) -> tuple[str, str] | None:
    """A property out of some, and the value that it must have for the filter to fit; None if there is none.

    With an index over the property, only those recipients need to be looked at.
    """
    if isinstance(wanted, Several) and wanted.all:
        return next((found for part in wanted.parts if (found := equality(part, names))), None)
    if isinstance(wanted, Comparison) and wanted.operator == "-eq" and wanted.name in names and wanted.value:
        return wanted.name, wanted.value
    return None


def _comparable(tenant: Tenant, wanted: Comparison) -> str | None:
    if wanted.value is None or wanted.name not in {MEMBER, "DistinguishedName"}:
        return None if wanted.value is None else wanted.value.casefold()
    # One distinguished name can be written in several ways.
    name = name_in(tenant, wanted.value)
    return (distinguished_name(tenant, name) if name is not None else wanted.value).casefold()


def _equal(values: list[str], value: str | None) -> bool:
    return not values if value is None else value in values


def _like(values: list[str], pattern: str | None) -> bool:
    if pattern is None:
        return not values
    expression = re.compile(".*".join(map(re.escape, pattern.split("*"))), re.DOTALL)
    return any(expression.fullmatch(value) for value in values)


COMPARE: Final[Mapping[str, Callable[[list[str], str | None], bool]]] = {
    "-eq": _equal,
    "-ne": lambda values, value: not _equal(values, value),
    "-like": _like,
    "-notlike": lambda values, value: not _like(values, value),
}


class _Parser:
    """Recursive descent over the tokens; ``-and`` binds closer than ``-or``."""

    def __init__(self, text: str, parameter: str) -> None:
        self._text, self._parameter = text, parameter
        self._tokens = list(self._read())
        self._next = 0
        self._depth = 0

    def parsed(self) -> Filter:
        found = self._either()
        if (rest := self._peek()).kind != "end":
            raise self._invalid(rest)
        return found

    def _either(self) -> Filter:
        return self._joined("-or", lambda: self._joined("-and", self._single))

    def _joined(self, operator: str, part: Callable[[], Filter]) -> Filter:
        parts = [part()]
        while self._accept("operator", operator):
            parts.append(part())
        return parts[0] if len(parts) == 1 else Several(operator == "-and", tuple(parts))

    def _single(self) -> Filter:
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._invalid(self._peek())
        found = self._negated_or_plain()
        self._depth -= 1
        return found

    def _negated_or_plain(self) -> Filter:
        if self._accept("operator", "-not") or self._accept("operator", "!"):
            return Not(self._single())
        if self._accept("bracket", "("):
            inner = self._either()
            if not self._accept("bracket", ")"):
                raise self._invalid(self._peek())
            return inner
        return self._comparison()

    def _comparison(self) -> Comparison:
        name = self._take("word")
        if (known := BY_NAME.get(name.text.casefold())) is None:
            text = f'"{name.text}" is not a recognized filterable property. For a complete list of filterable'
            raise self._error(f"{text} properties see the command help.", name)
        operator = self._take("operator")
        if operator.text.casefold() in FOREIGN:
            raise errors.not_emulated(f"the operator {operator.text} in a filter")
        if operator.text.casefold() not in OPERATORS:
            raise self._invalid(operator)
        return Comparison(known, operator.text.casefold(), self._value())

    def _value(self) -> str | None:
        token = self._take("single", "double", "system", "word")
        if token.kind == "system":
            return None if token.text.casefold() == "null" else token.text.capitalize()
        # PowerShell's shorthand for a quote within quotes.
        quote = {"single": "'", "double": '"'}.get(token.kind, "")
        return token.text.replace(quote * 2, quote) if quote else token.text

    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _accept(self, kind: str, text: str) -> bool:
        token = self._peek()
        fits = token.kind == kind and token.text.casefold() == text
        self._next += fits
        return fits

    def _take(self, *kinds: str) -> _Token:
        token = self._peek()
        if token.kind not in kinds:
            raise self._invalid(token)
        self._next += 1
        return token

    def _read(self) -> Iterable[_Token]:
        position, end = 0, len(self._text.rstrip())
        while position < end:
            found = TOKEN.match(self._text, position)
            if found is None or found.lastgroup is None:
                raise self._invalid(_Token("unknown", "", position + 1))
            yield _Token(found.lastgroup, found[found.lastgroup], found.start(found.lastgroup) + 1)
            position = found.end()
        yield _Token("end", "", end + 1)

    def _invalid(self, token: _Token) -> errors.CmdletError:
        text = "Invalid filter syntax. For a description of the filter parameter syntax see the command help."
        return self._error(text, token)

    def _error(self, text: str, token: _Token) -> errors.CmdletError:
        where = f'"{self._text}" at position {token.position}.'
        return errors.bad_parameter(
            f"Cannot bind parameter '{self._parameter}' to the target. Exception setting \"{self._parameter}\": "
            f'"{text}\r\n{where}"',
            "WriteError",
        )
