"""What is allowed and still wants a word: settings that widen access, or that Microsoft does not document."""

from collections.abc import Iterator

from mailgrant.facts import PUBLISHED_CLIENTS
from mailgrant.model import TENANT, DaemonPlan, Plan, ThirdPartyPlan


def warnings(plan: Plan) -> Iterator[str]:
    """One sentence each, with its place in the stack."""
    for name, client in plan.clients.items():
        place = f"mailgrant:clients.{name}"
        if isinstance(client, ThirdPartyPlan) and client.consent == TENANT:
            yield f"{place}.consent: {_everybody(client.client_id)}"
        if isinstance(client, DaemonPlan) and client.smtp_scope and len(client.protocols) > 1:
            yield (
                f"{place}.smtp_scope: Microsoft does not say whether a scope for SMTP holds beside permissions for other "
                "protocols; a client of its own for sending is the safe way"
            )
    if plan.tenant.smtp_auth == "enabled":
        yield (
            "mailgrant:tenant.smtp_auth: enabled opens SMTP AUTH for every mailbox of the organization that says nothing "
            "itself; mailgrant opens it for the mailboxes that need it without that"
        )


def _everybody(client_id: str) -> str:
    known = next((one for one in PUBLISHED_CLIENTS.values() if one.client_id == client_id), None)
    title = known.title if known else "a public client"
    abused = "Its id is known to be used to harvest mailboxes. " if known and known.abused else ""
    return (
        f"consent for everybody lets any program that calls itself {title} into the mailbox of whoever it gets to sign in. "
        f"{abused}Name the people who need it instead."
    )
