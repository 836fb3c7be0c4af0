"""RFC 7644 §3.7: bulk jobs, requirement by requirement. The state is read back after each of them."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from scimulate.mock_servers.scim import bulk as bulk_module
from scimulate.mock_servers.scim.policy import POLICIES
from tests.scim_tenant import BASE, ENTERPRISE, GROUP, PATCH, USER, Answered, ScimTenant, scim_tenant

BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
RESPONSE = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"

Operation = dict[str, Any]


@pytest.fixture(params=[("strict", 60.0), ("entra", 0.0)], ids=["strict, in one commit", "entra, each by itself"])
def tenant(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScimTenant]:
    policy, seconds = request.param
    monkeypatch.setattr(bulk_module, "SECONDS_AT_A_STRETCH", seconds)
    with scim_tenant(policy) as made:
        yield made


def bulk(tenant: ScimTenant, *operations: object, **fields: object) -> Answered:
    return tenant.send("POST", "/Bulk", {"schemas": [BULK], "Operations": operations, **fields})


def results(tenant: ScimTenant, *operations: object, **fields: object) -> list[dict[str, Any]]:
    answered = bulk(tenant, *operations, **fields)
    assert (answered.status, sorted(answered.body)) == (200, ["Operations", "schemas"])
    return list(answered.body["Operations"])


def statuses(tenant: ScimTenant, *operations: object, **fields: object) -> list[str]:
    return [one["status"] for one in results(tenant, *operations, **fields)]


def user(name: str, **attributes: object) -> Operation:
    data = {"schemas": [USER], "userName": name, **attributes}
    return {"method": "POST", "path": "/Users", "bulkId": name, "data": data}


def group(name: str, *members: str) -> Operation:
    data = {"schemas": [GROUP], "displayName": name, "members": [{"value": member} for member in members]}
    return {"method": "POST", "path": "/Groups", "bulkId": name, "data": data}


def change(resource: str, *operations: object, **fields: object) -> Operation:
    data = {"schemas": [PATCH], "Operations": operations}
    return {"method": "PATCH", "path": resource, "data": data, **fields}


def titled(resource: str, title: str, **fields: object) -> Operation:
    return change(resource, {"op": "replace", "path": "title", "value": title}, **fields)


def named(tenant: ScimTenant, name: str) -> dict[str, Any]:
    """The group of that name."""
    found = tenant.send("GET", "/Groups", filter=f'displayName eq "{name}"').body["Resources"]
    assert len(found) == 1
    return dict(found[0])


def group_names(tenant: ScimTenant) -> list[str]:
    return [one["displayName"] for one in tenant.send("GET", "/Groups").body["Resources"]]


def id_in(result: dict[str, Any]) -> str:
    return str(result["location"].rpartition("/")[2])


@pytest.mark.requirement(
    "RFC7644-3.7-02",
    "RFC7644-3.7-04",
    "RFC7644-3.7-06",
    "RFC7644-3.7-08",
    "RFC7644-3.7-19",
    "RFC7644-3.7-20",
    "RFC7644-3.7-22",
    "RFC7644-3.7-24",
    "RFC7644-3.7-31",
    "RFC7644-3.7.3-01",
    "RFC7644-3.7.3-02",
    "RFC7644-3.7.3-03",
    "RFC7644-3.7.3-04",
    "RFC7644-3.7.3-06",
    "RFC7644-3.7.3-07",
)
def test_each_operation_has_its_result_in_the_order_of_the_job(tenant: ScimTenant) -> None:
    replaced, changed, deleted = (tenant.create_user(name)["id"] for name in ("b", "c", "d"))
    team = tenant.create_group("Team")["id"]
    answered = bulk(
        tenant,
        user("a"),
        {"method": "PUT", "path": f"/Users/{replaced}", "data": {"schemas": [USER], "userName": "b2"}},
        titled(f"/Users/{changed}", "Countess"),
        change(f"/Groups/{team}", {"op": "add", "path": "members", "value": [{"value": changed}]}),
        {"method": "DELETE", "path": f"/Users/{deleted}"},
        {"method": "DELETE", "path": "/Users/none"},
        failOnErrors=5,
    )
    made = tenant.send("GET", "/Users", filter='userName eq "a"').body["Resources"][0]["id"]
    version = {one: tenant.send("GET", f"/Users/{one}").headers["etag"] for one in (made, replaced, changed)}
    missing = {"schemas": [ERROR], "status": "404", "detail": "there is no such resource"}
    assert answered.body == {
        "schemas": [RESPONSE],
        "Operations": [
            {
                "location": f"{BASE}/Users/{made}",
                "method": "POST",
                "bulkId": "a",
                "version": version[made],
                "status": "201",
            },
            {"location": f"{BASE}/Users/{replaced}", "method": "PUT", "version": version[replaced], "status": "200"},
            # The version of the member counts the group, which came after: it was another one at its own result.
            {
                "location": f"{BASE}/Users/{changed}",
                "method": "PATCH",
                "version": answered.body["Operations"][2]["version"],
                "status": "200",
            },
            {
                "location": f"{BASE}/Groups/{team}",
                "method": "PATCH",
                "version": tenant.send("GET", f"/Groups/{team}").headers["etag"],
                "status": "204",
            },
            {"location": f"{BASE}/Users/{deleted}", "method": "DELETE", "status": "204"},
            {"location": f"{BASE}/Users/none", "method": "DELETE", "status": "404", "response": missing},
        ],
    }
    assert sorted(tenant.user_names()) == ["a", "b2", "c"]
    assert tenant.send("GET", f"/Users/{changed}").body["title"] == "Countess"
    assert tenant.members_of(team) == [changed]


WITHOUT_DATA = {"method": "POST", "path": "/Users", "bulkId": "x"}


@pytest.mark.parametrize(
    ("operation", "status", "scim_type"),
    [
        pytest.param("x", "400", "invalidSyntax", id="no object"),
        pytest.param(
            {**user("x"), "method": None},
            "400",
            "invalidSyntax",
            marks=pytest.mark.requirement("RFC7644-3.7-09"),
            id="no method",
        ),
        pytest.param(
            {**user("x"), "method": "GET"},
            "400",
            "invalidSyntax",
            marks=pytest.mark.requirement("RFC7644-3.7-10"),
            id="GET",
        ),
        pytest.param({**user("x"), "method": "post"}, "400", "invalidSyntax", id="a method in small letters"),
        pytest.param(
            {**user("x"), "bulkId": None},
            "400",
            "invalidSyntax",
            marks=pytest.mark.requirement("RFC7644-3.7-11"),
            id="no bulkId",
        ),
        pytest.param({**user("x"), "bulkId": 7}, "400", "invalidSyntax", id="a number as bulkId"),
        pytest.param(
            {**user("x"), "path": None},
            "400",
            "invalidSyntax",
            marks=pytest.mark.requirement("RFC7644-3.7-15"),
            id="no path",
        ),
        pytest.param({**user("x"), "path": "/"}, "400", "invalidSyntax", id="the root"),
        pytest.param({**user("x"), "path": f"/Users/{'x' * 1000}"}, "400", "invalidSyntax", id="an endless path"),
        pytest.param(
            {**user("x"), "path": "/Users/x"},
            "405",
            None,
            marks=pytest.mark.requirement("RFC7644-3.7-16"),
            id="POST on a resource",
        ),
        pytest.param(
            {"method": "DELETE", "path": "/Users"},
            "405",
            None,
            marks=pytest.mark.requirement("RFC7644-3.7-17"),
            id="DELETE of an endpoint",
        ),
        pytest.param(
            WITHOUT_DATA, "400", "invalidSyntax", marks=pytest.mark.requirement("RFC7644-3.7-18"), id="no data"
        ),
        pytest.param({**user("x"), "data": [1]}, "400", "invalidSyntax", id="a list as data"),
        pytest.param({"method": "PUT", "path": "/Users/x", "version": 1, "data": {}}, "400", "invalidSyntax", id="tag"),
        pytest.param({**user("x"), "path": "/Bulk"}, "404", None, id="a job in a job"),
        pytest.param({**user("x"), "path": "/Users/.search"}, "404", None, id="a search"),
        pytest.param({"method": "DELETE", "path": "/Me"}, "404", None, id="Me"),
        pytest.param({**user("x"), "path": "/Schemas"}, "404", None, id="discovery"),
        pytest.param({**user("x"), "path": "/Nope"}, "404", None, id="no endpoint"),
        pytest.param({"method": "DELETE", "path": "/Users/nobody"}, "404", None, id="no resource"),
        pytest.param(user("ada"), "409", "uniqueness", id="a name that is taken"),
        pytest.param({**user("x"), "data": {"schemas": [USER]}}, "400", "invalidValue", id="no userName"),
    ],
)
@pytest.mark.requirement(
    "RFC7644-3.7-20",
    "RFC7644-3.7-21",
    "RFC7644-3.7-23",
    "RFC7644-3.7-26",
    "RFC7644-3.7.3-02",
    "RFC7644-3.7.3-05",
    "RFC7644-3.12-30",
)
def test_a_bad_operation_fails_alone(tenant: ScimTenant, operation: Any, status: str, scim_type: str | None) -> None:
    ada = tenant.create_user("ada")
    failed, done = results(tenant, operation, user("grace"))
    assert (failed["status"], done["status"]) == (status, "201")
    response = failed["response"]
    assert (response["schemas"], response["status"], response.get("scimType")) == ([ERROR], status, scim_type)
    assert len(response["detail"]) > 10
    assert ("location" in failed) == (isinstance(operation, dict) and operation["method"] != "POST")
    assert tenant.user_names() == ["ada", "grace"]
    assert tenant.send("GET", f"/Users/{ada['id']}").body == ada


@pytest.mark.requirement("RFC7644-3.7-12")
def test_a_bulk_id_stands_for_one_operation(tenant: ScimTenant) -> None:
    again = {**user("grace"), "bulkId": "ada"}
    assert statuses(tenant, user("ada"), again, group("Team", "bulkId:ada")) == ["201", "400", "201"]
    assert tenant.user_names() == ["ada"]
    ada = tenant.send("GET", "/Users").body["Resources"][0]["id"]
    assert [member["value"] for member in named(tenant, "Team")["members"]] == [ada]


def test_a_post_without_bulk_id_may_be_carried_out(tenant: ScimTenant) -> None:
    """AMB-51."""
    tenant.tenant.change_policy(missing_bulk_id_accepted=True)
    (result,) = results(tenant, {**user("ada"), "bulkId": None})
    assert (result["status"], "bulkId" in result, tenant.user_names()) == ("201", False, ["ada"])


@pytest.mark.parametrize(
    ("body", "error"),
    [
        pytest.param(b"{", (400, "invalidSyntax"), marks=pytest.mark.requirement("RFC7644-3.7-25"), id="no JSON"),
        pytest.param([], (400, "invalidSyntax"), id="no object"),
        pytest.param(
            {"schemas": [BULK]},
            (400, "invalidSyntax"),
            marks=pytest.mark.requirement("RFC7644-3.7-07"),
            id="no operations",
        ),
        pytest.param({"schemas": [BULK], "Operations": {}}, (400, "invalidSyntax"), id="no list"),
        pytest.param(
            {"schemas": [BULK], "Operations": [user("x")], "failOnErrors": "1"}, (400, "invalidValue"), id="no number"
        ),
        pytest.param(
            {"schemas": [BULK], "Operations": [user("x")], "failOnErrors": True}, (400, "invalidValue"), id="a Boolean"
        ),
        pytest.param(
            {"schemas": [BULK], "Operations": [user("x")], "failOnErrors": -1}, (400, "invalidValue"), id="below 0"
        ),
    ],
)
def test_what_is_no_job_is_refused_whole(tenant: ScimTenant, body: Any, error: tuple[int, str]) -> None:
    assert tenant.send("POST", "/Bulk", body).error == error
    assert tenant.user_names() == []


@pytest.mark.requirement("RFC7644-3.7-03")
@pytest.mark.parametrize(("policy", "status"), [("strict", 400), ("entra", 200)])
@pytest.mark.parametrize("schemas", [None, [], [PATCH]])
def test_the_schema_of_the_request_is_asked_for_where_nothing_is_tolerated(
    policy: str, status: int, schemas: object
) -> None:
    with scim_tenant(policy) as tenant:
        answered = tenant.send("POST", "/Bulk", {"schemas": schemas, "Operations": [user("ada")]})
        assert (answered.status, tenant.user_names()) == (status, ["ada"] if status == 200 else [])


@pytest.mark.requirement("RFC7644-3.7-27", "RFC7644-3.7-28", "RFC7644-3.7-29")
@pytest.mark.parametrize(
    ("taken", "done"),
    [
        (None, ["201", "409", "201", "409", "201"]),
        (3, ["201", "409", "201", "409", "201"]),
        (2, ["201", "409", "201", "409"]),
        (1, ["201", "409"]),
        (0, ["201", "409"]),
    ],
)
def test_a_job_stops_after_so_many_errors(tenant: ScimTenant, taken: int | None, done: list[str]) -> None:
    tenant.create_user("ada")
    job = [user("a"), user("ada"), user("b"), {**user("ada"), "bulkId": "again"}, user("c")]
    fields = {} if taken is None else {"failOnErrors": taken}
    assert statuses(tenant, *job, **fields) == done
    assert tenant.user_names() == ["ada", *["a", "b", "c"][: done.count("201")]]


@pytest.mark.requirement("RFC7644-3.7-14")
def test_a_version_is_kept_to(tenant: ScimTenant) -> None:
    ada = tenant.create_user("ada")
    path, stale = f"/Users/{ada['id']}", ada["meta"]["version"]
    assert statuses(tenant, titled(path, "Countess", version=stale)) == ["200"]
    put = {"method": "PUT", "path": path, "version": stale, "data": {"schemas": [USER], "userName": "eve"}}
    delete = {"method": "DELETE", "path": path, "version": stale}
    failed = results(tenant, put, titled(path, "Queen", version=stale), delete)
    assert [(one["status"], one["response"]["status"], one["location"]) for one in failed] == [
        ("412", "412", f"{BASE}{path}")
    ] * 3
    read = tenant.send("GET", path).body
    assert (read["userName"], read["title"]) == ("ada", "Countess")


@pytest.mark.requirement("RFC7644-3.7-33")
def test_changes_of_one_resource_keep_their_order(tenant: ScimTenant) -> None:
    ada, team = tenant.create_user("ada")["id"], tenant.create_group("Team")["id"]
    assert statuses(tenant, titled(f"/Users/{ada}", "a"), titled(f"/Users/{ada}", "b")) == ["200", "200"]
    assert tenant.send("GET", f"/Users/{ada}").body["title"] == "b"
    added = {"op": "add", "path": "members", "value": [{"value": "bulkId:grace"}]}
    emptied = {"op": "remove", "path": "members"}
    job = [change(f"/Groups/{team}", added), change(f"/Groups/{team}", emptied), user("grace")]
    assert statuses(tenant, *job) == ["204", "204", "201"]
    assert tenant.members_of(team) == []


@pytest.mark.requirement(
    "RFC7644-3.7-32", "RFC7644-3.7.2-01", "RFC7644-3.7.2-03", "RFC7644-3.7.2-04", "RFC7644-3.7.2-07"
)
@pytest.mark.parametrize("backwards", [False, True])
def test_a_reference_is_replaced_by_the_id_wherever_it_stands(tenant: ScimTenant, backwards: bool) -> None:
    joined = {"op": "add", "path": "members", "value": [{"value": "bulkId:grace"}]}
    job = [
        user("ada"),
        user("grace", **{ENTERPRISE: {"manager": {"value": "bulkId:ada"}}, "schemas": [USER, ENTERPRISE]}),
        group("Team", "bulkId:ada"),
        change("/Groups/bulkId:Team", joined),
        titled("/Users/bulkId:ada", "Countess"),
    ]
    done = results(tenant, *(reversed(job) if backwards else job))
    assert [one["status"] for one in done] == (
        ["200", "204", "201", "201", "201"] if backwards else ["201", "201", "201", "204", "200"]
    )
    ada, grace, team = (id_in(one) for one in (reversed(done[2:]) if backwards else done[:3]))
    assert done[1 if backwards else 3]["location"] == f"{BASE}/Groups/{team}"
    assert tenant.members_of(team) == [ada, grace]
    assert tenant.send("GET", f"/Users/{grace}").body[ENTERPRISE]["manager"]["value"] == ada
    assert tenant.send("GET", f"/Users/{ada}").body["title"] == "Countess"


@pytest.mark.parametrize(
    ("job", "done"),
    [
        pytest.param(
            [user("ada"), group("Team", "ada")],
            ["201", "400"],
            marks=pytest.mark.requirement("RFC7644-3.7.2-02"),
            id="without its prefix",
        ),
        pytest.param(
            [user("ada"), group("Team", "bulkId:nope")],
            ["201", "409"],
            marks=pytest.mark.requirement("RFC7644-3.7.2-05"),
            id="to nothing",
        ),
        pytest.param(
            [user("ada"), {**user("q"), "data": {"schemas": [USER]}}, group("Team", "bulkId:q")],
            ["201", "400", "409"],
            marks=pytest.mark.requirement("RFC7644-3.7.2-06"),
            id="to what failed",
        ),
        pytest.param([user("ada"), titled("/Users/bulkId:nope", "x")], ["201", "409"], id="in a path"),
        pytest.param(
            [user("ada"), {"method": "DELETE", "path": "/Groups/bulkId:ada"}], ["201", "404"], id="of another type"
        ),
    ],
)
def test_a_reference_that_stands_for_nothing_fails(tenant: ScimTenant, job: list[Operation], done: list[str]) -> None:
    assert statuses(tenant, *job) == done
    assert (tenant.user_names(), group_names(tenant)) == (["ada"], [])


@pytest.mark.requirement("RFC7644-3.7.1-01")
def test_resources_that_refer_to_each_other_are_created(tenant: ScimTenant) -> None:
    manager = {"schemas": [USER, ENTERPRISE], ENTERPRISE: {"manager": {"value": "bulkId:b"}, "department": "X"}}
    own = {"schemas": [USER, ENTERPRISE], ENTERPRISE: {"manager": {"value": "bulkId:c"}}}
    done = results(
        tenant,
        group("A", "bulkId:B", "bulkId:a"),
        group("B", "bulkId:A"),
        user("a", **manager),
        user("b", **{**manager, ENTERPRISE: {"manager": {"value": "bulkId:a"}}}),
        user("c", **own),
        change("/Groups/bulkId:B", {"op": "add", "path": "members", "value": [{"value": "bulkId:c"}]}),
    )
    assert [one["status"] for one in done] == ["201"] * 5 + ["204"]
    first, second, a, b, c = (id_in(one) for one in done[:5])
    assert (sorted(tenant.members_of(first)), tenant.members_of(second)) == (sorted([second, a]), [first, c])
    managers = {one: tenant.send("GET", f"/Users/{one}").body[ENTERPRISE]["manager"]["value"] for one in (a, b, c)}
    assert managers == {a: b, b: a, c: c}
    assert tenant.send("GET", f"/Users/{a}").body[ENTERPRISE]["department"] == "X"
    for result, read in ((done[0], f"/Groups/{first}"), (done[3], f"/Users/{b}")):
        assert tenant.send("GET", read).headers["etag"] == result["version"]


@pytest.mark.requirement("RFC7644-3.7.1-02")
def test_a_circle_that_cannot_be_closed_leaves_nothing(tenant: ScimTenant) -> None:
    tenant.create_user("taken")
    manager = {"schemas": [USER, ENTERPRISE], ENTERPRISE: {"manager": {"value": "bulkId:taken"}}}
    bad = {**user("taken", **{**manager, ENTERPRISE: {"manager": {"value": "bulkId:a"}}})}
    job = [user("a", **manager), bad, titled("/Users/bulkId:a", "x"), group("Own", "bulkId:Own"), user("z")]
    done = results(tenant, *job)
    assert [(one["status"], one.get("response", {}).get("scimType")) for one in done] == [
        ("409", None),
        ("409", "uniqueness"),
        ("409", None),
        ("400", "invalidValue"),
        ("201", None),
    ]
    assert (tenant.user_names(), group_names(tenant)) == (["taken", "z"], [])


@pytest.mark.requirement("RFC7644-3.7.4-01", "RFC7644-3.7.4-03", "RFC7644-3.7.4-05", "RFC7644-3.7.4-06")
def test_more_operations_than_allowed_are_refused(tenant: ScimTenant) -> None:
    tenant.tenant.change_limits(bulk_operations=3)
    told = tenant.send("GET", "/ServiceProviderConfig").body["bulk"]
    assert told == {"supported": True, "maxOperations": 3, "maxPayloadSize": 4 * 1024 * 1024}
    refused = bulk(tenant, *(user(name) for name in "abcd"))
    assert refused.error == (413, None)
    assert refused.body["detail"] == "the bulk request has more operations than maxOperations (3)"
    assert tenant.user_names() == []
    assert statuses(tenant, *(user(name) for name in "abc")) == ["201"] * 3


@pytest.mark.requirement(
    "RFC7644-3.7.4-01", "RFC7644-3.7.4-04", "RFC7644-3.7.4-05", "RFC7644-3.7.4-06", "RFC7644-3.12-16"
)
def test_a_larger_payload_than_allowed_is_refused(tenant: ScimTenant) -> None:
    tenant.tenant.change_limits(bulk_payload_bytes=1_000)
    assert tenant.send("GET", "/ServiceProviderConfig").body["bulk"]["maxPayloadSize"] == 1_000
    body = json.dumps({"schemas": [BULK], "Operations": [user("ada")]}).encode()
    refused = tenant.send("POST", "/Bulk", body.ljust(1_001))
    assert refused.error == (413, None)
    assert refused.body["detail"] == "the bulk request is larger than maxPayloadSize (1000)"
    assert tenant.user_names() == []
    assert tenant.send("POST", "/Bulk", body.ljust(1_000)).status == 200
    assert tenant.user_names() == ["ada"]


@pytest.mark.requirement("RFC7644-3.7-01", "RFC7644-3.12-18")
def test_where_bulk_is_not_supported_it_is_not_implemented(tenant: ScimTenant) -> None:
    tenant.tenant.change_policy(bulk_supported=False)
    assert bulk(tenant, user("ada")).error == (501, None)
    assert tenant.user_names() == []
    told = tenant.send("GET", "/ServiceProviderConfig").body["bulk"]
    assert told == {"supported": False, "maxOperations": 0, "maxPayloadSize": 0}


def test_an_operation_that_is_not_supported_fails_alone(tenant: ScimTenant) -> None:
    tenant.tenant.change_policy(patch_supported=False, etag_supported=False)
    ada = tenant.create_user("ada")["id"]
    done = results(tenant, titled(f"/Users/{ada}", "x"), {**user("grace"), "version": 'W/"old"'})
    assert [(one["status"], "version" in one) for one in done] == [("501", False), ("201", False)]


@pytest.mark.parametrize(
    ("as_object", "expected"),
    [
        (False, ["201", "404"]),
        (True, [{"code": "201"}, {"code": "404", "description": "there is no such resource"}]),
    ],
)
def test_a_status_is_a_string_or_an_object(tenant: ScimTenant, as_object: bool, expected: list[object]) -> None:
    """AMB-24."""
    tenant.tenant.change_policy(bulk_status_as_object=as_object)
    done = results(tenant, user("ada"), {"method": "DELETE", "path": "/Users/none"})
    assert [one["status"] for one in done] == expected


@pytest.mark.requirement("RFC7644-3.2-06")
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE"])
def test_jobs_are_posted(tenant: ScimTenant, method: str) -> None:
    answered = tenant.send(method, "/Bulk", {"schemas": [BULK], "Operations": [user("ada")]})
    assert (answered.error, answered.headers["allow"]) == ((405, None), "POST")
    assert tenant.user_names() == []


@pytest.mark.parametrize("policy", POLICIES)
def test_a_job_does_what_single_requests_would(policy: str) -> None:
    """Under every policy: the same resources, and the same rows in the audit trail."""
    emails = [{"value": "ada@contoso.test", "type": "work"}]
    ada = user("ada@contoso.test", emails=emails)

    def trail(tenant: ScimTenant) -> list[tuple[str, str, str]]:
        rows = [row for row in tenant.tenant.audit.all() if row.subject_type != "SCIM Token"]
        return [(row.activity, row.subject, row.performed_by) for row in rows]

    with scim_tenant(policy) as one, scim_tenant(policy) as other:
        made = one.send("POST", "/Users", ada["data"]).body["id"]
        one.send("POST", "/Groups", group("Team", made)["data"])
        one.send("DELETE", f"/Users/{made}")
        deleted = {"method": "DELETE", "path": "/Users/bulkId:ada@contoso.test"}
        assert statuses(other, ada, group("Team", "bulkId:ada@contoso.test"), deleted) == ["201", "201", "204"]
        assert trail(one) == trail(other)
        assert len(trail(one)) == 3
        assert (one.user_names(), named(one, "Team")["members"]) == (
            other.user_names(),
            named(other, "Team")["members"],
        )
