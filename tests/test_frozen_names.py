"""What Pulumi stores in people's state, and what may therefore never change."""

import base64
from pickletools import genops

import pytest
from pulumi.dynamic.dynamic import serialize_provider

from mailgrant.certificates import provider as certificate_provider
from mailgrant.certificates import resources as certificate_resources
from mailgrant.exchange import provider, resources, scope_provider, settings_provider

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
LATER = {
    "SettingsSnapshotProvider": settings_provider,
    "MailboxProtocolsProvider": settings_provider,
    "TransportSettingsProvider": settings_provider,
    "AuthenticationPolicyProvider": settings_provider,
    "SmtpApplicationScopeProvider": scope_provider,
    "ClientCertificateProvider": certificate_provider,
}
MODULES = {
    settings_provider: "mailgrant.exchange.settings_provider",
    scope_provider: "mailgrant.exchange.scope_provider",
    certificate_provider: "mailgrant.certificates.provider",
}
TOKENS = {
    "ServicePrincipal": "dynamic/exchange:ServicePrincipal",
    "MailboxAccess": "dynamic/exchange:MailboxAccess",
    "SettingsSnapshot": "dynamic/exchange:SettingsSnapshot",
    "MailboxProtocols": "dynamic/exchange:MailboxProtocols",
    "TransportSettings": "dynamic/exchange:TransportSettings",
    "AuthenticationPolicy": "dynamic/exchange:AuthenticationPolicy",
    "SmtpApplicationScope": "dynamic/exchange:SmtpApplicationScope",
    "ClientCertificate": "dynamic/credentials:ClientCertificate",
}


@pytest.mark.parametrize("name", PICKLES)
def test_a_provider_is_pickled_by_its_path_and_holds_nothing(name: str) -> None:
    instance = getattr(provider, name)()

    assert base64.b64decode(serialize_provider(instance)) == PICKLES[name]
    assert vars(instance) == {}
    assert instance.serialize_as_secret_always is False


@pytest.mark.parametrize("name", LATER)
def test_a_later_provider_is_pickled_by_its_path_and_holds_nothing(name: str) -> None:
    instance = getattr(LATER[name], name)()
    pickle = base64.b64decode(serialize_provider(instance))
    texts = [argument for _, argument, _ in genops(pickle) if isinstance(argument, str)]

    assert texts == [MODULES[LATER[name]], name]
    assert vars(instance) == {}
    assert instance.serialize_as_secret_always is False


@pytest.mark.parametrize("name", TOKENS)
def test_a_resource_has_its_type_token(name: str) -> None:
    module = certificate_resources if name == "ClientCertificate" else resources
    assert getattr(module, name)._resource_type_name == TOKENS[name]  # noqa: SLF001 - Pulumi's own place for it
