"""Where the cmdlets go."""

import ssl
from dataclasses import dataclass


@dataclass(frozen=True)
class Site:
    """Where the tenant listens, and which certificates to believe there."""

    url: str
    trust: ssl.SSLContext
