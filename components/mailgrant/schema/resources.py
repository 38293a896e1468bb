"""What is wrong with the inputs of an Exchange resource, by place: what its provider checks before the first call."""

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from mailgrant.schema.words import Address, Rights


@with_config(extra="forbid")
class Switches(TypedDict, total=False):
    """Protocol switches of a mailbox; what is not named is not touched."""

    imap: Literal["on", "off"]
    pop: Literal["on", "off"]
    smtp_auth: Literal["on", "off", "inherit"]


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
