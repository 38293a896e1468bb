"""A program of somebody whose application signs in with a certificate that the stack makes."""

import pulumi
import pulumi_azuread as azuread

from mailgrant import ClientCertificate

application = azuread.Application("poller", display_name="poller")
azuread.ServicePrincipal("poller", client_id=application.client_id)
certificate = ClientCertificate(
    "poller",
    subject="poller.appliance",
    not_before="2020-01-01T00:00:00Z",
    not_after="2049-12-31T23:59:59Z",
)
azuread.ApplicationCertificate(
    "poller",
    application_id=application.id,
    type="AsymmetricX509Cert",
    value=certificate.certificate,
    end_date=certificate.not_after,
)
pulumi.export("application", application.object_id)
pulumi.export("client_id", application.client_id)
pulumi.export("certificate", certificate.certificate)
pulumi.export("private_key", certificate.private_key)
pulumi.export("thumbprint", certificate.thumbprint)
