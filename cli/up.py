"""`scimulate up`: the MDM and the mock Entra ID in one process, wired together, for a walk through the procedure."""

from collections.abc import Callable
from datetime import timedelta

import httpx

from scimulate.cli import entra, serve
from scimulate.cli.exit_codes import CLEAN
from scimulate.cli.serving import served, until_ended
from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.entra.accounts import FIRST_ACCOUNT
from scimulate.mock_servers.entra.pages import create_entra_portal
from scimulate.mock_servers.entra.sample import fill_with_company
from scimulate.mock_servers.entra.tenant import EntraTenant
from scimulate.mock_servers.language import Language, load_labels
from scimulate.mock_servers.mdm import MdmApplication
from scimulate.mock_servers.portal.administrators import EVERYDAY_ROLES, FIRST_ADMINISTRATOR
from scimulate.mock_servers.portal.permissions import Role
from scimulate.mock_servers.serving import open_tenants
from scimulate.mock_servers.tenants import Tenant

STEPS = """\
Both are up, on one clock that moves when you let it. Nothing is kept when they end.

  MDM portal       {mdm}/portal
  Entra ID portal  {entra}/portal

Sign in there as:

{accounts}

The documented procedure, step by step:

  1. Generate a token         {mdm}/portal/admin/scim
  2. Create an application    {entra}/portal
  3. Its menu, Provisioning:  Tenant URL {mdm}/scim/v2, and the token as Secret Token
                              Test Connection, wait for the green check, Save
  4. Users and groups:        assign somebody, or a group
  5. Provisioning:            Start
  6. Verify                   {mdm}/portal/users
  7. Change somebody          {entra}/portal/users
  8. {advance}      the button of that name, on top of each page there; then look again as in 6

Ctrl-C ends both."""

MDM_ACCOUNTS = (
    (FIRST_ADMINISTRATOR, EVERYDAY_ROLES, "follows the procedure"),
    ("reader", (Role.SYSTEM_READ_ONLY, Role.USER_READ_ONLY), "sees everything and changes nothing"),
    ("support", (Role.SUPPORT,), "switches SCIM provisioning on and off"),
)

PORT_TAKEN = ("up", "end the program that uses it, for up has fixed ports; serve and entra take others by --port")


def up() -> int:
    """Both servers in one process, with one clock and a small directory; prints where to click."""
    clock = VirtualClock()
    tenants = open_tenants(serve.IN_MEMORY, lambda name: clock)
    try:
        with httpx.HTTPTransport(trust_env=False) as transport, until_ended() as ended:
            tenant = EntraTenant(clock=clock, transport=transport)
            fill_with_company(tenant.directory)
            app = MdmApplication(tenants)
            portal = create_entra_portal(tenant, advance=clock_of_both(clock, app))
            with (
                served(app, entra.HOST, serve.PORT, PORT_TAKEN) as mdm,
                served(portal, entra.HOST, entra.PORT, PORT_TAKEN) as entra_url,
            ):
                accounts = _accounts(tenants.default, tenant)
                button = load_labels().text("entra.clock.advance", Language.ENGLISH)
                print(STEPS.format(mdm=mdm, entra=entra_url, accounts=accounts, advance=button), flush=True)
                ended.wait()
    finally:
        tenants.database.close()
    return CLEAN


def clock_of_both(clock: VirtualClock, app: MdmApplication) -> Callable[[timedelta], None]:
    """Moves the clock; whoever lets time pass in one portal stays signed in to the other."""

    def advance(duration: timedelta) -> None:
        clock.advance(duration)
        app.sessions.let_pass(duration)

    return advance


def _accounts(mdm: Tenant, entra: EntraTenant) -> str:
    """A line for each account: where it signs in, its name and its password, and what it is for."""
    lines = [
        f"  MDM       {user_name:<8} {mdm.administrators.set_password(user_name, roles)}  {purpose}"
        for user_name, roles, purpose in MDM_ACCOUNTS
    ]
    entra_line = f"  Entra ID  {FIRST_ACCOUNT:<8} {entra.accounts.set_password(FIRST_ACCOUNT)}  follows the procedure"
    return "\n".join([*lines, entra_line])
