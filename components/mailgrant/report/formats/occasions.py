"""What a report says where it tells of an update to come, and where it tells of a drift."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mailgrant.report.preview import Occasion
from mailgrant.report.rights import Effect


@dataclass(frozen=True)
class Phrases:
    """Words of one occasion.

    Args:
        marker: names the kind of report to programs, in the hidden first line.
        title: heads it, before the verdict.
        verdicts: each verdict in a sentence.
        nothing: the sentence where no right changes.
        hash: what the hash stands for.
        revoked: what became of a credential that is there no more.
        ended: heads what is there no more.
        steps: heads what Pulumi says.
        whole: the command that shows all of it.
        failed: the sentence where nothing could be seen.
        next: what to do, and by which commands.
    """

    marker: str
    title: str
    verdicts: Mapping[Effect, str]
    nothing: str
    hash: str
    revoked: str
    ended: str
    steps: str
    whole: str
    failed: str
    next: tuple[tuple[str, str], ...] = ()


PHRASES: Final[Mapping[Occasion, Phrases]] = {
    Occasion.PREVIEW: Phrases(
        marker="mailgrant:preview-report",
        title="mailgrant",
        verdicts={
            Effect.BROADENING: "Somebody or something can do more than before.",
            Effect.NARROWING: "Somebody or something can do less than before, and nobody more.",
            Effect.NEUTRAL: "Nobody can do more or less than before.",
        },
        nothing="No right changes.",
        hash="Hash of this permission change",
        revoked="revoked",
        ended="Deleted or replaced",
        steps="All that Pulumi would do",
        whole="mailgrant preview-report",
        failed="The preview failed: what would change is not known, and nothing is approved.",
    ),
    Occasion.DRIFT: Phrases(
        marker="mailgrant:drift",
        title="mailgrant drift",
        verdicts={
            Effect.BROADENING: "Others have changed the tenant since the last update: somebody or something can do more than "
            "the stack says.",
            Effect.NARROWING: "Others have changed the tenant since the last update: somebody or something can do less than "
            "the stack says, and nobody more.",
            Effect.NEUTRAL: "Others have changed the tenant since the last update; nobody can do more or less for it.",
        },
        nothing="Every right of the stack is as the last update left it.",
        hash="Hash of this drift, which approves nothing",
        revoked="gone",
        ended="Gone from the tenant",
        steps="All that Pulumi found",
        whole="mailgrant drift",
        failed="The tenant could not be looked at: whether others have changed it is not known.",
        next=(
            ("To put it back as the stack's file says", "pulumi up --refresh"),
            ("To keep it: write it into the stack's file, and then", "pulumi up --refresh"),
        ),
    ),
}


def phrases(occasion: Occasion) -> Phrases:
    """The words for an occasion."""
    return PHRASES[occasion]
