"""What Pulumi stores in people's state, and what may therefore never change."""

import base64

import pytest
from pulumi.dynamic.dynamic import serialize_provider

from mailgrant.exchange import provider, resources

# The providers' pickles, as the first release wrote them: a path and a name, and nothing else.
PICKLES = {
    "ServicePrincipalProvider": (
        b"\x80\x04\x95?\x00\x00\x00\x00\x00\x00\x00\x8c\x1bmailgrant.exchange.provider"
        b"\x94\x8c\x18ServicePrincipalProvider\x94\x93\x94)\x81\x94."
    ),
    "MailboxAccessProvider": (
        b"\x80\x04\x95<\x00\x00\x00\x00\x00\x00\x00\x8c\x1bmailgrant.exchange.provider"
        b"\x94\x8c\x15MailboxAccessProvider\x94\x93\x94)\x81\x94."
    ),
}
TOKENS = {
    "ServicePrincipal": "dynamic/exchange:ServicePrincipal",
    "MailboxAccess": "dynamic/exchange:MailboxAccess",
}


@pytest.mark.parametrize("name", PICKLES)
def test_a_provider_is_pickled_by_its_path_and_holds_nothing(name: str) -> None:
    instance = getattr(provider, name)()

    assert base64.b64decode(serialize_provider(instance)) == PICKLES[name]
    assert vars(instance) == {}
    assert instance.serialize_as_secret_always is False


@pytest.mark.parametrize("name", TOKENS)
def test_a_resource_has_its_type_token(name: str) -> None:
    assert getattr(resources, name)._resource_type_name == TOKENS[name]  # noqa: SLF001 - Pulumi's own place for it
