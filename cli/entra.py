"""`scimulate entra`: the mock Entra ID, with its administrator portal."""

import httpx

from scimulate.cli.exit_codes import CLEAN
from scimulate.cli.options import Call
from scimulate.cli.serving import served, until_ended
from scimulate.mock_servers.clock import RealClock, VirtualClock
from scimulate.mock_servers.entra.accounts import FIRST_ACCOUNT
from scimulate.mock_servers.entra.pages import create_entra_portal
from scimulate.mock_servers.entra.sample import sample_directory
from scimulate.mock_servers.entra.tenant import EntraTenant

HOST = "127.0.0.1"
PORT = 8881


def entra(call: Call) -> int:
    """The mock Entra ID: directory, applications and provisioning, with its portal at /portal."""
    settings = call.settings
    clock = VirtualClock() if settings.text("clock") == "virtual" else RealClock()
    seed, people, port = settings.whole("seed") or 0, settings.whole("directory") or 0, settings.whole("port")
    with httpx.HTTPTransport(trust_env=False) as transport, until_ended() as ended:
        tenant = EntraTenant(clock=clock, transport=transport, seed=seed)
        sample_directory(tenant.directory, people, seed)
        advance = clock.advance if isinstance(clock, VirtualClock) else None
        with served(create_entra_portal(tenant, advance=advance), HOST, PORT if port is None else port) as url:
            print(f"Portal     {url}/portal")
            print(f"Sign in    {FIRST_ACCOUNT} / {tenant.accounts.set_password(FIRST_ACCOUNT)}")
            print(f"Directory  {people} people")
            print(f"Clock      {settings.text('clock')}")
            print("Ctrl-C ends it.", flush=True)
            ended.wait()
    return CLEAN
