"""What Entra says when it gives no token, and what to do about it.

Source: learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

import re
from typing import Final

LONGEST: Final = 400  # letters of what others said that a message repeats
CODE: Final = re.compile(r"AADSTS\d+")
TOKEN: Final = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*")  # a JSON Web Token

_FEDERATED: Final = (
    "Compare the federated credential of the application with the token, letter by letter: issuer, subject "
    "(repository and branch or environment; organization, project and service connection), audience."
)

_CONSENT: Final = (
    "Nobody has consented for this person: name them under the client's consent, or have an administrator open the "
    "admin_consent_url that the stack puts out."
)

REMEDIES: Final = {
    "AADSTS7000215": "Use the secret's value, not its id; a value is shown only once, when it is made.",
    "AADSTS7000222": "The secret has expired: make a new one, or better: use OIDC or a certificate.",
    "AADSTS700016": "No application with this client id in this tenant: check both ids.",
    "AADSTS7000229": "The application has no enterprise application in this tenant: make one, or check the tenant id.",
    "AADSTS7000112": "The application is disabled: enable its enterprise application.",
    "AADSTS7000218": "No secret, certificate or assertion arrived: set one.",
    "AADSTS90002": "There is no such tenant: check the tenant id and the cloud.",
    "AADSTS900023": "This is no tenant: check the tenant id.",
    "AADSTS900382": "The application is of another cloud: check mailgrant:cloud.",
    "AADSTS700027": (
        "The certificate is not among those of the application, or has ended: upload its public half "
        "(Certificates & secrets), or check that the PFX is the newest."
    ),
    "AADSTS700021": "The assertion names another application as its issuer or subject: check the client id.",
    "AADSTS700023": "The assertion is for another tenant or cloud: check the tenant id and mailgrant:cloud.",
    "AADSTS700024": (
        "The assertion has ended, or begins later: renew the OIDC token (a file or GitHub Actions does so by itself), "
        "and check this machine's clock."
    ),
    "AADSTS70021": _FEDERATED,
    "AADSTS700211": f"The issuer fits no federated credential. {_FEDERATED}",
    "AADSTS700212": f"The audience fits no federated credential; usual is api://AzureADTokenExchange. {_FEDERATED}",
    "AADSTS700213": f"The subject fits no federated credential. {_FEDERATED}",
    "AADSTS50013": "The signature of the assertion is not of its issuer's present keys: fetch a new assertion.",
    "AADSTS50027": "The assertion is damaged: give the whole ID token.",
    "AADSTS50166": "Entra could not reach the issuer of the assertion: its keys must be public. Try again later.",
    "AADSTS500011": "Exchange Online is not in this tenant: check the tenant id and mailgrant:cloud.",
    "AADSTS53003": "A Conditional Access policy blocks the application: see the sign-in log in the Entra admin center.",
    "AADSTS50105": (
        "The enterprise application is for assigned people alone: assign this one, or switch off Assignment required."
    ),
    "AADSTS65001": _CONSENT,
    "AADSTS65004": "Whoever signed in said no on Entra's page.",
    "AADSTS90094": _CONSENT,
    "AADSTS70020": "The code has ended: it lives for 15 minutes.",
    "AADSTS65002": (
        "A person who is logged in at the Azure CLI gets no token for Exchange: log in there as an application, "
        "or set a certificate or OIDC."
    ),
}


def remedy_for(said: str) -> str:
    """What to do about what Entra said; empty if nothing is known."""
    return next((REMEDIES[code] for code in CODE.findall(said) if code in REMEDIES), "")


def plain(said: str) -> str:
    """What others said, fit for a message: the first line, cut short, printable, without tokens."""
    first = next((line for line in said.splitlines() if line.strip()), "")
    whole = TOKEN.sub("…", "".join(letter if letter.isprintable() else "�" for letter in first)).strip()
    return whole if len(whole) <= LONGEST else whole[:LONGEST] + "…"
