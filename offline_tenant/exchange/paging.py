"""Pages of records: how many the caller wants, from where on, and which properties of them."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Sequence
from typing import Final

from offline_tenant.exchange import wire
from offline_tenant.exchange.invocation import Record, Rows
from offline_tenant.web.call import Call, Refusal

LARGEST_PAGE: Final = 1000  # records
NUMBER: Final = re.compile("[0-9]{1,9}")


def preferences(call: Call) -> Iterator[tuple[str, str]]:
    """The names (in small letters) and values of the ``Prefer`` header, which callers part in several ways."""
    for preference in call.headers.get("prefer", "").replace(";", ",").split(","):
        name, _, value = preference.partition("=")
        yield name.strip().casefold(), value.strip()


def page(call: Call, rows: Rows) -> tuple[list[Record], dict[str, str]]:
    """One page of records, and the member that leads to the next one, if there is one.

    Raises:
        Refusal: the place to go on from is not one of ours.
    """
    offset, size = _offset(call.query.get("$skiptoken", "")), _size(call)
    found = rows(offset, size + 1)
    more = {"@odata.nextLink": _next_page(call, offset + size)} if len(found) > size else {}
    return _selected(call, found[:size]), more


def _size(call: Call) -> int:
    sizes = [value for name, value in preferences(call) if name == "odata.maxpagesize"]
    wanted = [int(value) for value in sizes if NUMBER.fullmatch(value)]
    return min([LARGEST_PAGE, *(size for size in wanted if size)])


def _offset(token: str) -> int:
    if not token:
        return 0
    try:
        decoded = urlsafe_b64decode(token).decode()
    except ValueError:
        decoded = ""
    if not NUMBER.fullmatch(decoded):
        raise Refusal(wire.plain_error(400, "BadRequest", "The $skiptoken is not one of this service."))
    return int(decoded)


def _next_page(call: Call, offset: int) -> str:
    token = urlsafe_b64encode(str(offset).encode()).decode()
    select = f"&$select={call.query['$select']}" if call.query.get("$select") else ""
    return f"{call.base_url}{call.path}?$skiptoken={token}{select}"


def _selected(call: Call, records: Sequence[Record]) -> list[Record]:
    """Only the properties of ``$select``; what an object has not is left out without a word, as callers rely on."""
    wanted = {name.strip().casefold() for name in call.query.get("$select", "").split(",")} - {""}
    if not wanted:
        return list(records)
    return [
        {name: value for name, value in record.items() if name.casefold() in wanted} for record in records
    ]
