"""A program of somebody who has clients of mailgrant among resources of their own."""

from datetime import timedelta

import pulumi
import pulumi_azuread as azuread

from mailgrant import (
    CertificateCredential,
    DaemonClient,
    DaemonPlan,
    DelegatedClient,
    DelegatedPlan,
    MailboxProtocols,
    SecretCredential,
    ThirdPartyClient,
    ThirdPartyPlan,
    load_tenant,
)

tenant = load_tenant()
provider = azuread.Provider("entra", tenant_id="0ff11ce0-7e4a-4b1d-9c3e-c0a750000001")
desk = pulumi.ComponentResource("somebody:index:Desk", "desk")
switches = MailboxProtocols("desk", protocols={"support@contoso.com": {"smtp_auth": "on"}})

options = pulumi.ResourceOptions(
    parent=desk,
    protect=True,
    providers={"azuread": provider},
    depends_on=[switches],
    aliases=[pulumi.Alias(name="old-poller")],
)
poller = DaemonClient(
    "poller",
    DaemonPlan(
        protocols=("imap", "smtp"),
        mailboxes={"support@contoso.com": "full-access"},
        credentials={
            "vm": SecretCredential(lifetime=timedelta(days=180), rotate=timedelta(days=90)),
            "appliance": CertificateCredential(lifetime=timedelta(days=360), rotate=timedelta(days=180)),
        },
    ),
    tenant,
    options,
)
portal = DelegatedClient(
    "portal",
    DelegatedPlan(protocols=("imap",), device_code=True, consent=("adele@contoso.com",)),
    tenant,
)
thunderbird = ThirdPartyClient(
    "thunderbird",
    ThirdPartyPlan(client_id="9e5f94bc-e8a4-4e73-b8be-63364c29d753", protocols=("imap",)),
    tenant,
)
pulumi.export(
    "clients",
    {"poller": poller.settings, "portal": portal.settings, "thunderbird": thunderbird.settings},
)
