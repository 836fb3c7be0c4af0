"""Whatever reaches the Entra portal is answered in words: no refusal is a crash, and none changes anything."""

import json
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from starlette.routing import BaseRoute, Mount, Route

from scimulate.mock_servers.entra import api
from scimulate.mock_servers.entra.pages import create_entra_portal
from scimulate.mock_servers.entra.portal import EntraPortal
from scimulate.mock_servers.entra.tenant import EntraTenant
from tests.entra_endpoint import BASE, TOKEN, Endpoint
from tests.entra_portal_site import Browser, company

TEXTS = some.text(max_size=12) | some.sampled_from(
    ["", " ", "\0", "\r\nX: y", "<script>", "../..", "x" * 300, "💥", "é"]
)
VALUES = some.recursive(
    some.none() | some.booleans() | some.integers() | TEXTS,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
FIELDS = (
    "act",
    "back",
    "display_name",
    "entered",
    "groups",
    "language",
    "members",
    "name",
    "notification_email",
    "password",
    "plan",
    "principal",
    "principal:x",
    "scope",
    "secret_token",
    "source",
    "target",
    "tenant_url",
    "type",
    "user_name",
    "user_principal_name",
)
NAMES = (
    "advance",
    "displayName",
    "members",
    "plan",
    "principalId",
    "scope",
    "secretToken",
    "source",
    "target",
    "tenantUrl",
)
QUIET = settings(
    max_examples=150,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def as_json(value: object) -> bytes:
    return json.dumps(value).encode()


def paths(routes: list[BaseRoute], prefix: str = "") -> list[tuple[str, str]]:
    """Method and path of everything that a route answers."""
    found: list[tuple[str, str]] = []
    for route in routes:
        if isinstance(route, Mount):
            found += paths(route.routes or [], prefix + route.path)
        elif isinstance(route, Route):
            found += [(method, prefix + route.path) for method in (route.methods or {"GET"}) if method != "HEAD"]
    return sorted(set(found))


@pytest.fixture(scope="module")
def tenant() -> EntraTenant:
    tenant = company(Endpoint())
    tenant.create_application("MDM").save_credentials(BASE, TOKEN)
    return tenant


@pytest.fixture(scope="module")
def browser(tenant: EntraTenant) -> Browser:
    return Browser(tenant).sign_in()


def all_routes() -> list[tuple[str, str]]:
    return [
        (method, path)
        for method, path in paths(create_entra_portal(company(Endpoint()), advance=None).routes)
        # Whoever signs out or lets years pass says nothing more in this test.
        if not path.endswith(("/sign-out", "/clock", "/clock/advance")) and "static" not in path
    ]


ROUTES = all_routes()


def filled(path: str, tenant: EntraTenant, part: str) -> str:
    application = tenant.applications()[0].id
    whole = path.replace("{application}", application)
    for name in ("id", "principal", "member", "entry", "act"):
        whole = whole.replace(f"{{{name}}}", quote(part.encode("utf-8", "surrogatepass"), safe="") or "x")
    return whole


def test_the_routes_of_both_surfaces_are_tried() -> None:
    called = len(api.routes_of(EntraPortal(company(Endpoint()), None)))
    assert sum(path.startswith("/portal/api/") for _, path in ROUTES) >= called - 3
    assert len(ROUTES) > 70


@QUIET
@given(
    route=some.sampled_from(ROUTES), part=TEXTS, form=some.dictionaries(some.sampled_from(FIELDS), TEXTS, max_size=5)
)
def test_whatever_form_is_sent_is_answered(
    browser: Browser, tenant: EntraTenant, route: tuple[str, str], part: str, form: dict[str, str]
) -> None:
    method, path = route
    content = "&".join(
        f"{quote(name)}={quote(value.encode('utf-8', 'surrogatepass'))}"
        for name, value in {**form, "csrf": browser.csrf}.items()
    ).encode()
    answer = browser.ask(method, filled(path, tenant, part), content=content)
    assert answer.status_code in (200, 201, 204, 400, 401, 403, 404, 405, 409), answer.text


@QUIET
@given(
    route=some.sampled_from([(method, path) for method, path in ROUTES if path.startswith("/portal/api/")]),
    part=TEXTS,
    body=some.binary(max_size=60)
    | VALUES.map(as_json)
    | some.dictionaries(some.sampled_from(NAMES), VALUES, max_size=4).map(as_json),
)
def test_whatever_is_called_is_answered(
    browser: Browser, tenant: EntraTenant, route: tuple[str, str], part: str, body: bytes
) -> None:
    method, path = route
    answer = browser.ask(method, filled(path, tenant, part), content=body)
    assert answer.status_code in (200, 201, 204, 400, 401, 403, 404, 405, 409), answer.text
    if answer.status_code >= 400 and "code" in (document := answer.json()):
        assert document["message"]


@QUIET
@given(
    route=some.sampled_from(ROUTES),
    query=some.dictionaries(some.sampled_from([*FIELDS, "search", "since", "why"]), TEXTS),
)
def test_without_a_session_nothing_is_told_or_changed(
    tenant: EntraTenant, route: tuple[str, str], query: dict[str, str]
) -> None:
    method, path = route
    before = (tenant.applications(), tenant.directory.snapshot(), tenant.plan)
    stranger = Browser(tenant)
    asked = "&".join(f"{quote(k)}={quote(v.encode('utf-8', 'surrogatepass'))}" for k, v in query.items())
    answer = stranger.ask(method, f"{filled(path, tenant, 'x')}?{asked}", content=b"")
    assert answer.status_code in (200, 400, 401, 404, 405)
    assert "Ada Lovelace" not in answer.text
    assert (tenant.applications(), tenant.directory.snapshot(), tenant.plan) == before
