"""`scimulate serve`: the reference MDM, with its SCIM endpoint and its administrator portal."""

from scimulate.cli.endpoint import token_of
from scimulate.cli.exit_codes import CLEAN
from scimulate.cli.options import Call
from scimulate.cli.serving import served, serving_settings, until_ended
from scimulate.harness.faults import SettingsError
from scimulate.mock_servers.clock import RealClock
from scimulate.mock_servers.portal.tokens import TokenRefused
from scimulate.mock_servers.serving import MdmApplication, create_app, open_tenants
from scimulate.mock_servers.tenants import Tenant

PORT = 8880
IN_MEMORY = ":memory:"


def serve(call: Call) -> int:
    """The reference MDM: SCIM at /scim/v2, the administrator portal at /portal."""
    settings = call.settings
    chosen = token_of(settings)
    database, port = settings.given("database"), settings.whole("port")
    with serving_settings():
        tenants = open_tenants(database, lambda name: RealClock(), default_policy=settings.given("policy"))
    try:
        token = start_token(tenants.default, chosen, settings.origin("token"))
        app = create_app(tenants, control=settings.is_on("control"), public_url=settings.text("public-url"))
        with until_ended() as ended, served(app, settings.given("host"), PORT if port is None else port):
            announce(app, token, database)
            ended.wait()
    finally:
        tenants.database.close()
    return CLEAN


def start_token(tenant: Tenant, chosen: str | None, origin: str) -> str:
    """Makes sure that the tenant has a token; says which, and shows it only when it was made now."""
    if chosen is not None:
        try:
            tenant.tokens.adopt(chosen)
        except TokenRefused as refused:
            raise SettingsError("token", refused.sentence) from None
        return f"the one given ({origin})"
    if tenant.tokens.all():
        return "those generated earlier; the portal renews them"
    return f"{tenant.tokens.generate().secret}  (generated now and shown once)"


def announce(app: MdmApplication, token: str, database: str) -> None:
    tenant = app.tenants.default
    print(f"SCIM endpoint  {app.scim_url_of(tenant)}")
    print(f"Portal         {app.portal_url_of(tenant)}")
    print(f"Token          {token}")
    print(f"Policy         {tenant.policy.name}")
    kept = "nothing is kept; --database FILE keeps it" if database == IN_MEMORY else database
    print(f"Database       {kept}")
    print("Ctrl-C ends it.", flush=True)
