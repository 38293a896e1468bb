"""What the matrix is about, continued: the settings that belong to everybody, and sending by scope."""

from typing import Any

from mailgrant.exchange.scope_provider import SmtpApplicationScopeProvider
from mailgrant.exchange.settings_provider import (
    AuthenticationPolicyProvider,
    MailboxProtocolsProvider,
    TransportSettingsProvider,
)
from tests.exchange.conftest import TenantSession
from tests.exchange.subjects import (
    APP_ID,
    BILLING,
    OTHER_APP,
    PRINCIPAL,
    Arrange,
    Subject,
    admin,
    two_principals,
)

FRONT, ADELE, ALEX = "frontdesk@contoso.com", "adele@contoso.com", "alex@contoso.com"
POLICY, LEGACY = "mailgrant: no basic authentication", "Legacy"
FILTER, OTHER_FILTER = "CustomAttribute1 -eq 'newsletter'", "CustomAttribute1 -eq 'billing'"
SEND = "Application SMTP.SendAsApp"
TOLD = ("applied", "failed", "left")


def switches(session: TenantSession) -> str:
    """IMAP, POP and SMTP AUTH of one mailbox, and POP of the other: on, off, or - where it is not said."""
    words = {True: "on", False: "off", None: "-"}
    found = [
        f"billing {words[one['PopEnabled']]}" for one in admin(session, "Get-CASMailbox", Identity=BILLING)
    ]
    for one in admin(session, "Get-CASMailbox", Identity=FRONT):
        disabled = one["SmtpClientAuthenticationDisabled"]
        smtp = "-" if disabled is None else words[not disabled]
        found.append(f"front {words[one['ImapEnabled']]} {words[one['PopEnabled']]} {smtp}")
    return ", ".join(found)


def turned(*, imap: bool, pop: bool, smtp_disabled: bool | None = None) -> Arrange:
    def arrange(session: TenantSession) -> None:
        given = {"ImapEnabled": imap, "PopEnabled": pop, "SmtpClientAuthenticationDisabled": smtp_disabled}
        admin(session, "Set-CASMailbox", Identity=FRONT, Confirm=False, **given)

    return arrange


def no_mailbox(session: TenantSession) -> None:
    [record] = admin(session, "Get-Mailbox", Identity=FRONT)
    session.tenant.documents("mailboxes").delete(record["Guid"])


MAILBOX_PROTOCOLS = Subject(
    provider=MailboxProtocolsProvider,
    wanted={"protocols": {FRONT: {"imap": "off", "pop": "off"}}},
    before={"protocols": {FRONT: {"imap": "off"}, BILLING: {"pop": "off"}}},
    shows=switches,
    states={
        "absent": no_mailbox,
        "as wanted": turned(imap=False, pop=False),
        "differs": turned(imap=True, pop=True),
        "half-done": turned(imap=False, pop=True),
        "somebody else's": turned(imap=True, pop=False, smtp_disabled=True),
        "unreadable": turned(imap=False, pop=False),
    },
    outs=TOLD,
    drifts=("protocols",),
    short={"Get-CASMailbox": "get", "Set-CASMailbox": "set"},
)


def smtp_auth(session: TenantSession) -> str:
    [record] = admin(session, "Get-TransportConfig")
    return "disabled" if record["SmtpClientAuthenticationDisabled"] else "enabled"


def organization_says(*, disabled: bool) -> Arrange:
    def arrange(session: TenantSession) -> None:
        admin(session, "Set-TransportConfig", SmtpClientAuthenticationDisabled=disabled, Confirm=False)

    return arrange


TRANSPORT_SETTINGS = Subject(
    provider=TransportSettingsProvider,
    wanted={"smtp_auth": "enabled"},
    before={"smtp_auth": "disabled"},
    shows=smtp_auth,
    states={
        "as wanted": organization_says(disabled=False),
        "differs": organization_says(disabled=True),
        "unreadable": organization_says(disabled=False),
    },
    outs=TOLD,
    drifts=("smtp_auth",),
    short={"Get-TransportConfig": "get", "Set-TransportConfig": "set"},
)


def policies(session: TenantSession) -> str:
    """Each policy with what it allows, and who has which."""
    found = []
    for one in sorted(admin(session, "Get-AuthenticationPolicy"), key=lambda record: str(record["Name"])):
        allowed = [name[len("AllowBasicAuth") :] for name, value in one.items() if _allows(name, value)]
        found.append(" ".join([_brief(one["Name"]), *(f"+{name}" for name in allowed)]))
    for user in (ADELE, ALEX):
        [record] = admin(session, "Get-User", Identity=user)
        found.append(f"{user.partition('@')[0]} {_brief(record['AuthenticationPolicy'])}")
    [organization] = admin(session, "Get-OrganizationConfig")
    return ", ".join([*found, f"all {_brief(organization['DefaultAuthenticationPolicy'])}"])


