"""Users, and the organization that they belong to.

https://learn.microsoft.com/graph/api/resources/user, …/organization
"""

from typing import Final

from offline_tenant.entra.directory.schema import ObjectType, Property
from offline_tenant.entra.directory.values import one_of, up_to
from offline_tenant.entra.directory.vocabulary import (
    MAYBE,
    ON,
    SHOWN,
    SHOWN_LIST,
    TEXT,
    TEXTS,
    TIME,
    of,
    parts,
)

# What is kept of a person and changes nothing here.
PARTICULARS: Final = {
    "ageGroup": TEXT,
    "city": of(up_to(128)),
    "companyName": of(up_to(64)),
    "consentProvidedForMinor": TEXT,
    "country": of(up_to(128)),
    "department": of(up_to(64)),
    "employeeHireDate": TIME,
    "employeeId": of(up_to(16)),
    "employeeOrgData": parts(collapses=True, costCenter=TEXT, division=TEXT),
    "employeeType": TEXT,
    "faxNumber": TEXT,
    "onPremisesImmutableId": TEXT,
    "otherMails": TEXTS,
    "postalCode": of(up_to(40)),
    "showInAddressList": MAYBE,
    "state": of(up_to(128)),
    "streetAddress": of(up_to(1024)),
    "usageLocation": of(up_to(2)),
}
# What only other services set: nothing, because they are not here.
SET_ELSEWHERE: Final = {
    "creationType": SHOWN,
    "externalUserState": SHOWN,
    "imAddresses": SHOWN_LIST,
    "onPremisesDistinguishedName": SHOWN,
    "onPremisesDomainName": SHOWN,
    "onPremisesSamAccountName": SHOWN,
    "onPremisesSecurityIdentifier": SHOWN,
    "onPremisesSyncEnabled": Property(bool, writable=False),
    "onPremisesUserPrincipalName": SHOWN,
    "proxyAddresses": SHOWN_LIST,
}

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
        **PARTICULARS,
        **SET_ELSEWHERE,
    },
    on_request=frozenset(
        {
            *(
                "accountEnabled",
                "createdDateTime",
                "mailNickname",
                "signInSessionsValidFromDateTime",
                "userType",
            ),
            *PARTICULARS,
            *SET_ELSEWHERE,
        }
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
