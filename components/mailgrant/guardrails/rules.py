"""The rules themselves: what each finds in a plan, and what to do about it. How much it matters is the plan's to say."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from mailgrant.facts import CLOUDS, PUBLISHED_CLIENTS, WITH_SMTP_SCOPE
from mailgrant.model import (
    TENANT,
    AutomationPlan,
    ClientPlan,
    Credential,
    DaemonPlan,
    DelegatedPlan,
    ExternalCredential,
    GivenCertificate,
    Plan,
    SecretCredential,
    ThirdPartyPlan,
)
from mailgrant.schema.words import duration

Place = tuple[str, ...]
Found = Iterator[tuple[Place, str, str]]  # place, reason, remedy


def _public_consent(plan: Plan) -> Found:
    for name, client in plan.clients.items():
        if not isinstance(client, DaemonPlan) and client.consent == TENANT and _is_public(client):
            title, abused = _known(client)
            reason = (
                f"consent for everybody lets any program that calls itself {title or name} into the mailbox of whoever it "
                f"gets to sign in{abused}"
            )
            yield ("clients", name, "consent"), reason, "Name the people who need it instead."


def _is_public(client: DelegatedPlan | ThirdPartyPlan) -> bool:
    """Whether it proves nothing about itself, so that its id is all that another needs to be taken for it."""
    return isinstance(client, ThirdPartyPlan) or bool(client.desktop_uris or client.device_code)


def _known(client: DelegatedPlan | ThirdPartyPlan) -> tuple[str, str]:
    theirs = client.client_id if isinstance(client, ThirdPartyPlan) else ""
    known = next((one for one in PUBLISHED_CLIENTS.values() if one.client_id == theirs), None)
    abused = ", and its id is known to be used to harvest mailboxes" if known and known.abused else ""
    return known.title if known else "", abused


def _secret_lifetime(plan: Plan) -> Found:
    longest = plan.guardrails.longest_secret
    for place, credential in _credentials(plan):
        if isinstance(credential, SecretCredential) and credential.lifetime > longest:
            reason = (
                f"its secrets are valid for {duration(credential.lifetime)}, longer than {duration(longest)}"
            )
            yield place, reason, f"Set lifetime to {duration(longest)} or less."


def _secrets(plan: Plan) -> Found:
    for place, credential in _credentials(plan):
        if isinstance(credential, SecretCredential):
            reason = "a secret travels with every sign-in, and whoever reads it once can use it"
            yield place, reason, "Use type: federated, where nothing is kept, or type: certificate."


def _unrotated_credentials(plan: Plan) -> Found:
    for place, credential in _credentials(plan):
        if isinstance(credential, ExternalCredential | GivenCertificate):
            reason = "nobody rotates it: mailgrant only does that for credentials that it makes"
            yield place, reason, "Use type: federated, or a certificate or secret that mailgrant makes."


def _smtp_full_access(plan: Plan) -> Found:
    if any(plan.cloud == cloud for name, cloud in CLOUDS.items() if name not in WITH_SMTP_SCOPE):
        return
    for name, client in plan.clients.items():
        if not isinstance(client, DaemonPlan) or client.kind != "daemon" or client.protocols != ("smtp",):
            continue
        # One finding for all of them: thousands of lines would bury everything else.
        opened = sum(rights.startswith("full-access") for rights in client.mailboxes.values())
        if opened:
            those = "1 mailbox" if opened == 1 else f"{opened} mailboxes"
            reason = f"the client only sends, and full-access lets it read and delete everything in {those}"
            yield ("clients", name, "mailboxes"), reason, "Use smtp_scope, which opens no mailbox."


def _scope_beside_protocols(plan: Plan) -> Found:
    for name, client in plan.clients.items():
        if isinstance(client, DaemonPlan) and client.smtp_scope and len(client.protocols) > 1:
            reason = (
                "Microsoft does not say whether a scope for SMTP holds beside permissions for other protocols"
            )
            yield ("clients", name, "smtp_scope"), reason, "Make a client of its own for sending."


def _mailboxes_per_client(plan: Plan) -> Found:
    most = plan.guardrails.most_mailboxes
    for name, client in plan.clients.items():
        if len(client.mailboxes) > most:
            reason = f"the client has {len(client.mailboxes)} mailboxes, more than {most}"
            yield ("clients", name, "mailboxes"), reason, "Split it, so that one that is lost opens less."


def _forbidden_mailboxes(plan: Plan) -> Found:
    for name, client in plan.clients.items():
        for mailbox in plan.guardrails.forbidden:
            for key, reason in _ways(client, mailbox):
                yield ("clients", name, key, mailbox), reason, "Take it out."


def _ways(client: ClientPlan, mailbox: str) -> Iterator[tuple[str, str]]:
    """The keys of a client that lead to a mailbox."""
    if mailbox in client.mailboxes:
        yield "mailboxes", "no client may reach this mailbox"
    consent = () if isinstance(client, DaemonPlan) else client.consent
    if consent == TENANT:
        yield "consent", "no client may reach this mailbox, and consent for everybody includes its owner"
    elif mailbox in consent:
        yield "consent", "no client may reach this mailbox, and consent for its owner lets this one in"


def _automapping(plan: Plan) -> Found:
    for name, client in plan.clients.items():
        if isinstance(client, ThirdPartyPlan):
            continue
        for mailbox, rights in client.mailboxes.items():
            if "automapping" in rights:
                reason = "automapping shows the mailbox in Outlook, which an application has no use for"
                yield ("clients", name, "mailboxes", mailbox), reason, "Write full-access."


def _organization_smtp_auth(plan: Plan) -> Found:
    if plan.tenant.smtp_auth == "enabled":
        reason = "opens SMTP AUTH for every mailbox of the organization that says nothing itself"
        remedy = "Leave it out: mailgrant opens it for the mailboxes that need it."
        yield ("tenant", "smtp_auth"), reason, remedy


def _all_applications(plan: Plan) -> Found:
    if plan.automation and plan.automation.applications == "all":
        reason = "whoever gets hold of this identity can change every application of the tenant"
        remedy = "Write owned, unless it must adopt applications, or serve third-party clients."
        yield ("automation", "applications"), reason, remedy


def _credentials(plan: Plan) -> Iterator[tuple[Place, Credential]]:
    holders: list[tuple[Place, ClientPlan | AutomationPlan]] = [
        (("clients", name), one) for name, one in plan.clients.items()
    ]
    holders += [(("automation",), plan.automation)] if plan.automation else []
    for place, holder in holders:
        if not isinstance(holder, ThirdPartyPlan):
            for name, credential in holder.credentials.items():
                yield (*place, "credentials", name), credential


# What each rule finds; how much that matters stands under the same name in ``Guardrails``.
RULES: Final[Mapping[str, Callable[[Plan], Found]]] = {
    "public_consent": _public_consent,
    "secret_lifetime": _secret_lifetime,
    "secrets": _secrets,
    "unrotated_credentials": _unrotated_credentials,
    "smtp_full_access": _smtp_full_access,
    "scope_beside_protocols": _scope_beside_protocols,
    "mailboxes_per_client": _mailboxes_per_client,
    "forbidden_mailboxes": _forbidden_mailboxes,
    "automapping": _automapping,
    "organization_smtp_auth": _organization_smtp_auth,
    "all_applications": _all_applications,
}
