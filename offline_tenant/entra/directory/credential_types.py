"""What an application proves itself with: secrets, certificates, other issuers' assertions.

https://learn.microsoft.com/graph/api/resources/passwordcredential, …/keycredential, …/federatedidentitycredential
"""

from typing import Final

from offline_tenant.entra.directory.schema import ObjectType, Property
from offline_tenant.entra.directory.vocabulary import SHOWN, TEXT, TEXTS, TIME, UNIQUE_ID, parts

PASSWORD_CREDENTIAL: Final = ObjectType(
    "PasswordCredential",
    {
        "customKeyIdentifier": TEXT,
        "displayName": TEXT,
        "endDateTime": TIME,
        "hint": SHOWN,
        "keyId": SHOWN,
        "secretText": SHOWN,
        "startDateTime": TIME,
    },
)

KEY_CREDENTIAL: Final = ObjectType(
    "KeyCredential",
    {
        "customKeyIdentifier": TEXT,
        "displayName": TEXT,
        "endDateTime": TIME,
        "key": TEXT,
        "keyId": UNIQUE_ID,
        "startDateTime": TIME,
        "type": TEXT,
        "usage": TEXT,
    },
)

FEDERATED_CREDENTIAL: Final = ObjectType(
    "FederatedIdentityCredential",
    {"audiences": TEXTS, "description": TEXT, "id": SHOWN, "issuer": TEXT, "name": TEXT, "subject": TEXT},
    beta={
        "claimsMatchingExpression": parts(
            collapses=True, value=Property(needed=True), languageVersion=Property(int, needed=True)
        )
    },
)
