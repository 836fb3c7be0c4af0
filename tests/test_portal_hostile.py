"""Whatever is sent to the portal: a status below 500, a sentence in the reader's language, and nothing half done."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import httpx
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.portal import portal as portal_module
from scimulate.mock_servers.portal.permissions import Role
from scimulate.mock_servers.scim.store import Database
from scimulate.mock_servers.tenants import Tenants
from tests.portal_routes import portal_of, routes
from tests.portal_site import Mdm

ROUTES = routes(portal_of(Tenants(Database(":memory:"), lambda _: VirtualClock())))
READ = [path for method, path in ROUTES if method == "GET" and "/static/" not in path]
FORMS = [path for method, path in ROUTES if method == "POST" and "/api/" not in path]
CALLS = [(method, path) for method, path in ROUTES if method != "GET" and "/api/" in path]
FIELDS = sorted(
    {
        name
        for template in (Path(portal_module.__file__).parent / "templates").glob("*.html")
        for name in re.findall(r'\bname="([a-z_]+)"', template.read_text(encoding="utf-8"))
    }
    - {"csrf"}
)
KEYS = [*FIELDS, "confirm", "on", "idle_minutes"]
NASTY = [
    "",
    " ",
    "\x00",
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "../../etc/passwd",
    "ada@contoso.test\r\nSet-Cookie: a=b",
    "x" * 5_000,
    "ユーザ",
    "\u202e",
    "-1",
    "1e9",
    "true",
    "{0.__class__}",
    "%00%ff",
]
TEXTS = some.sampled_from(NASTY) | some.text(max_size=30)
VALUES = some.recursive(
    some.none()
    | some.booleans()
    | some.integers(-(2**63), 2**64 - 1)
    | some.text(some.characters(exclude_categories=["Cs"])),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.sampled_from(KEYS), inner),
    max_leaves=8,
)
BODIES = (
    some.binary(max_size=60)
    | VALUES.map(orjson.dumps)
    | some.dictionaries(some.sampled_from(KEYS), VALUES).map(orjson.dumps)
)
REFUSED = (400, 401, 403, 404, 405, 409, 413, 423)
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
MANY = settings(max_examples=100, derandomize=True, deadline=None, database=None)


class Site(Mdm):
    """An administrator with every role, in Japanese, at a tenant in which there is something to break."""

    def __init__(self) -> None:
        super().__init__()
        self.sign_in(self.tenant, "admin", tuple(Role))
        self.generate()
        self.known = ["1", self.provision("Ada"), self.provision_group("Engineering", []), "x"]

    def ask(self, method: str, path: str, content: bytes | None = None) -> httpx.Response:
        return self.client.send(method, path, content=content, headers={"Accept-Language": "ja"})

    def everything(self) -> list[str]:
        return self.database.read(lambda connection: list(connection.iterdump()))


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.database.close()


def placed(path: str, part: str) -> str:
    return re.sub(r"\{[a-z]+\}", quote(part.encode("utf-8", "surrogatepass"), safe=""), path)


def check(answer: httpx.Response) -> None:
    """An answer that makes sense; a refusal is worded in Japanese and brings back nothing that was sent."""
    assert answer.status_code in (200, 201, 204, 303, 307, *REFUSED)
    if answer.status_code not in REFUSED:
        return
    if "json" in answer.headers["content-type"]:
        told = answer.json()
        assert sorted(told) == ["code", "message"]
        assert JAPANESE.search(told["message"])
    else:
        said = re.search(r'data-code="[a-z_]+"[^>]*>(.*?)</p>', answer.text, re.DOTALL)
        assert said is not None, answer.text
        assert JAPANESE.search(said[1])
        assert "<script>" not in answer.text


@MANY
@given(path=some.sampled_from(READ), part=TEXTS, name=some.sampled_from([*FIELDS, "why", "done"]), value=TEXTS)
def test_whatever_is_asked_is_answered(site: Site, path: str, part: str, name: str, value: str) -> None:
    query = urlencode({name: value.encode("utf-8", "surrogatepass")})
    answer = site.ask("GET", f"{placed(path, part)}?{query}")
    check(answer)
    assert "<script>alert" not in answer.text or "json" in answer.headers["content-type"]


@MANY
@given(
    call=some.sampled_from([call for call in CALLS if call[1] != "/portal/api/sign-out"]),
    which=some.integers(0, 3),
    body=BODIES,
)
def test_whatever_is_called_is_answered(site: Site, call: tuple[str, str], which: int, body: bytes) -> None:
    before = site.everything()
    answer = site.ask(call[0], placed(call[1], site.known[which]), body)
    check(answer)
    assert answer.status_code not in REFUSED or site.everything() == before


@MANY
@given(
    path=some.sampled_from([form for form in FORMS if form != "/portal/sign-out"]),
    which=some.integers(0, 3),
    fields=some.lists(some.tuples(some.sampled_from(FIELDS), TEXTS), max_size=4),
)
def test_whatever_form_is_sent_is_answered(site: Site, path: str, which: int, fields: list[tuple[str, str]]) -> None:
    before = site.everything()
    encoded = [(name, value.encode("utf-8", "surrogatepass")) for name, value in [("csrf", site.client.csrf), *fields]]
    answer = site.ask("POST", placed(path, site.known[which]), urlencode(encoded).encode())
    check(answer)
    assert answer.status_code not in REFUSED or site.everything() == before


@pytest.mark.parametrize("path", FORMS)
def test_a_form_without_the_sessions_token_changes_nothing(site: Site, path: str) -> None:
    before = site.everything()
    for body in (b"csrf=stale", b"csrf=", b"", b"csrf=a&csrf=b", b"a=1&" * 60, b"\xff\xfe"):
        answer = site.ask("POST", placed(path, site.known[1]), body)
        check(answer)
        assert answer.status_code in (400, 403) or path.endswith(("/sign-in", "/language"))
    assert site.everything() == before


@pytest.mark.parametrize(("method", "path"), [call for call in CALLS if call[1] != "/portal/api/sign-in"])
def test_a_call_without_the_sessions_token_changes_nothing(site: Site, method: str, path: str) -> None:
    before = site.everything()
    answer = site.client.send(method, placed(path, site.known[1]), json={}, headers={"X-CSRF-Token": "stale"})
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf_token_missing")
    assert site.everything() == before


@pytest.mark.parametrize(
    ("method", "path"), [("GET", path) for path in READ] + CALLS + [("POST", each) for each in FORMS]
)
def test_nothing_is_open_without_a_session(site: Site, method: str, path: str) -> None:
    before = site.everything()
    cookie, site.client.cookie = site.client.cookie, ""
    try:
        answer = site.client.send(method, placed(path, site.known[1]))
    finally:
        site.client.cookie = cookie
    if path.endswith(("/sign-in", "/language")):
        assert answer.status_code in (200, 400, 401, 423)
    elif "/api/" in path:
        assert (answer.status_code, answer.json()["code"]) == (401, "signed_out")
    else:
        assert answer.status_code == 303
        why = "" if method == "GET" else "why=signed_out&"
        assert answer.headers["location"].startswith(f"/portal/sign-in?{why}next=%2Fportal%2F")
    assert site.everything() == before


def test_a_field_that_stands_twice_is_refused(site: Site) -> None:
    body = f"csrf={site.client.csrf}&user_name=ada%40contoso.test&user_name=grace%40contoso.test"
    answer = site.ask("POST", "/portal/users/add", body.encode())
    assert (answer.status_code, 'data-code="field_twice"' in answer.text) == (400, True)


def test_more_than_the_portal_takes_in_is_refused(site: Site) -> None:
    for path in ("/portal/users/add", "/portal/api/users"):
        assert site.ask("POST", path, b"x" * 70_000).status_code == 413
