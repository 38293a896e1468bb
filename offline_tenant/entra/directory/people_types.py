"""Users, and the organization that they belong to.

https://learn.microsoft.com/graph/api/resources/user, …/organization
"""

from typing import Final

from offline_tenant.entra.directory.schema import ObjectType, Property
from offline_tenant.entra.directory.values import one_of, up_to
from offline_tenant.entra.directory.vocabulary import ON, SHOWN, SHOWN_LIST, TEXT, TEXTS, of

USER: Final = ObjectType(
    "User",
    {
        "businessPhones": TEXTS,
        "displayName": of(up_to(256, least=1)),
        "givenName": of(up_to(64)),
        "jobTitle": of(up_to(128)),
        "mail": TEXT,
        "mobilePhone": TEXT,
        "officeLocation": TEXT,
        "preferredLanguage": TEXT,
        "surname": of(up_to(64)),
        "userPrincipalName": TEXT,
        "id": SHOWN,
        "accountEnabled": ON,
        "createdDateTime": SHOWN,
        "mailNickname": of(up_to(64, least=1)),
        "signInSessionsValidFromDateTime": SHOWN,
        "userType": of(one_of("Guest", "Member"), "Member"),
    },
    on_request=frozenset(
        {"accountEnabled", "createdDateTime", "mailNickname", "signInSessionsValidFromDateTime", "userType"}
    ),
    lacking=frozenset({"customSecurityAttributes", "signInActivity"}),
)

ORGANIZATION: Final = ObjectType(
    "Organization",
    {
        "id": SHOWN,
        "deletedDateTime": SHOWN,
        "countryLetterCode": TEXT,
        "createdDateTime": SHOWN,
        "displayName": TEXT,
        "tenantType": Property(default="AAD"),
        "verifiedDomains": SHOWN_LIST,
    },
)
