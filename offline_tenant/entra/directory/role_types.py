"""The object types of directory roles.

https://learn.microsoft.com/graph/api/resources/unifiedroledefinition, …/unifiedroleassignment, …/directoryrole,
…/directoryroletemplate
"""

from typing import Final

from offline_tenant.entra.directory.schema import ObjectType, Property

TEXT: Final = Property()
SHOWN: Final = Property(writable=False)

ROLE_ASSIGNMENT: Final = ObjectType(
    "UnifiedRoleAssignment",
    {"id": SHOWN, "principalId": TEXT, "directoryScopeId": Property(default="/"), "roleDefinitionId": TEXT},
    lacking=frozenset({"appScopeId", "condition"}),
)

# Which single actions a role allows is nowhere kept: what a role opens is said operation by operation.
ROLE_DEFINITION: Final = ObjectType(
    "UnifiedRoleDefinition",
    {
        "id": SHOWN,
        "description": SHOWN,
        "displayName": SHOWN,
        "isBuiltIn": Property(bool, default=True, writable=False),
        "isEnabled": Property(bool, default=True, writable=False),
        "resourceScopes": Property(default=["/"], many=True, writable=False),
        "templateId": SHOWN,
        "version": Property(default="1", writable=False),
    },
    lacking=frozenset({"rolePermissions", "inheritsPermissionsFrom"}),
)

ROLE_TEMPLATE: Final = ObjectType(
    "DirectoryRoleTemplate",
    {"id": SHOWN, "deletedDateTime": SHOWN, "description": SHOWN, "displayName": SHOWN},
)

DIRECTORY_ROLE: Final = ObjectType(
    "DirectoryRole",
    {
        "id": SHOWN,
        "deletedDateTime": SHOWN,
        "description": SHOWN,
        "displayName": SHOWN,
        "roleTemplateId": TEXT,
    },
)