def _allows(name: str, value: Any) -> bool:
    return name.startswith("AllowBasicAuth") and value is True


def _brief(policy: str | None) -> str:
    return {POLICY: "ours", None: "-"}.get(policy, str(policy))


def policy(*, adele: str | None, alex: str | None, imap: bool = False) -> Arrange:
    """Our policy is there, and who has which; the organization keeps what it has."""

    def arrange(session: TenantSession) -> None:
        for name in (POLICY, LEGACY):
            admin(session, "New-AuthenticationPolicy", Name=name, Confirm=False)
        admin(session, "Set-AuthenticationPolicy", Identity=POLICY, AllowBasicAuthImap=imap, Confirm=False)
        for user, name_ in ((ADELE, adele), (ALEX, alex)):
            admin(session, "Set-User", Identity=user, AuthenticationPolicy=name_, Confirm=False)

    return arrange


def no_policy(session: TenantSession) -> None:
    policy(adele=None, alex=None)(session)
    admin(session, "Remove-AuthenticationPolicy", Identity=POLICY, Confirm=False)


AUTHENTICATION_POLICY = Subject(
    provider=AuthenticationPolicyProvider,
    wanted={"name": POLICY, "users": [ADELE, ALEX], "default": False},
    before={"name": POLICY, "users": [ADELE], "default": True},
    shows=policies,
    states={
        "absent": no_policy,
        "as wanted": policy(adele=POLICY, alex=POLICY),
        "differs": policy(adele=POLICY, alex=POLICY, imap=True),
        "half-done": policy(adele=POLICY, alex=None),
        "somebody else's": policy(adele=LEGACY, alex=POLICY),
        "unreadable": policy(adele=POLICY, alex=POLICY),
    },
    outs=(*TOLD, "ours"),
    drifts=("users", "default"),
    short={
        **{
            f"{verb}-AuthenticationPolicy": f"{verb.lower()} policy"
            for verb in ("New", "Get", "Set", "Remove")
        },
        "Get-User": "get user",
        "Set-User": "set user",
        "Get-OrganizationConfig": "get all",
        "Set-OrganizationConfig": "set all",
    },
)


def scopes(session: TenantSession) -> str:
    """Each scope with its filter, and each assignment with its scope."""
    found = [
        f"{_ours(one['Name'])}: {one['RecipientFilter'].split()[-1]}"
        for one in admin(session, "Get-ManagementScope")
    ]
    given = admin(session, "Get-ManagementRoleAssignment", RoleAssigneeType="ServicePrincipal")
    found += [f"{_ours(one['Name'])} -> {_ours(one['CustomResourceScope'])}" for one in given]
    return ", ".join(sorted(found)) or "nothing"


def _ours(name: str) -> str:
    return name.replace(APP_ID, "ours").replace(OTHER_APP, "theirs").removeprefix("mailgrant ")


def no_scope(session: TenantSession) -> None:
    for app_id in (APP_ID, OTHER_APP):
        admin(session, "Remove-ManagementRoleAssignment", Identity=f"mailgrant SMTP {app_id}", Confirm=False)
        admin(session, "Remove-ManagementScope", Identity=f"mailgrant {app_id}", Confirm=False)


def scope(app_id: str, recipient_filter: str, *, assigned: bool = True) -> Arrange:
    def arrange(session: TenantSession) -> None:
        no_scope(session)
        name = f"mailgrant {app_id}"
        made = {"Name": name, "RecipientRestrictionFilter": recipient_filter}
        admin(session, "New-ManagementScope", **made)
        given = {"Name": f"mailgrant SMTP {app_id}", "App": app_id, "Role": SEND, "CustomResourceScope": name}
        if assigned:
            admin(session, "New-ManagementRoleAssignment", **given)

    return arrange


SMTP_SCOPE = Subject(
    provider=SmtpApplicationScopeProvider,
    wanted={"app_id": APP_ID, "principal": PRINCIPAL, "group": "", "filter": FILTER},
    before={"app_id": APP_ID, "principal": PRINCIPAL, "group": "", "filter": OTHER_FILTER},
    shows=scopes,
    states={
        "absent": no_scope,
        "as wanted": scope(APP_ID, FILTER),
        "differs": scope(APP_ID, OTHER_FILTER),
        "half-done": scope(APP_ID, FILTER, assigned=False),
        "somebody else's": scope(OTHER_APP, FILTER),
        "unreadable": scope(APP_ID, FILTER),
    },
    outs=("recipient_filter",),
    drifts=("group", "filter"),
    short={
        **{f"{verb}-ManagementScope": f"{verb.lower()} scope" for verb in ("New", "Get", "Set", "Remove")},
        **{
            f"{verb}-ManagementRoleAssignment": f"{verb.lower()} role"
            for verb in ("New", "Get", "Set", "Remove")
        },
    },
    prepare=two_principals,
)
