"""The certificate resource, as a Pulumi program declares it.

Frozen: its type token, which Pulumi stores in the state of every stack.
"""

import pulumi
from pulumi.dynamic import Resource

from mailgrant.certificates.keys import KEY_SIZE
from mailgrant.certificates.provider import ClientCertificateProvider


class ClientCertificate(Resource, module="credentials", name="ClientCertificate"):
    """A key pair and its self-signed certificate, with which an application can sign in once the latter is uploaded.

    It is made when it is created, never in a preview, and made anew when an input changes: the new one before the
    old one is deleted.

    Args:
        resource_name: the name in Pulumi.
        subject: the common name, at most 64 letters.
        not_before: its begin in UTC, such as ``2026-11-01T00:00:00Z``.
        not_after: its end, likewise.
        key_size: of the RSA key in bits: 2048, 3072 or 4096.
        opts: Pulumi's own.

    ``certificate`` is the public half (PEM), for ``azuread.ApplicationCertificate``; ``private_key`` the other
    (PKCS#8 in PEM), always a secret; ``thumbprint`` its SHA-1 as Entra shows it. For a PFX file see
    ``mailgrant.certificates.keys.pkcs12``.
    """

    subject: pulumi.Output[str]
    not_before: pulumi.Output[str]
    not_after: pulumi.Output[str]
    key_size: pulumi.Output[int]
    certificate: pulumi.Output[str]
    private_key: pulumi.Output[str]
    thumbprint: pulumi.Output[str]
    thumbprint_sha256: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        subject: pulumi.Input[str],
        not_before: pulumi.Input[str],
        not_after: pulumi.Input[str],
        key_size: pulumi.Input[int] = KEY_SIZE,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        wanted = {
            "subject": subject,
            "not_before": not_before,
            "not_after": not_after,
            "key_size": key_size,
        }
        told = dict.fromkeys(("certificate", "private_key", "thumbprint", "thumbprint_sha256"))
        secret = pulumi.ResourceOptions(additional_secret_outputs=["private_key"])
        options = pulumi.ResourceOptions.merge(secret, opts)
        super().__init__(ClientCertificateProvider(), resource_name, {**wanted, **told}, options)
