"""Every resource and function that the stand-in knows: one row each."""

from collections.abc import Mapping
from typing import Final

from offline_tenant.azuread_plugin.functions.function import Function
from offline_tenant.azuread_plugin.functions.get_application import GetApplication
from offline_tenant.azuread_plugin.functions.get_client_config import GetClientConfig
from offline_tenant.azuread_plugin.functions.get_service_principal import GetServicePrincipal
from offline_tenant.azuread_plugin.functions.get_service_principals import GetServicePrincipals
from offline_tenant.azuread_plugin.functions.get_user import GetUser
from offline_tenant.azuread_plugin.functions.get_users import GetUsers
from offline_tenant.azuread_plugin.resources.app_role_assignment import AppRoleAssignment
from offline_tenant.azuread_plugin.resources.application import Application
from offline_tenant.azuread_plugin.resources.application_certificate import ApplicationCertificate
from offline_tenant.azuread_plugin.resources.application_federated_identity_credential import (
    ApplicationFederatedIdentityCredential,
)
from offline_tenant.azuread_plugin.resources.application_flexible_federated_identity_credential import (
    ApplicationFlexibleFederatedIdentityCredential,
)
from offline_tenant.azuread_plugin.resources.application_password import ApplicationPassword
from offline_tenant.azuread_plugin.resources.delegated_permission_grant import DelegatedPermissionGrant
from offline_tenant.azuread_plugin.resources.directory_role import DirectoryRole
from offline_tenant.azuread_plugin.resources.directory_role_assignment import DirectoryRoleAssignment
from offline_tenant.azuread_plugin.resources.resource import Resource
from offline_tenant.azuread_plugin.resources.service_principal import ServicePrincipal

RESOURCES: Final[Mapping[str, Resource]] = {
    row.token: row
    for row in (
        Application(),
        ServicePrincipal(),
        ApplicationPassword(),
        ApplicationCertificate(),
        ApplicationFederatedIdentityCredential(),
        ApplicationFlexibleFederatedIdentityCredential(),
        AppRoleAssignment(),
        DelegatedPermissionGrant(),
        DirectoryRole(),
        DirectoryRoleAssignment(),
    )
}
FUNCTIONS: Final[Mapping[str, Function]] = {
    row.token: row
    for row in (
        GetApplication(),
        GetClientConfig(),
        GetServicePrincipal(),
        GetServicePrincipals(),
        GetUser(),
        GetUsers(),
    )
}
