"""Who a pipeline says that we are, asked for as hashicorp/go-azure-sdk does it.

Its ``sdk/auth/github_oidc_authorizer.go`` and ``sdk/auth/ado_pipeline_oidc_authorizer.go``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from offline_tenant.azuread_plugin.errors import ConnectionFailedError, PluginError
from offline_tenant.azuread_plugin.http import Http
from offline_tenant.azuread_plugin.proofs import Assertion

AUDIENCE: Final = {"audience": "api://AzureADTokenExchange"}
SUCCESS: Final = range(200, 300)


@dataclass(frozen=True)
class Pipeline:
    """A pipeline's endpoint for tokens.

    Args:
        name: what the real plugin calls it in its errors.
        method: of HTTP.
        url: of the endpoint; what its query holds already stays.
        bearer: the pipeline's own token.
        query: to be added.
        key: of the answer, under which the token stands.
    """

    name: str
    method: str
    url: str
    bearer: str = field(repr=False)
    query: Mapping[str, str]
    key: str

    def fields(self, client_id: str, url: str, now: float) -> dict[str, str]:
        """See ``Proof``; the endpoint is asked anew each time.

        Raises:
            PluginError: it gives no token.
        """
        return Assertion(self._token()).fields(client_id, url, now)

    def _token(self) -> str:
        http = Http()
        headers = {"Accept": "application/json", "Authorization": f"Bearer {self.bearer}"}
        try:
            reply = http.send(self.method, self._address(), headers)
        except ConnectionFailedError as error:
            raise PluginError(f"{self.name}: cannot request token: {error}") from None
        finally:
            http.close()
        if reply.status not in SUCCESS:
            raise PluginError(
                f"{self.name}: received HTTP status {reply.status} with response: {reply.text()}"
            )
        answer = reply.json()
        if not isinstance(answer, dict) or not answer.get(self.key):
            raise PluginError(f"{self.name}: nil JWT assertion received")
        return str(answer[self.key])

    def _address(self) -> str:
        parts = urlsplit(self.url)
        return urlunsplit(parts._replace(query=urlencode({**self.query, **dict(parse_qsl(parts.query))})))


def github_actions(url: str, bearer: str) -> Pipeline:
    """A job of GitHub Actions."""
    return Pipeline("githubAssertion", "GET", url, bearer, AUDIENCE, "value")


def azure_devops(url: str, bearer: str, connection: str) -> Pipeline:
    """A pipeline of Azure DevOps, by a service connection."""
    query = {"api-version": "7.1", "serviceConnectionId": connection}
    return Pipeline("adoPipelineAssertion", "POST", url, bearer, query, "oidcToken")
