"""Which route a path means: looked up by its number of segments, because a list of hundreds is slow to walk."""

import re
from collections.abc import Iterable, Mapping
from re import Pattern
from typing import Final

from starlette.routing import compile_path

from offline_tenant.web.call import Route

REST: Final = ":path}"  # marks a template whose last part takes any number of segments

ALIAS: Final = re.compile(r"/graph\.(?=\w)", re.IGNORECASE)  # Microsoft's own SDKs write it
QUALIFIED: Final = re.compile(r"/microsoft\.graph\.", re.IGNORECASE)

ByMethod = dict[str, Route]
NOTHING: Final[tuple[Mapping[str, Route], dict[str, str]]] = ({}, {})


class Router:
    """The routes of all services. Where several templates fit a path, the one that was given first counts.

    Args:
        routes: in that order.
    """

    def __init__(self, routes: Iterable[Route]) -> None:
        by_template: dict[str, ByMethod] = {}
        for route in routes:
            by_template.setdefault(route.template, {})[route.method] = route
        # One list more than the longest template: for paths that only a template with a rest fits.
        self._longest = max((template.count("/") for template in by_template), default=0) + 1
        self._by_length = [_fitting(by_template, length) for length in range(self._longest + 1)]

    def find(self, path: str) -> tuple[Mapping[str, Route], dict[str, str]]:
        """The routes of a path by method, and the variable parts of it; nothing for a path that nobody knows.

        As Microsoft's services do, it takes letters large or small, a slash at the end, and the names of actions
        and types with OData's namespace before them, or with its alias.
        """
        whole = ALIAS.sub("/microsoft.graph.", path.rstrip("/"))
        return self._look_up(whole or path) or self._look_up(QUALIFIED.sub("/", whole)) or NOTHING

    def _look_up(self, path: str) -> tuple[Mapping[str, Route], dict[str, str]] | None:
        for pattern, by_method in self._by_length[min(path.count("/"), self._longest)]:
            if match := pattern.match(path):
                return by_method, match.groupdict()
        return None


def _fitting(by_template: Mapping[str, ByMethod], length: int) -> list[tuple[Pattern[str], ByMethod]]:
    return [
        (re.compile(compile_path(template)[0].pattern, re.IGNORECASE), by_method)
        for template, by_method in by_template.items()
        if template.count("/") == length or (REST in template and template.count("/") <= length)
    ]
