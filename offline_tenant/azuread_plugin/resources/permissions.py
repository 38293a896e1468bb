"""App roles, permission scopes and feature tags: Graph's shape and Pulumi's, shared by several resources."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from offline_tenant.azuread_plugin.properties import Property

APP_ROLE: Final = (
    Property("id", "uuid", required=True),
    Property("allowedMemberTypes", "texts", required=True, unordered=True),
    Property("description", "filled", required=True),
    Property("displayName", "filled", required=True),
    Property("enabled", "flag", default=True),
    Property("value"),
)
PERMISSION_SCOPE: Final = (
    Property("id", "uuid", required=True),
    Property("adminConsentDescription"),
    Property("adminConsentDisplayName"),
    Property("enabled", "flag", default=True),
    Property("type", default="User"),
    Property("userConsentDescription"),
    Property("userConsentDisplayName"),
    Property("value"),
)
# Pulumi's flags, and the tags that they are in Graph.
TAGS: Final[Mapping[str, str]] = {
    "customSingleSignOn": "WindowsAzureActiveDirectoryCustomSingleSignOnApplication",
    "enterprise": "WindowsAzureActiveDirectoryIntegratedApp",
    "gallery": "WindowsAzureActiveDirectoryGalleryApplicationNonPrimaryV1",
    "hide": "HideApp",
}
# The older names of the same flags, of which one means the opposite.
OLD_FLAGS: Final[Mapping[str, str]] = {
    "customSingleSignOn": "customSingleSignOnApp",
    "enterprise": "enterpriseApplication",
    "gallery": "galleryApplication",
    "hide": "visibleToUsers",
}
FEATURE_TAGS: Final = tuple(Property(name, "flag") for name in TAGS)
FEATURES: Final = tuple(
    Property(old, "flag", default=True if name == "hide" else None) for name, old in OLD_FLAGS.items()
)
Items = Iterable[Mapping[str, Any]] | None


def app_roles(items: Items) -> list[dict[str, Any]]:
    """Graph's app roles as outputs."""
    return [_renamed(APP_ROLE, item) for item in items or ()]


def permission_scopes(items: Items) -> list[dict[str, Any]]:
    """Graph's delegated permissions as outputs."""
    return [_renamed(PERMISSION_SCOPE, item) for item in items or ()]


def ids_by_value(items: Items) -> dict[str, str]:
    """Ids of permissions by the value that tokens carry."""
    return {item["value"]: item["id"] for item in items or () if item.get("value")}


def graph_permission(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """An app role or delegated permission as Graph takes it."""
    return {("isEnabled" if name == "enabled" else name): value for name, value in inputs.items()}


def flags_of(tags: Sequence[str]) -> list[dict[str, bool]]:
    """``featureTags`` of an object with these tags."""
    return [{flag: tag in tags for flag, tag in TAGS.items()}]


def old_flags_of(tags: Sequence[str]) -> list[dict[str, bool]]:
    """``features`` of an object with these tags."""
    (flags,) = flags_of(tags)
    return [{OLD_FLAGS[name]: (not on if name == "hide" else on) for name, on in flags.items()}]


def tags_of(inputs: Mapping[str, Any], kept: Sequence[str] = ()) -> list[str]:
    """The tags that inputs ask for, by name or by flags.

    Args:
        inputs: of which at most one of ``tags``, ``featureTags`` and ``features`` is given.
        kept: the tags if none is.
    """
    for flags in inputs.get("featureTags") or ():
        return [tag for name, tag in TAGS.items() if flags.get(name)]
    for flags in inputs.get("features") or ():
        named = {name: flags.get(old, name == "hide") for name, old in OLD_FLAGS.items()}
        return [tag for name, tag in TAGS.items() if named[name] != (name == "hide")]
    return list(inputs.get("tags") or kept)


def _renamed(rows: Sequence[Property], item: Mapping[str, Any]) -> dict[str, Any]:
    empty: Mapping[str, Any] = {"texts": [], "flag": False}
    names = {"enabled": "isEnabled"}
    return {
        row.name: value
        if (value := item.get(names.get(row.name, row.name))) is not None
        else empty.get(row.form, "")
        for row in rows
    }
