"""`scimulate up`: the MDM and the mock Entra ID in one process, wired together, for a walk through the procedure."""

import httpx

from scimulate.cli import entra, serve
from scimulate.cli.exit_codes import CLEAN
from scimulate.cli.serving import served, until_ended
from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.entra.pages import create_entra_portal
from scimulate.mock_servers.entra.sample import fill_with_company
from scimulate.mock_servers.entra.tenant import EntraTenant
from scimulate.mock_servers.portal.administrators import FIRST_ADMINISTRATOR
from scimulate.mock_servers.serving import create_app, open_tenants

STEPS = """\
Both are up, on one clock that moves when you let it. Nothing is kept when they end.

  MDM portal       {mdm}/portal       sign in as {user_name} / {password}
  Entra ID portal  {entra}/portal

The documented procedure, step by step:

  1. Generate a token         {mdm}/portal
  2. Create an application    {entra}/portal
  3. Its menu, Provisioning:  Tenant URL {mdm}/scim/v2, and the token as Secret Token
                              Test Connection, wait for the green check, Save
  4. Users and groups:        assign somebody, or a group
  5. Provisioning:            Start
  6. Verify                   {mdm}/portal/users
  7. Change somebody in the directory, let 40 minutes pass, and look again

Ctrl-C ends both."""

PORT_TAKEN = ("up", "end the program that uses it, for up has fixed ports; serve and entra take others by --port")


def up() -> int:
    """Both servers in one process, with one clock and a small directory; prints where to click."""
    clock = VirtualClock()
    tenants = open_tenants(serve.IN_MEMORY, lambda name: clock)
    try:
        with httpx.HTTPTransport(trust_env=False) as transport, until_ended() as ended:
            tenant = EntraTenant(clock=clock, transport=transport)
            fill_with_company(tenant.directory)
            portal = create_entra_portal(tenant, advance=clock.advance)
            with (
                served(create_app(tenants), entra.HOST, serve.PORT, PORT_TAKEN) as mdm,
                served(portal, entra.HOST, entra.PORT, PORT_TAKEN) as entra_url,
            ):
                account = {
                    "user_name": FIRST_ADMINISTRATOR,
                    "password": tenants.default.administrators.set_password(FIRST_ADMINISTRATOR),
                }
                print(STEPS.format(mdm=mdm, entra=entra_url, **account), flush=True)
                ended.wait()
    finally:
        tenants.database.close()
    return CLEAN
