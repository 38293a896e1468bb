"""A key pair and the certificate that it signs for itself."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import pkcs12 as files
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from mailgrant.certificates.public import PublicCertificate, describe

EXPONENT: Final = 65537
KEY_SIZE: Final = 3072  # bits: strength of 128 bits (NIST SP 800-57 part 1, table 2), good beyond 2030
# The only use: it signs assertions.
USES: Final = x509.KeyUsage(
    digital_signature=True,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


@dataclass(frozen=True)
class KeyPair:
    """A certificate and its private key.

    Args:
        public: the certificate.
        private_key: PKCS#8 in PEM, not encrypted; kept out of every text.
    """

    public: PublicCertificate
    private_key: str = field(repr=False)


def generate(subject: str, not_before: datetime, not_after: datetime, key_size: int = KEY_SIZE) -> KeyPair:
    """A new RSA key and its self-signed certificate, which Entra trusts because it is uploaded.

    Args:
        subject: the common name, 1 to 64 letters.
        not_before: the begin, aware, whole seconds.
        not_after: the end, likewise.
        key_size: in bits, at least 2048.
    """
    key = rsa.generate_private_key(EXPONENT, key_size)
    certificate = _builder(subject, key.public_key(), not_before, not_after).sign(key, SHA256())
    encryption = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
    return KeyPair(describe(certificate), pem.decode())


def pkcs12(certificate: str, private_key: str, password: str) -> bytes:
    """A PFX file for programs that take no PEM, such as Connect-ExchangeOnline and pulumi-azuread.

    Args:
        certificate: PEM.
        private_key: PEM, not encrypted.
        password: of the file, which AES encrypts; not empty.

    Raises:
        ValueError: the password is empty, or one of the others is no PEM or not the other's half.
    """
    if not password:
        raise ValueError("a PFX file needs a password")
    key = serialization.load_pem_private_key(private_key.encode(), None)
    public = x509.load_pem_x509_certificate(certificate.encode())
    if not isinstance(key, rsa.RSAPrivateKey) or public.public_key() != key.public_key():
        raise ValueError("the certificate is of another private key")
    encryption = serialization.BestAvailableEncryption(password.encode())
    return files.serialize_key_and_certificates(b"mailgrant", key, public, None, encryption)


def _builder(
    subject: str, key: rsa.RSAPublicKey, starts: datetime, ends: datetime
) -> x509.CertificateBuilder:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    return (
        x509.CertificateBuilder(subject_name=name, issuer_name=name, public_key=key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(starts)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(USES, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )
