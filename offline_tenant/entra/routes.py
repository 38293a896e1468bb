"""Everything that Entra answers: sign-in, the cloud's metadata, and Microsoft Graph."""

from typing import Final

from offline_tenant.entra.graph import routes as graph
from offline_tenant.entra.signin import routes as signin

ROUTES: Final = [*graph.ROUTES, *signin.ROUTES]
