"""The shape of a stack's configuration, as people write it.

Every key of ``mailgrant:`` is a field here; its description goes into the JSON Schema for editors, and a test
compares it with ``Pulumi.yaml`` and the documentation.
"""

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
    with_config,
)
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from mailgrant import rotation
from mailgrant.facts import CLOUDS, CUSTOM_CLOUD, PROTOCOLS, RIGHTS

# Letters that RFC 5321 allows without quotes, which is all that Exchange makes addresses of.
ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z0-9-]+")
NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
DOMAIN: Final = re.compile(r"(?:[A-Za-z0-9-]+\.)+[A-Za-z]+")
DURATION: Final = re.compile(r"([1-9][0-9]{0,3})(h|d|w)")
UNITS: Final = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def _wrong(problem: str) -> PydanticCustomError:
    # Braces would be read as fields of the message's template.
    return PydanticCustomError("wrong", "{problem}", {"problem": problem})


def _address(text: str) -> str:
    if not ADDRESS.fullmatch(text):
        raise _wrong("not an SMTP address; write the mailbox's primary address, such as invoices@contoso.com")
    return text.lower()


def _name(text: str) -> str:
    if not NAME.fullmatch(text):
        raise _wrong("not a name; use up to 40 of a-z, 0-9 and -, beginning with a letter")
    return text


def _domain(text: str) -> str:
    if not DOMAIN.fullmatch(text):
        raise _wrong("not a domain; write the tenant's first domain, such as contoso.onmicrosoft.com")
    return text.lower()


def _rights(text: str) -> str:
    wanted = [right.strip() for right in text.split(",")]
    if unknown := [right for right in wanted if right not in RIGHTS]:
        raise _wrong(f"unknown right {unknown[0]!r}; expected {' or '.join(RIGHTS)}")
    if sum(right.startswith("full-access") for right in set(wanted)) > 1:
        raise _wrong("full-access stands there with automapping and without; name it once")
    return ", ".join(right for right in RIGHTS if right in wanted)


def _duration(value: Any) -> timedelta:
    match = DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise _wrong("not a duration; write a number with h, d or w, such as 180d")
    found = int(match[1]) * UNITS[match[2]]
    if found > rotation.LONGEST:
        raise _wrong(f"too long; Entra's portal offers {rotation.LONGEST.days}d at the most")
    return found


def _one_of(known: Iterable[str]) -> Any:
    """A text that stands in a table of ours, in the schema as an enumeration."""
    words = tuple(known)

    def check(text: str) -> str:
        if text not in words:
            raise _wrong(f"{text!r} is not known; expected {' or '.join(words)}")
        return text

    return Annotated[str, AfterValidator(check), Field(json_schema_extra={"enum": list(words)})]


Address = Annotated[str, AfterValidator(_address)]
Name = Annotated[str, AfterValidator(_name)]
Domain = Annotated[str, AfterValidator(_domain)]
Rights = Annotated[str, AfterValidator(_rights)]
Duration = Annotated[timedelta, BeforeValidator(_duration, json_schema_input_type=str)]
if TYPE_CHECKING:
    Protocol: TypeAlias = str
    CloudName: TypeAlias = str
else:
    Protocol, CloudName = _one_of(PROTOCOLS), _one_of((*CLOUDS, CUSTOM_CLOUD))
Mailboxes = Annotated[dict[Address, Rights], Field(min_length=1)]


