"""Stand-ins for those who vouch for a program: pipelines' token endpoints, Azure's machines, the Azure CLI; and keys."""

import json
import stat
import sys
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

ISSUER = "https://token.actions.githubusercontent.com"
SUBJECT = "repo:contoso/mail:ref:refs/heads/main"
AUDIENCE = "api://AzureADTokenExchange"


@dataclass(frozen=True)
class Keys:
    """A self-signed certificate and its private key, in every form that people have them in."""

    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def pfx(self, password: str = "") -> bytes:
        return pkcs12.serialize_key_and_certificates(
            b"automation", self.key, self.certificate, None, _encryption(password)
        )

    def key_pem(self, password: str = "") -> bytes:
        form = serialization.PrivateFormat.PKCS8
        return self.key.private_bytes(serialization.Encoding.PEM, form, _encryption(password))

    def public_pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def credential(self) -> dict[str, str]:
        """As Graph takes it."""
        der = self.certificate.public_bytes(serialization.Encoding.DER)
        return {"type": "AsymmetricX509Cert", "usage": "Verify", "key": b64encode(der).decode()}

    def jwk(self) -> dict[str, Any]:
        """The public key as an issuer publishes it."""
        assert isinstance(self.key, rsa.RSAPrivateKey)
        found: dict[str, Any] = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return found

    def assertion(self, **changes: Any) -> str:
        """What a pipeline's issuer says of a job, with some claims changed."""
        now = int(datetime.now(UTC).timestamp())
        claims = {"iss": ISSUER, "sub": SUBJECT, "aud": AUDIENCE, "nbf": now - 5, "exp": now + 300}
        return jwt.encode(claims | changes, self.key, "RS256", {"kid": "1"})


def _encryption(password: str) -> serialization.KeySerializationEncryption:
    if not password:
        return serialization.NoEncryption()
    return serialization.BestAvailableEncryption(password.encode())


def make_keys(name: str, *, curve: bool = False) -> Keys:
    """A new pair; takes a tenth of a second."""
    key: Any = ec.generate_private_key(ec.SECP256R1()) if curve else rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).serial_number(1)
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=365))
    return Keys(key, builder.public_key(key.public_key()).sign(key, hashes.SHA256()))


@dataclass(frozen=True)
class Asked:
    """A request that a stand-in got."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]


@dataclass
class Endpoint:
    """A small HTTP server that answers as its owner says, and keeps what it was asked."""

    url: str
    answer: Callable[[Asked], tuple[int, Any]]
    asked: list[Asked] = field(default_factory=list)


@contextmanager
def serving(answer: Callable[[Asked], tuple[int, Any]]) -> Iterator[Endpoint]:
    """An endpoint on a free port of loopback; bodies that are no text are sent as JSON."""

    class Handler(BaseHTTPRequestHandler):
        def _reply(self) -> None:
            parts = urlsplit(self.path)
            asked = Asked(self.command, parts.path, parse_qs(parts.query), dict(self.headers.items()))
            endpoint.asked.append(asked)
            status, body = endpoint.answer(asked)
            data = (body if isinstance(body, str) else json.dumps(body)).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            if status in {301, 302, 307}:
                self.send_header("Location", f"{endpoint.url}/elsewhere")
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = _reply  # noqa: N815 - the names that http.server calls

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    endpoint = Endpoint(f"http://127.0.0.1:{server.server_address[1]}", answer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield endpoint
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def put_az(folder: Path, body: str) -> Path:
    """Put an az into a folder: Python that has ``arguments``; gives the folder, which is a whole PATH.

    Like the real one it is a script that starts another program and waits for it.
    """
    folder.mkdir(exist_ok=True)
    inner = folder / "inner.py"
    inner.write_text(f"import json, os, sys, time\narguments = sys.argv[1:]\n{body}\n")
    program = folder / "az"
    program.write_text(f'#!/bin/sh\n"{sys.executable}" "{inner}" "$@"\nexit $?\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return folder
