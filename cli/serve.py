"""`scimulate serve`: the reference MDM, with its SCIM endpoint and its administrator portal."""

from scimulate.cli.endpoint import token_of
from scimulate.cli.exit_codes import CLEAN
from scimulate.cli.options import Call
from scimulate.cli.serving import served, serving_settings, until_ended
from scimulate.cli.settings import DEFAULT, Settings
from scimulate.harness.faults import SettingsError
from scimulate.mock_servers.clock import RealClock
from scimulate.mock_servers.language import Language, load_labels
from scimulate.mock_servers.mdm import MdmApplication
from scimulate.mock_servers.portal.administrators import FIRST_ADMINISTRATOR
from scimulate.mock_servers.portal.tokens import TokenRefused, TokenStatus
from scimulate.mock_servers.serving import open_tenants
from scimulate.mock_servers.tenants import Tenant

PORT = 8880
IN_MEMORY = ":memory:"
NEW = "(a new password with each start)"
INACTIVE = ", set to Inactive: refused until the portal sets it to Active"


def serve(call: Call) -> int:
    """The reference MDM: SCIM at /scim/v2, the administrator portal at /portal."""
    settings = call.settings
    chosen = token_of(settings)
    database, port, clock = settings.given("database"), settings.whole("port"), RealClock()
    with serving_settings():
        tenants = open_tenants(database, lambda name: clock, default_policy=settings.given("policy"))
    try:
        check_policy(tenants.default, settings)
        token = start_token(tenants.default, chosen, settings.origin("token"))
        control = settings.is_on("control")
        app = MdmApplication(tenants, control=control, public_url=settings.text("public-url"))
        with until_ended() as ended, served(app, settings.given("host"), PORT if port is None else port) as url:
            announce(app, token, database, control=f"{url}/control" if control else None)
            ended.wait()
    finally:
        tenants.database.close()
    return CLEAN


def check_policy(tenant: Tenant, settings: Settings) -> None:
    """Refuses a policy that was asked for while the database keeps the tenant with another one."""
    kept, wanted = tenant.policy.name, settings.given("policy")
    if settings.rank("policy") != DEFAULT and wanted != kept:
        problem = f"the database's default tenant was made with {kept}, not with {wanted}"
        advice = f"give {kept}, or none, or another database"
        raise SettingsError("policy", f"{problem}; {advice} ({settings.origin('policy')})")


def start_token(tenant: Tenant, chosen: str | None, origin: str) -> str:
    """Makes sure that the tenant has a token; says which and whether it opens anything, and shows only a new one."""
    if chosen is not None:
        try:
            token = tenant.tokens.adopt(chosen)
        except TokenRefused as refused:
            raise SettingsError("token", f"{_why_not(refused)} ({origin})") from None
        return f"the one given ({origin}){'' if token.status is TokenStatus.ACTIVE else INACTIVE}"
    held = tenant.tokens.all()
    if not held:
        return f"{tenant.tokens.generate().secret}  (generated now and shown once)"
    if any(token.status is TokenStatus.ACTIVE for token in held):
        return "those generated earlier; the portal renews them"
    return f"those generated earlier{INACTIVE}"


def _why_not(refused: TokenRefused) -> str:
    if refused.reason == "token_limit_reached":
        return "the database holds two other tokens; give one of them, or start without and remove one in the portal"
    return load_labels().text(f"refused.{refused.reason}", Language.ENGLISH, **refused.values)


def announce(app: MdmApplication, token: str, database: str, *, control: str | None) -> None:
    tenant = app.tenants.default
    print(f"SCIM endpoint  {app.scim_url_of(tenant)}")
    print(f"Portal         {app.portal_url_of(tenant)}")
    print(f"Sign in        {FIRST_ADMINISTRATOR} / {tenant.administrators.set_password(FIRST_ADMINISTRATOR)}  {NEW}")
    print(f"Token          {token}")
    print(f"Policy         {policy_in_force(tenant)}")
    kept = "nothing is kept; --database FILE keeps it" if database == IN_MEMORY else database
    print(f"Database       {kept}")
    if control is not None:
        print(f"Control        {control}")
    print("Ctrl-C ends it.", flush=True)


def policy_in_force(tenant: Tenant) -> str:
    """The policy by its name, with the fields that have values of the tenant's own."""
    name, own = tenant.policy.name, tenant.own_fields
    if not own:
        return name
    return f"{name}, with {len(own)} field{'' if len(own) == 1 else 's'} changed ({', '.join(own)})"
