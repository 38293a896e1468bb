"""Microsoft Graph, as far as it is read."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, NoReturn

import requests

from mailgrant.errors import GraphError
from mailgrant.facts import Cloud
from mailgrant.identities.identity import TokenSource, find_identity
from mailgrant.identities.remedies import plain
from mailgrant.identities.web import OK, Web, keep

VERSION: Final = "v1.0"
NO_ANSWER: Final = 0  # in place of a status


def directory(configured: Callable[[str], Any], cloud: Cloud) -> "Graph":
    """Microsoft Graph, as the identity that runs the stack.

    Args:
        configured: gives the value of a key of the stack.
        cloud: where the tenant lives.

    Raises:
        SetupError: there is no identity.
    """
    identity = find_identity(configured, os.environ)
    return Graph(TokenSource(identity, f"{cloud.authority}/{identity.tenant_id}"), cloud)


class Graph:
    """Microsoft Graph, asked as the automation identity; nothing is signed in before the first question.

    Args:
        tokens: of the identity.
        cloud: where the tenant lives.
    """

    def __init__(self, tokens: TokenSource, cloud: Cloud) -> None:
        self._tokens, self._cloud = tokens, cloud

    def one(
        self, path: str, query: Mapping[str, str] | None = None, version: str = VERSION
    ) -> Mapping[str, Any]:
        """An object.

        Args:
            path: below the version, such as ``policies/defaultAppManagementPolicy``.
            query: such as ``{"$select": "id"}``.
            version: ``beta`` for what the other does not show.

        Raises:
            GraphError: there is no answer, or a refusal.
            SignInError: there is no token.
        """
        return self._get(f"{self._cloud.graph}/{version}/{path}", query)

    def many(
        self, path: str, query: Mapping[str, str] | None = None, version: str = VERSION
    ) -> Iterator[Mapping[str, Any]]:
        """The objects of a collection, page after page; takes and raises what ``one`` does."""
        page = self.one(path, query, version)
        yield from _values(page)
        while link := page.get("@odata.nextLink"):
            if not str(link).startswith(f"{self._cloud.graph}/"):  # our token goes to nobody else
                raise GraphError(NO_ANSWER, "", "Microsoft Graph names another host for the next page")
            page = self._get(str(link), None)
            yield from _values(page)

    def _get(self, url: str, query: Mapping[str, str] | None) -> Mapping[str, Any]:
        token = self._tokens.token(self._cloud.graph_scope)
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        try:
            with Web() as web:
                web.auth = keep  # .netrc must not take the token's place
                answer = web.request("GET", url, params=query, headers=headers)
                body = answer.json() if answer.status_code == OK else None
        except (OSError, ValueError) as error:  # their texts hold addresses and header values
            _unreachable(self._cloud.graph, error)
        if not isinstance(body, dict):
            raise _refused(answer)
        return body


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Whatever goes wrong in here is the fault of an answer that is not as documented, and a GraphError.

    Args:
        what: is read, for the message.
    """
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        problem = f"{what} is not what Microsoft Graph documents ({type(error).__name__})"
        raise GraphError(NO_ANSWER, "", problem) from error


def _values(page: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = page.get("value")
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise GraphError(NO_ANSWER, "", "Microsoft Graph gave no list where it should")
    return found


def _unreachable(host: str, error: Exception) -> NoReturn:
    raise GraphError(
        NO_ANSWER,
        "",
        f"{host} does not answer as Microsoft Graph does ({type(error).__name__})",
        "Check the network and mailgrant:cloud; the offline tenant is started with: mailgrant offline start",
    ) from None


def _refused(answer: requests.Response) -> GraphError:
    """What Graph says of a refusal (learn.microsoft.com/graph/errors), in one printable line."""
    try:
        error = answer.json()["error"]
        code, text = str(error["code"]), str(error["message"])
    except (ValueError, KeyError, TypeError):
        code, text = "", "without a reason"
    said = plain(f"{code}: {text}" if code else text)
    return GraphError(
        answer.status_code, code, f"Microsoft Graph refused (HTTP {answer.status_code}): {said}"
    )
