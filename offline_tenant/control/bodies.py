"""What the control plane takes: one class a body. What does not fit is refused before anything is done."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, RootModel, ValidationInfo

from offline_tenant.entra.clouds import CLOUDS
from offline_tenant.state.kinds import LAGGING
from offline_tenant.web.ledger import Ledger

UNITS: Final[Mapping[str, int]] = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
DURATION: Final = re.compile(r"([+-]?)((?:[0-9]+(?:\.[0-9]+)?[smhdw])+)")
PART: Final = re.compile(r"([0-9.]+)([smhdw])")
HOW_LONG: Final = "expected seconds, or a text such as 90d, 2h30m, -15s (w, d, h, m, s)"
WHEN: Final = "expected a time such as 2027-01-31 or 2027-01-31T12:00:00Z (UTC unless it says otherwise)"
LONGEST_WAIT: Final = 3600.0  # seconds that a call may be held up
TEXT: Final = re.compile(r"[^\x00-\x1f\x7f]*")  # no line breaks: it goes into protocols of lines
HEAD: Final = re.compile(
    r"([^ *?\[]*)([ *?\[])"
)  # of a pattern: what stands before the first blank or wildcard
HEADER: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # RFC 9110 section 5.1
HEADER_VALUE: Final = re.compile(r"([\x21-\x7e]+([ \t]+[\x21-\x7e]+)*)?")
LABEL: Final = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
DOMAIN: Final = re.compile(rf"(?=.{{1,253}}\Z){LABEL}(\.{LABEL})+")
ADDRESS: Final = re.compile(rf"[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~.-]{{1,64}}@(?=.{{1,253}}\Z){LABEL}(\.{LABEL})+")


class Body(BaseModel):
    """A JSON object of which every key is known."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def duration(value: Any) -> timedelta:
    """A length of time: seconds as a number, or a text such as ``90d``.

    Raises:
        ValueError: it is none, or too long.
    """
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return timedelta(seconds=value)
        if match := DURATION.fullmatch(value):
            seconds = sum(float(number) * UNITS[unit] for number, unit in PART.findall(match[2]))
            return timedelta(seconds=-seconds if match[1] == "-" else seconds)
        return timedelta(seconds=float(value))
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(HOW_LONG) from error


def moment(value: Any) -> datetime:
    """A time in ISO 8601, in UTC.

    Raises:
        ValueError: it is none.
    """
    try:
        found = datetime.fromisoformat(value)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(WHEN) from error


def _matching(pattern: re.Pattern[str], complaint: str) -> AfterValidator:
    def check(value: str) -> str:
        if not pattern.fullmatch(value):
            raise ValueError(complaint)
        return value

    return AfterValidator(check)


Duration = Annotated[timedelta, BeforeValidator(duration)]
Moment = Annotated[datetime, BeforeValidator(moment)]


def _known_service(pattern: str, info: ValidationInfo[Ledger]) -> str:
    """A pattern that no service can match would never do anything, and nobody would see why."""
    head = HEAD.match(pattern)
    services = sorted(info.context.services)
    if head is None or not any(
        name == head[1] if head[2] == " " else name.startswith(head[1]) for name in services
    ):
        raise ValueError(
            f"expected a service and a call, such as 'graph POST *'; services are {', '.join(services)}"
        )
    return pattern


Line = Annotated[str, _matching(TEXT, "expected one line of text"), Field(max_length=2000)]
Headers = dict[
    Annotated[str, _matching(HEADER, "no name for a header")],
    Annotated[str, _matching(HEADER_VALUE, "no value for a header")],
]
Domain = Annotated[str, _matching(DOMAIN, "expected a domain name such as fabrikam.onmicrosoft.com")]
Address = Annotated[str, _matching(ADDRESS, "expected an SMTP address such as sales@contoso.com")]
Count = Annotated[int, Field(ge=0, le=1_000_000_000)]
Pattern = Annotated[Line, AfterValidator(_known_service)]
Seconds = Annotated[float, Field(ge=0, le=LONGEST_WAIT, allow_inf_nan=False)]


class Nothing(Body):
    """No keys at all."""


class Seed(Body):
    """From which number all ids follow, and at which time the clock stands; it runs unless that is given."""

    seed: Annotated[int, Field(ge=-(2**63), lt=2**63)]
    clock: Moment | None = None


class SnapshotName(Body):
    """The name of a snapshot."""

    name: str


class Snapshot(SnapshotName):
    """The name of a new snapshot, and whether one of that name may be replaced."""

    replace: bool = False


class NewFault(Body):
    """A fault to inject; see ``web.faults.Fault``."""

    match: Pattern
    status: Annotated[int, Field(ge=300, le=599)] = 500
    code: Line = ""
    message: Line = "injected"
    headers: Headers = {}
    times: Count = 1
    after: Count = 0
    effect: Literal["refuse", "lose"] = "refuse"


class Latency(RootModel[dict[Pattern, Seconds | None]]):
    """Seconds by pattern; null takes a pattern away."""

    model_config = ConfigDict(strict=True)


def _known_kind(name: str) -> str:
    if name not in LAGGING:
        raise ValueError(f"no such kind of document; known are {', '.join(sorted(LAGGING))}")
    return name


class Delay(Body):
    """How many reads miss what is new, for how many seconds of the tenant's clock, and how long it flaps then."""

    reads: Count = 0
    seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    flaps: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0

    def told(self) -> dict[str, Any]:
        """What is kept and shown; flaps only where there are any."""
        return self.model_dump(exclude=None if self.flaps else {"flaps"})


class Lag(RootModel[dict[Annotated[str, AfterValidator(_known_kind)], Delay | None]]):
    """A delay by kind of document; null takes a kind away."""

    model_config = ConfigDict(strict=True)


AtLeastOne = Annotated[int, Field(ge=1, le=1_000_000_000)]


class MicroDelay(Body):
    """After how many calls of a window each further one is held up, and for how long."""

    after: Count = 0
    milliseconds: Annotated[int, Field(ge=1, le=3_600_000)]


class Throttle(Body):
    """What is enforced; see ``exchange.throttle``."""

    requests: AtLeastOne | None = None
    seconds: Annotated[float, Field(ge=1, le=86_400, allow_inf_nan=False)] = 300.0
    concurrency: AtLeastOne | None = None
    delay: MicroDelay | None = None


class NewMailbox(Body):
    """A mailbox to add."""

    address: Address
    name: Line | None = None
    type: Literal["UserMailbox", "SharedMailbox", "RoomMailbox", "EquipmentMailbox"] = "SharedMailbox"
    aliases: tuple[Address, ...] = Field(default=(), strict=False)


def _known_cloud(name: str) -> str:
    if name not in CLOUDS:
        raise ValueError(f"expected one of {', '.join(CLOUDS)}")
    return name


class NewTenant(Body):
    """A tenant to add: its initial domain, further ones, and its cloud."""

    organization: Domain
    domains: tuple[Domain, ...] = Field(default=(), strict=False)
    cloud: Annotated[str, AfterValidator(_known_cloud)] = "global"


class Issuer(Body):
    """An identity provider outside: its ``iss``, and its JSON Web Key Set."""

    issuer: Annotated[str, Field(min_length=1), _matching(TEXT, "expected one line of text")]
    keys: list[dict[str, Any]]