class Schema(BaseModel):
    """Base: nothing unknown, nothing converted behind the writer's back."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SecretSchema(Schema):
    """A client secret of one consumer, so that each can be revoked alone."""

    type: Literal["secret"] = Field(description="secret: a client secret.")
    lifetime: Duration = Field(
        timedelta(days=180), description="How long one secret is valid at the most, such as 180d."
    )
    rotate: Duration | None = Field(
        None, description="How often the next secret is made; half the lifetime unless given."
    )

    @model_validator(mode="after")
    def _overlap(self) -> "SecretSchema":
        needed = rotation.most_at_once(self.lifetime, self.period)
        if self.lifetime < 2 * self.period:
            raise _wrong(
                "rotate must be at most half the lifetime, so that consumers have time to change over"
            )
        if needed > rotation.MOST_AT_ONCE:
            most = rotation.MOST_AT_ONCE
            raise _wrong(
                f"{needed} secrets would exist at once; rotate at most {most} times within a lifetime"
            )
        return self

    @property
    def period(self) -> timedelta:
        """How often the next secret is made."""
        return self.rotate or self.lifetime / 2


class DaemonSchema(Schema):
    """A program that reads mail with nobody signed in."""

    kind: Literal["daemon"] = Field(description="daemon: signs in as itself.")
    protocols: Annotated[list[Protocol], Field(min_length=1)] = Field(
        description="Mail protocols that the client uses."
    )
    mailboxes: Mailboxes = Field(description="Rights by mailbox; one line a mailbox.")
    credentials: Annotated[dict[Name, SecretSchema], Field(min_length=1)] = Field(
        description="Credentials by consumer; one a consumer, so that one can be revoked alone."
    )


@with_config(extra="forbid")
class Switches(TypedDict, total=False):
    """Protocol switches of a mailbox; what is not named is not touched."""

    imap: Literal["on", "off"]
    pop: Literal["on", "off"]
    smtp_auth: Literal["on", "off", "inherit"]


class ExchangeSchema(Schema):
    """How mailgrant talks to Exchange."""

    carrier: Literal["pwsh", "wsman", "rest"] = Field(
        "pwsh",
        description="pwsh: PowerShell 7 on this machine; wsman: PowerShell on a jump host; rest: no PowerShell, but an "
        "address of Exchange that Microsoft does not document.",
    )
    host: str | None = Field(
        None, min_length=1, description="The jump host of wsman, by its certificate's name."
    )
    port: int | None = Field(None, strict=True, ge=1, le=65535, description="Its port, 5986 unless given.")
    auth: Literal["negotiate", "kerberos", "ntlm", "basic"] | None = Field(
        None, description="How to sign in there, negotiate unless given."
    )
    sessions: int = Field(
        4, strict=True, ge=1, le=16, description="Most Exchange sessions that are open at once."
    )
    timeout: int = Field(900, strict=True, ge=1, le=3600, description="Seconds that one cmdlet may take.")


class StackSchema(Schema):
    """All keys of the namespace ``mailgrant:``."""

    organization: Domain = Field(description="The tenant's first domain, such as contoso.onmicrosoft.com.")
    cloud: CloudName = Field(
        "global",
        description="Microsoft's cloud; custom reads its hosts from the file in MAILGRANT_CLOUD_FILE.",
    )
    exchange: ExchangeSchema = Field(
        ExchangeSchema.model_validate({}), description="How to talk to Exchange."
    )
    clients: Annotated[dict[Name, DaemonSchema], Field(min_length=1)] = Field(description="Clients by name.")


# Which model stands at which place; * is any name.
PLACES: Final[dict[tuple[str, ...], type[Schema]]] = {
    (): StackSchema,
    ("exchange",): ExchangeSchema,
    ("clients", "*"): DaemonSchema,
    ("clients", "*", "credentials", "*"): SecretSchema,
}


def known_keys(place: tuple[str, ...]) -> list[str]:
    """The keys that may stand at a place of the configuration."""
    for pattern, model in PLACES.items():
        if len(pattern) == len(place) and all(a in ("*", b) for a, b in zip(pattern, place, strict=True)):
            return list(model.model_fields)
    return []


def mailbox_problems(access: Any) -> dict[str, str]:
    """What is wrong with a map of rights by mailbox, by place; nothing if all is well."""
    return _problems(dict[Address, Rights], "access", access)


def protocol_problems(protocols: Any) -> dict[str, str]:
    """What is wrong with a map of protocol switches by mailbox, by place; nothing if all is well."""
    return _problems(dict[Address, Switches], "protocols", protocols)


def transport_problems(smtp_auth: Any) -> dict[str, str]:
    """What is wrong with the word for SMTP AUTH of the organization; nothing if all is well."""
    return _problems(Literal["enabled", "disabled"], "smtp_auth", smtp_auth)


def policy_problems(policy: Any) -> dict[str, str]:
    """What is wrong with the inputs of an authentication policy, by place; nothing if all is well."""
    return {
        **_problems(Annotated[str, Field(min_length=1, max_length=64)], "name", policy.get("name")),
        **_problems(list[Address], "users", policy.get("users")),
        **_problems(bool, "default", policy.get("default")),
    }


def scope_problems(scope: Any) -> dict[str, str]:
    """What is wrong with the inputs of an SMTP scope, by place; nothing if all is well."""
    group, written = scope.get("group"), scope.get("filter")
    if bool(group) == bool(written):
        return {"group": "name either a group or a filter"}
    return _problems(Address, "group", group) if group else _problems(str, "filter", written)


def _problems(shape: Any, name: str, value: Any) -> dict[str, str]:
    try:
        TypeAdapter(shape).validate_python(value)
    except ValidationError as error:
        return {
            name + "".join(f'["{part}"]' for part in detail["loc"] if part != "[key]"): detail["msg"]
            for detail in error.errors()
        }
    return {}


def json_schema() -> dict[str, Any]:
    """The JSON Schema of ``Pulumi.<stack>.yaml`` as far as mailgrant's keys go, for editors."""
    schema = StackSchema.model_json_schema()
    keys = {f"mailgrant:{name}": shape for name, shape in schema["properties"].items()}
    config = {
        "type": "object",
        "properties": keys,
        "required": [f"mailgrant:{name}" for name in schema["required"]],
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A mailgrant stack",
        "type": "object",
        "properties": {"config": config},
        "$defs": schema["$defs"],
    }
