"""A Graph to write down what it is asked, and a plugin that is signed in to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from tests.offline.azuread_plugin_helper import GET_CLIENT_CONFIG, Graph, Plugin, served, started
from tests.offline.azuread_plugin_world import EXCHANGE, World


@pytest.fixture(scope="session")
def azuread_authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[trustme.CA, Path]:
    authority = trustme.CA()
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return authority, path


@pytest.fixture(scope="session")
def azuread_graph(azuread_authority: tuple[trustme.CA, Path]) -> Iterator[Graph]:
    with served(azuread_authority[0]) as graph:
        yield graph


@pytest.fixture
def graph(azuread_graph: Graph) -> Graph:
    """A Graph that knows nothing yet."""
    azuread_graph.reset()
    return azuread_graph


@pytest.fixture(scope="session")
def azuread_process(azuread_authority: tuple[trustme.CA, Path]) -> Iterator[Plugin]:
    """One process for all tests; each configures it anew, which makes it sign in anew."""
    with started({"SSL_CERT_FILE": str(azuread_authority[1])}) as plugin:
        yield plugin


@pytest.fixture
def plugin(azuread_process: Plugin, graph: Graph) -> Plugin:
    """A plugin that is signed in already."""
    azuread_process.configure(graph)
    azuread_process.invoke(GET_CLIENT_CONFIG, {})
    graph.take_requests()
    return azuread_process


@pytest.fixture
def world(graph: Graph, plugin: Plugin) -> World:
    client_id = graph.uuid()
    application = graph.add(
        "applications", appId=client_id, displayName="old", owners=[], passwordCredentials=[]
    )
    principal = graph.add(
        "servicePrincipals", appId=client_id, displayName="old", accountEnabled=True, owners=[]
    )
    resource = graph.add("servicePrincipals", appId=EXCHANGE, displayName="Office 365", owners=[])
    return World(graph, plugin, application, client_id, principal, resource)
