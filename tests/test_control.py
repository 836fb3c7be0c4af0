"""The control surface: tenants, clock, journal, faults, reset, and who may use it."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from scimulate.mock_servers.clock import RealClock, VirtualClock
from scimulate.mock_servers.mdm import MdmApplication
from scimulate.mock_servers.serving import RunningServer, open_tenants


@pytest.fixture(scope="module")
def app() -> Iterator[MdmApplication]:
    tenants = open_tenants(":memory:", lambda name: RealClock() if name == "real" else VirtualClock())
    yield MdmApplication(tenants, control=True)
    tenants.database.close()


@pytest.fixture(scope="module")
def client(app: MdmApplication) -> Iterator[httpx.Client]:
    with RunningServer(app) as server, httpx.Client(base_url=server.url, trust_env=False) as client:
        yield client


@pytest.fixture
def tenant(app: MdmApplication, client: httpx.Client, request: pytest.FixtureRequest) -> "ControlledTenant":
    name = f"t{abs(hash(request.node.nodeid))}"
    created = client.post("/control/tenants", json={"name": name, "policy": "strict"})
    told = created.json()
    assert sorted(told.pop("administrator")) == ["password", "user_name"]
    assert told == {
        "name": name,
        "scim_url": f"{client.base_url}".rstrip("/") + f"/tenants/{name}/scim/v2",
        "portal_url": f"{client.base_url}".rstrip("/") + f"/tenants/{name}/portal",
    }
    tenant = app.tenants.get(name)
    assert tenant is not None
    return ControlledTenant(client, name, tenant.tokens.generate().secret)


class ControlledTenant:
    """Talks to one tenant and to its control surface."""

    def __init__(self, client: httpx.Client, name: str, secret: str) -> None:
        self._client = client
        self.name = name
        self._headers = {"Authorization": f"Bearer {secret}"}

    def scim(self, method: str, path: str, body: object = None) -> httpx.Response:
        return self._client.request(method, f"/tenants/{self.name}/scim/v2{path}", json=body, headers=self._headers)

    def control(self, method: str, path: str, body: object = None) -> httpx.Response:
        return self._client.request(method, f"/control/tenants/{self.name}/{path}", json=body)

    def fail(self, **fault: object) -> None:
        assert self.control("PUT", "faults", [fault]).status_code == 200


def test_a_tenant_is_made_with_its_policy(app: MdmApplication, client: httpx.Client) -> None:
    created = client.post("/control/tenants", json={"name": "acme", "policy": "ivanti-r118"})
    assert created.status_code == 201
    acme = app.tenants.get("acme")
    assert acme is not None
    assert acme.policy.name == "ivanti-r118"
    assert client.post("/control/tenants", json={"name": "acme"}).status_code == 409


@pytest.mark.parametrize(
    "body",
    [{}, {"name": 7}, {"name": "a/b"}, {"name": "x", "policy": "lax"}, {"name": "x", "polcy": "strict"}, [], None],
    ids=str,
)
def test_a_tenant_that_cannot_be_is_refused(client: httpx.Client, body: object) -> None:
    answered = client.post("/control/tenants", json=body)
    assert answered.status_code == 400
    assert answered.json()["message"]


def test_single_fields_of_a_policy_are_changed_for_one_tenant(tenant: ControlledTenant, client: httpx.Client) -> None:
    before = tenant.control("GET", "policy").json()
    changed = tenant.control("PUT", "policy", {"max_tokens": 1, "email_required": True})
    assert (changed.status_code, changed.json()) == (200, {**before, "max_tokens": 1, "email_required": True})
    assert tenant.control("PUT", "policy", {"max_tokens": None}).json() == {**changed.json(), "max_tokens": None}
    body = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ada"}
    assert tenant.scim("POST", "/Users", body).status_code == 400
    assert client.get("/control/policy").json()["max_tokens"] == 2


@pytest.mark.parametrize(
    "rules",
    [
        {"most_tokens": 1},
        {"self": 1},
        {"name": "mine"},
        {"max_tokens": 0},
        {"max_tokens": True},
        {"email_required": "true"},
        {"": 1},
        {"email_required": True, "adoption_status": 404},
    ],
    ids=str,
)
def test_a_policy_that_cannot_be_is_refused_by_the_name_of_its_field(
    tenant: ControlledTenant, rules: dict[str, object]
) -> None:
    before = tenant.control("GET", "policy").json()
    answer = tenant.control("PUT", "policy", rules)
    assert answer.status_code == 400
    assert answer.json()["message"].startswith(f"{[*rules][-1]}: ")
    assert tenant.control("GET", "policy").json() == before


def test_limits_are_set_lower_for_one_tenant(tenant: ControlledTenant, client: httpx.Client) -> None:
    before = client.get("/control/limits").json()
    assert tenant.control("GET", "limits").json() == before
    lower = {**before, "max_results": 7, "default_results": 7, "bulk_operations": 1}
    changed = tenant.control("PUT", "limits", {"max_results": 7, "bulk_operations": 1})
    assert (changed.status_code, changed.json()) == (200, lower)
    refused = tenant.control("PUT", "limits", {"max_results": 8, "bulk_operations": 0})
    assert (refused.status_code, refused.json()) == (
        400,
        {"message": "bulk_operations: the limit is a whole number, from 1 to 1000"},
    )
    assert (tenant.control("GET", "limits").json(), client.get("/control/limits").json()) == (lower, before)
    assert tenant.scim("GET", "/ServiceProviderConfig").json()["filter"]["maxResults"] == 7


@pytest.mark.parametrize(
    "account",
    [
        {},
        {"user_name": "", "roles": ["Support"]},
        {"user_name": "ada", "roles": []},
        {"user_name": "ada", "roles": ["King"]},
        {"user_name": "ada", "roles": "Support"},
        {"user_name": 7, "roles": ["Support"]},
        {"user_name": "x" * 257, "roles": ["Support"]},
        {"user_name": "ada", "roles": [["Support"]]},
        {"user_name": "<b>ada", "roles": ["Support"]},
        {"user_name": "ada>", "roles": ["Support"]},
        {"user_name": "ada\n", "roles": ["Support"]},
        {"user_name": "a\u202eda", "roles": ["Support"]},
        {"user_name": " ada", "roles": ["Support"]},
    ],
    ids=str,
)
def test_an_account_that_cannot_be_is_refused(tenant: ControlledTenant, account: dict[str, object]) -> None:
    answer = tenant.control("POST", "administrators", account)
    assert (answer.status_code, bool(answer.json()["message"])) == (400, True)


def test_an_account_of_the_portal_is_made(app: MdmApplication, tenant: ControlledTenant) -> None:
    answer = tenant.control("POST", "administrators", {"user_name": "ada", "roles": ["Support", "User Read Only"]})
    made = answer.json()
    assert (answer.status_code, sorted(made)) == (201, ["password", "user_name"])
    made_for = app.tenants.get(tenant.name)
    assert made_for is not None
    signed_in = made_for.administrators.sign_in("ada", made["password"])
    assert signed_in.roles == {"Support", "User Read Only"}


def test_an_account_sent_again_gets_other_roles_and_another_password(
    app: MdmApplication, tenant: ControlledTenant
) -> None:
    made_for = app.tenants.get(tenant.name)
    assert made_for is not None
    account = {"user_name": "ada", "roles": ["Support"]}
    made = tenant.control("POST", "administrators", account)
    before = made_for.administrators.sign_in("ada", made.json()["password"])
    again = tenant.control("POST", "administrators", {**account, "roles": ["User Read Only"]})
    assert (made.status_code, again.status_code, sorted(again.json())) == (201, 200, ["password", "user_name"])
    assert made.json()["password"] != again.json()["password"]
    after = made_for.administrators.sign_in("ada", again.json()["password"])
    assert sorted(after.roles) == ["User Read Only"]
    assert not made_for.administrators.is_current(before)


@pytest.mark.parametrize(
    ("path", "body", "status", "sentence"),
    [
        ("users", [{"user_name": "ada", "mail": "a@b"}], 400, "nothing is known of 'mail'; the keys are user_name, "),
        (
            "users",
            [{"user_name": "ada", "source": "LDAP"}, {"user_name": "ada", "source": "Local"}],
            409,
            "the user ada comes from LDAP, not from Local",
        ),
        (
            "administrators",
            {"user_name": "ada", "role": []},
            400,
            "nothing is known of 'role'; the keys are user_name, ",
        ),
        ("attribute-uses", {"attribute": "site", "uses": []}, 404, "there is no custom attribute site"),
        ("devices", {"user_name": "ada", "count": 1}, 400, "there is no user ada"),
    ],
)
def test_what_cannot_be_given_is_refused_and_nothing_of_it_is_kept(
    tenant: ControlledTenant, path: str, body: object, status: int, sentence: str
) -> None:
    answer = tenant.control("POST", path, body)
    assert (answer.status_code, answer.json()["message"].startswith(sentence)) == (status, True)
    assert tenant.scim("GET", "/Users").json()["totalResults"] == 0


def test_what_refers_to_an_attribute_of_ldap_is_given(tenant: ControlledTenant) -> None:
    ada = {"user_name": "ada", "source": "LDAP", "attributes": {"site": "Oslo"}}
    assert tenant.control("POST", "users", [ada]).status_code == 201
    uses = {"attribute": "site", "uses": [{"kind": "policy", "name": "Paris"}]}
    answer = tenant.control("POST", "attribute-uses", uses)
    assert (answer.status_code, answer.json()) == (201, {"uses": 1})


def test_a_group_is_given_once_however_its_name_is_spelt(tenant: ControlledTenant) -> None:
    first, second = (
        tenant.control("POST", "groups", [{"name": name, "source": "LDAP"}]) for name in ("Caf\u00e9", "CAFE\u0301")
    )
    assert (first.status_code, second.json()) == (201, first.json())


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1:8880"}, 200),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "https://evil.test"}, 403),
        ({"Origin": "http://127.0.0.1:8881"}, 403),
        ({"Origin": "null"}, 403),
    ],
    ids=str,
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_page_of_another_site_may_control(
    client: httpx.Client, tenant: ControlledTenant, method: str, headers: dict[str, str], status: int
) -> None:
    url = f"/control/tenants/{tenant.name}/clock"
    sent = {"Host": "127.0.0.1:8880", **headers}
    answer = client.request(method, url, json={"advance": "PT1S"}, headers=sent)
    assert answer.status_code == status
    moved = method == "POST" and status == 200
    assert tenant.control("GET", "clock").json()["now"] == f"2026-01-05T09:00:0{int(moved)}+00:00"


def test_the_clock_moves_for_one_tenant(tenant: ControlledTenant, client: httpx.Client) -> None:
    assert tenant.control("GET", "clock").json() == {"now": "2026-01-05T09:00:00+00:00", "kind": "virtual"}
    moved = tenant.control("POST", "clock", {"advance": "PT40M"})
    assert moved.json() == {"now": "2026-01-05T09:40:00+00:00", "kind": "virtual"}
    assert client.get("/control/clock").json()["now"] == "2026-01-05T09:00:00+00:00"
    body = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ada"}
    assert tenant.scim("POST", "/Users", body).json()["meta"]["created"] == "2026-01-05T09:40:00.000Z"


@pytest.mark.parametrize("advance", ["40", "PT", "P", "PT-40M", "PT40M ", "PT1.5H", 40, None, "P1Y"])
def test_a_duration_that_is_none_is_refused(tenant: ControlledTenant, advance: object) -> None:
    assert tenant.control("POST", "clock", {"advance": advance}).status_code == 400
    assert tenant.control("GET", "clock").json()["now"] == "2026-01-05T09:00:00+00:00"


def test_the_machines_clock_cannot_be_moved(client: httpx.Client) -> None:
    client.post("/control/tenants", json={"name": "real"})
    assert client.get("/control/tenants/real/clock").json()["kind"] == "real"
    assert client.post("/control/tenants/real/clock", json={"advance": "PT1S"}).status_code == 409


def test_the_journal_tells_each_request_of_the_tenant(tenant: ControlledTenant) -> None:
    tenant.scim("GET", "/Users?count=1")
    tenant.scim("POST", "/Users", {})
    seen = tenant.control("GET", "requests").json()["requests"]
    assert [(entry["number"], entry["method"], entry["query"], entry["status"]) for entry in seen] == [
        (1, "GET", "count=1", 200),
        (2, "POST", "", 400),
    ]
    assert seen[0]["path"].endswith("/scim/v2/Users")


def _statuses(tenant: ControlledTenant, count: int, method: str = "GET") -> list[int]:
    return [tenant.scim(method, "/Users").status_code for _ in range(count)]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_status_fault_comes_after_n_requests_and_so_often(tenant: ControlledTenant, status: int) -> None:
    tenant.fail(match={"method": "GET", "path": "/Users"}, after=1, fault=str(status), times=2, retry_after=7)
    answered = [tenant.scim("GET", "/Users") for _ in range(4)]
    assert [one.status_code for one in answered] == [200, status, status, 200]
    assert answered[1].headers["retry-after"] == "7"
    assert answered[1].json()["status"] == str(status)


def test_a_fault_meets_only_what_it_matches(tenant: ControlledTenant) -> None:
    tenant.fail(match={"method": "POST", "path": "/Users*"}, fault="503")
    assert tenant.scim("GET", "/Users").status_code == 200
    assert tenant.scim("GET", "/Groups").status_code == 200
    assert tenant.scim("POST", "/Users/.search", {}).status_code == 503


def test_chance_is_the_same_for_the_same_seed(tenant: ControlledTenant) -> None:
    runs = []
    for _ in range(2):
        tenant.fail(match={}, fault="500", probability=0.5, seed=3)
        runs.append(_statuses(tenant, 12))
    assert runs[0] == runs[1]
    assert set(runs[0]) == {200, 500}


def _create(tenant: ControlledTenant) -> httpx.Response:
    body = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ada"}
    return tenant.scim("POST", "/Users", body)


@pytest.mark.parametrize(("fault", "users"), [("reset", 0), ("lost", 1), ("truncated", 1)])
def test_a_broken_connection_before_and_after_the_work(tenant: ControlledTenant, fault: str, users: int) -> None:
    tenant.fail(match={"method": "POST"}, fault=fault, times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        _create(tenant)
    assert tenant.scim("GET", "/Users").json()["totalResults"] == users
    assert tenant.control("GET", "requests").json()["requests"][0]["status"] is None


def test_an_empty_answer_has_its_status_and_no_body(tenant: ControlledTenant) -> None:
    tenant.fail(match={"method": "POST"}, fault="empty", times=1)
    created = _create(tenant)
    assert (created.status_code, created.content) == (201, b"")


def test_a_slow_answer_comes(tenant: ControlledTenant) -> None:
    tenant.fail(match={}, fault="slow", seconds=0, times=1)
    assert tenant.scim("GET", "/Users").status_code == 200


@pytest.mark.parametrize(
    "faults",
    [
        {},
        [7],
        [{"fault": "earthquake"}],
        [{"fault": "500", "match": []}],
        [{"fault": "500", "match": {"methd": "GET"}}],
        [{"fault": "500", "tims": 1}],
        [{"fault": "500", "match": {"method": 7}}],
        [{"fault": "500", "after": -1}],
        [{"fault": "500", "times": "2"}],
        [{"fault": "500", "probability": 2}],
        [{"fault": "slow", "seconds": 3600}],
    ],
    ids=str,
)
def test_a_fault_that_is_none_is_refused_and_the_old_ones_stay(tenant: ControlledTenant, faults: object) -> None:
    tenant.fail(match={}, fault="503")
    assert tenant.control("PUT", "faults", faults).status_code == 400
    shown: list[dict[str, Any]] = tenant.control("GET", "faults").json()
    assert [fault["fault"] for fault in shown] == ["503"]


def test_a_reset_forgets_resources_journal_and_faults_and_keeps_the_token(tenant: ControlledTenant) -> None:
    _create(tenant)
    tenant.fail(match={}, fault="503")
    assert tenant.control("POST", "reset").status_code == 204
    assert tenant.control("GET", "requests").json() == {"requests": []}
    assert tenant.scim("GET", "/Users").json()["totalResults"] == 0
    assert _create(tenant).status_code == 201


def test_an_unknown_tenant_is_404(client: httpx.Client) -> None:
    assert client.get("/control/tenants/nobody/clock").status_code == 404


@pytest.mark.parametrize(
    ("client_host", "host", "status"),
    [
        ("127.0.0.1", "127.0.0.1:8880", 200),
        ("127.0.0.1", "localhost", 200),
        ("::1", "[::1]:8880", 200),
        ("127.0.0.1", "evil.test", 403),
        ("127.0.0.1", "localhost.evil.test", 403),
        ("192.0.2.1", "127.0.0.1", 403),
        ("testclient", "127.0.0.1", 403),
    ],
)
def test_only_this_machine_may_control(app: MdmApplication, client_host: str, host: str, status: int) -> None:
    async def asked() -> int:
        transport = httpx.ASGITransport(app, client=(client_host, 50_000))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return (await client.get("/control/clock", headers={"Host": host})).status_code

    assert asyncio.run(asked()) == status
