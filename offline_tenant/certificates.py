"""TLS of the tenant: an authority of its own, kept over restarts, and the bundle that clients trust."""

import ssl
from pathlib import Path

import certifi
import trustme

NAMES = ("localhost", "127.0.0.1", "::1")
FILES = ("ca.pem", "bundle.pem", "server.pem")


def ensure(folder: Path) -> None:
    """Make the authority, the server's certificate and the clients' bundle, unless they are there.

    Args:
        folder: gets ``ca.pem``, ``server.pem`` (key and chain) and ``bundle.pem``.
    """
    if all((folder / name).exists() for name in FILES):
        return
    authority = trustme.CA(organization_name="mailgrant offline tenant")
    server = authority.issue_cert(*NAMES)
    authority.cert_pem.write_to_path(folder / "ca.pem")
    (folder / "bundle.pem").write_bytes(_system_certificates() + b"\n" + authority.cert_pem.bytes())
    # Last, because its presence says that all are there; the authority's key is thrown away.
    scratch = folder / "server.pem.new"
    scratch.touch(mode=0o600)
    server.private_key_and_cert_chain_pem.write_to_path(scratch)
    scratch.replace(folder / "server.pem")


def _system_certificates() -> bytes:
    """What this machine trusts already, so that a shell pointed at the tenant still reaches the world."""
    cafile = ssl.get_default_verify_paths().openssl_cafile
    return Path(cafile if cafile and Path(cafile).exists() else certifi.where()).read_bytes()
