"""What properties an object type has: types, defaults, and Graph's answers to what does not fit."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Final

from offline_tenant.entra.directory.errors import (
    DirectoryError,
    bad_request,
    duplicate,
    not_emulated,
    read_only,
)
from offline_tenant.entra.directory.values import Kind


@dataclass(frozen=True)
class Property:
    """One property of an object type.

    Args:
        type: the Python type of its JSON value (of each member, if ``many``); ``object`` takes anything.
        default: its value in a new object.
        many: it is a list.
        fields: the properties of a complex type.
        writable: a request may set it.
        collapses: a complex value of which nothing is set is kept as ``null``.
        kind: what its values (each member, if ``many``) are beyond their JSON type.
        needed: as a part of a complex type it must be given, and not be empty.
        distinct: names of parts that no two members may share; an empty name is the member itself.
        resource: the complex type as errors name it; the object type that it belongs to unless given.
        most: members, if ``many``.
    """

    type: type = str
    default: Any = None
    many: bool = False
    fields: "Mapping[str, Property]" = field(default_factory=dict)
    writable: bool = True
    collapses: bool = False
    kind: Kind | None = None
    needed: bool = False
    distinct: tuple[str, ...] = ()
    resource: str = ""
    most: int | None = None

    @property
    def is_guid(self) -> bool:
        """Whether Graph's model has it as a GUID; most ids are text there."""
        return self.kind is not None and self.kind.edm == "Edm.Guid"

    def initial(self) -> Any:
        """Its value in a new object."""
        if self.fields and not self.many and not self.collapses and self.default is None:
            return {name: sub.initial() for name, sub in self.fields.items()}
        return deepcopy(self.default)

    def accept(self, value: Any, where: "Place", before: Any = None) -> Any:
        """The value to keep for what a request sent.

        Args:
            value: from the request's JSON; ``null`` stands for the default.
            where: the property and its object type, for the error.
            before: what the property was; parts of a complex type that are not sent stay as they were.

        Raises:
            DirectoryError: wrong type, unknown part, no value of its kind, the same twice (400).
        """
        if value is None:
            return self.initial()
        if not self.many:
            return self._accept_one(value, where, before)
        if not isinstance(value, list) or (self.most is not None and len(value) > self.most):
            raise where.invalid()
        members = [self._accept_one(member, where) for member in value]
        self._refuse_duplicates(members, where)
        return members

    def _refuse_duplicates(self, members: list[Any], where: "Place") -> None:
        for name in self.distinct:
            given = [member[name] if name else member for member in members]
            known = [value for value in given if value]  # permissions without a value are many
            if len(known) > len(set(known)):
                raise duplicate(where.name)

    def _accept_one(self, value: Any, where: "Place", before: Any = None) -> Any:
        if self.type is not object and type(value) is not self.type:
            raise where.invalid()
        if self.kind is not None:
            return self._of_kind(self.kind, value, where)
        if not self.fields:
            return value
        start = (
            before if isinstance(before, dict) else {name: sub.initial() for name, sub in self.fields.items()}
        )
        resource = self.resource or where.type
        merged = start | accept(self.fields, value, resource, start)
        required(merged, tuple(name for name, sub in self.fields.items() if sub.needed), resource)
        return None if self.collapses and not any(merged.values()) else merged

    @staticmethod
    def _of_kind(kind: Kind, value: Any, where: "Place") -> Any:
        if kind.holds(value):
            return kind.kept(value)
        raise where.unreadable(kind.edm) if kind.edm else where.invalid()


@dataclass(frozen=True)
class Place:
    """A property of an object type, as errors name it."""

    type: str
    name: str

    def invalid(self) -> Exception:
        """The value has the wrong type, or is none of the allowed ones."""
        return bad_request(f"Invalid value specified for property '{self.name}' of resource '{self.type}'.")

    @staticmethod
    def unreadable(edm: str) -> Exception:
        """The value cannot be read as the OData type that the property has."""
        return bad_request(
            f"Cannot convert a primitive value to the expected type '{edm}'. See the inner exception for more details."
        )

    def missing(self) -> Exception:
        """The property must be given."""
        return bad_request(f"A value is required for property '{self.name}' of resource '{self.type}'.")


@dataclass(frozen=True)
class ObjectType:
    """An object type of Microsoft Graph.

    Args:
        name: as Graph's errors write it, ``Application``.
        properties: by name.
        beta: further properties that only ``/beta`` shows.
        on_request: properties that are shown only to who selects them by name.
        lacking: properties that Graph has and the offline tenant does not; ``null`` is all they can be set to.
    """

    name: str
    properties: Mapping[str, Property]
    beta: Mapping[str, Property] = field(default_factory=dict)
    on_request: frozenset[str] = frozenset()
    lacking: frozenset[str] = frozenset()

    @property
    def type_name(self) -> str:
        """As OData writes it, ``microsoft.graph.application``."""
        return f"microsoft.graph.{self.name[0].lower()}{self.name[1:]}"

    def known(self, version: str) -> Mapping[str, Property]:
        """The properties that a version of Graph has."""
        return {**self.properties, **self.beta} if version == "beta" else self.properties

    def by_default(self, version: str) -> tuple[str, ...]:
        """The properties that are shown when none is selected; nothing stands for all."""
        return tuple(name for name in self.known(version) if name not in self.on_request and self.on_request)

    def new(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """A new object from a request's body.

        Raises:
            DirectoryError: see ``accept``.
        """
        everything = self.known("beta")
        return {name: entry.initial() for name, entry in everything.items()} | accept(
            everything, self._without_lacking(body), self.name
        )

    def changed(self, before: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
        """The object after a PATCH.

        Raises:
            DirectoryError: see ``accept``.
        """
        return dict(before) | accept(self.known("beta"), self._without_lacking(body), self.name, before)

    def absent(self, name: str) -> DirectoryError:
        """The refusal of a property that Graph has and the offline tenant lacks (501)."""
        return not_emulated(f"the property '{name}' of {self.type_name}")

    def _without_lacking(self, body: Mapping[str, Any]) -> dict[str, Any]:
        for name in self.lacking & body.keys():
            if body[name] is not None:
                raise self.absent(name)
        return {name: value for name, value in body.items() if name not in self.lacking}

    def shown(self, document: Mapping[str, Any], version: str) -> dict[str, Any]:
        """The object as a version of Graph shows it; properties that came later show their defaults."""
        known = self.known(version).items()
        return {name: document[name] if name in document else entry.initial() for name, entry in known}


NOTHING: Final[Mapping[str, Any]] = {}


def accept(
    properties: Mapping[str, Property],
    body: Mapping[str, Any],
    type_: str,
    before: Mapping[str, Any] = NOTHING,
) -> dict[str, Any]:
    """The properties of a request's body as they are kept.

    Raises:
        DirectoryError: unknown or read-only property, value of the wrong type (400).
    """
    accepted: dict[str, Any] = {}
    for name, value in body.items():
        if name not in properties:
            raise bad_request(f"Invalid property '{name}'.")
        if properties[name].writable:
            accepted[name] = properties[name].accept(value, Place(type_, name), before.get(name))
        elif value is not None and value != before.get(name):
            raise read_only(name)
    return accepted


def required(body: Mapping[str, Any], names: tuple[str, ...], type_: str) -> None:
    """Refuse a body that lacks one of these, or has it empty.

    Raises:
        DirectoryError: with the first one that is missing (400).
    """
    for name in names:
        if body.get(name) in (None, "", []):
            raise Place(type_, name).missing()
