"""docs/portal-api.md tells every call of both portals and who may make it, and its worked session does what it says."""

import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterable
from pathlib import Path

import httpx
import pytest

from scimulate.cli.up import clock_of_both
from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.entra import accounts as entra_accounts
from scimulate.mock_servers.entra.accounts import FIRST_ACCOUNT
from scimulate.mock_servers.entra.pages import create_entra_portal
from scimulate.mock_servers.entra.sample import fill_with_company
from scimulate.mock_servers.entra.tenant import EntraTenant
from scimulate.mock_servers.mdm import MdmApplication
from scimulate.mock_servers.portal.administrators import FIRST_ADMINISTRATOR
from scimulate.mock_servers.portal.permissions import GRANTS, Permission, Role
from scimulate.mock_servers.serving import RunningServer, open_tenants
from tests.entra_endpoint import Endpoint
from tests.entra_portal_site import Browser, company
from tests.portal_routes import portal_of, routes
from tests.portal_site import Mdm

PAGE = (Path(__file__).parent.parent / "docs" / "portal-api.md").read_text(encoding="utf-8")
OF_MDM, _, OF_ENTRA = PAGE.partition("## The portal of the mock Entra ID")
ROW = re.compile(r"^\| ([A-Z]+) \| `([^`]+)` \|(?:[^|]*\|){3} ([^|]+) \|$", re.MULTILINE)
ROLES = re.compile(r"^\| ([a-z ]+) \| ([A-Z][^|]*|every role) \|$", re.MULTILINE)
SESSION = re.compile(r"^```bash\n(.*?)^```\n\nIt prints:\n\n```text\n(.*?)^```", re.MULTILINE | re.DOTALL)
MISSING = [program for program in ("bash", "curl", "jq") if shutil.which(program) is None]
API = "/portal/api"

Told = tuple[str, str, str]
"""Method, path, and what the role has to permit."""


def told_of(text: str) -> list[Told]:
    return ROW.findall(text)


def calls(every: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted((method, path.removeprefix(API)) for method, path in every if path.startswith(f"{API}/"))


def test_every_call_of_the_mdm_is_told() -> None:
    mdm = Mdm()
    assert sorted((method, path) for method, path, _ in told_of(OF_MDM)) == calls(routes(portal_of(mdm.tenants)))
    mdm.database.close()


def test_every_call_of_the_mock_entra_id_is_told() -> None:
    portal = create_entra_portal(EntraTenant(clock=VirtualClock(), transport=Endpoint().transport()), advance=None)
    assert sorted((method, path) for method, path, _ in told_of(OF_ENTRA)) == calls(routes(portal))


def test_the_roles_of_the_mdm_are_told() -> None:
    told = {
        words: set(Role) if roles == "every role" else {Role(role) for role in roles.split(", ")}
        for words, roles in ROLES.findall(OF_MDM)
    }
    assert told == {
        words_of(permission.name): {role for role in Role if permission in GRANTS[role]} for permission in Permission
    }


@pytest.mark.parametrize("role", Role)
def test_a_call_of_the_mdm_is_open_to_whom_the_page_says(role: Role) -> None:
    mdm = Mdm()
    mdm.sign_in(mdm.tenant, "lin", [role])
    refused = {
        (method, path)
        for method, path, may in told_of(OF_MDM)
        if not path.startswith("/sign-")
        if code(mdm.client.send(method, API + re.sub(r"{\w+}", "1", path))) == "not_permitted"
    }
    permitted = {"signed in", *(words_of(permission.name) for permission in GRANTS[role])}
    closed = {(method, path) for method, path, may in told_of(OF_MDM) if may != "-" and may not in permitted}
    assert refused == closed
    mdm.database.close()


@pytest.mark.parametrize("role", entra_accounts.Role)
def test_a_call_of_the_mock_entra_id_is_open_to_whom_the_page_says(role: entra_accounts.Role) -> None:
    browser = Browser(company(Endpoint())).sign_in(role)
    refused = {
        (method, path)
        for method, path, may in told_of(OF_ENTRA)
        if not path.startswith("/sign-")
        if code(browser.ask(method, API + re.sub(r"{\w+}", "1", path))) == "not_permitted"
    }
    permitted = {"signed in", *(words_of(permission.name) for permission in entra_accounts.GRANTS[role])}
    closed = {(method, path) for method, path, may in told_of(OF_ENTRA) if may != "-" and may not in permitted}
    assert refused == closed


@pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")
def test_the_worked_session_prints_what_the_page_says(tmp_path: Path) -> None:
    ((script, printed),) = SESSION.findall(PAGE)
    clock = VirtualClock()
    tenants = open_tenants(":memory:", lambda name: clock)
    with httpx.HTTPTransport(trust_env=False) as transport:
        tenant = EntraTenant(clock=clock, transport=transport)
        fill_with_company(tenant.directory)
        app = MdmApplication(tenants)
        portal = create_entra_portal(tenant, advance=clock_of_both(clock, app))
        with RunningServer(app) as mdm, RunningServer(portal) as entra:
            environment = {
                "PATH": "/usr/local/bin:/usr/bin:/bin",
                "MDM": f"{mdm.url}{API}",
                "ENTRA": f"{entra.url}{API}",
                "MDM_PASSWORD": tenants.default.administrators.set_password(FIRST_ADMINISTRATOR),
                "ENTRA_PASSWORD": tenant.accounts.set_password(FIRST_ACCOUNT),
            }
            ran = subprocess.run(
                ["bash", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60
            )
    assert (ran.stdout, ran.stderr, ran.returncode) == (printed, "", 0)
    assert zipfile.is_zipfile(tmp_path / "audit.zip")


def words_of(permission: str) -> str:
    return permission.lower().replace("_", " ")


def code(answer: httpx.Response) -> str:
    is_refusal = answer.status_code >= 400 and answer.headers["content-type"] == "application/json"
    return str(answer.json().get("code", "")) if is_refusal else ""
