"""What every request meets: the token, the paths and methods, the limits, discovery, and garbage."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scimulate.scim_schemas import validate
from tests.scim_tenant import ENTERPRISE, PATCH, ScimTenant, scim_tenant


@pytest.fixture(scope="module")
def endpoint() -> Iterator[ScimTenant]:
    with scim_tenant() as tenant:
        tenant.create_user("ada", emails=[{"value": "ada@x", "type": "work"}])
        tenant.create_group("Engineering")
        yield tenant


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("", ""),
        ("Bearer", ""),
        ("Basic YTpi", ""),
        ("wrong", ""),
        ("Bearer ", ', error="invalid_token"'),
        ("Bearer   ", ', error="invalid_token"'),
        ("bearer wrong", ', error="invalid_token"'),
        ("Bearer \x00é", ', error="invalid_token"'),
    ],
)
@pytest.mark.parametrize("path", ["/Users", "/Users/1", "/Schemas", "/Me", "/Bulk", "/nowhere", "/"])
@pytest.mark.requirement("RFC7644-2-01", "RFC7644-2-02", "RFC7644-2.2-01", "RFC7644-3.12-11")
def test_without_a_valid_token_nothing_is_told(endpoint: ScimTenant, header: str, reason: str, path: str) -> None:
    """D-013, D-014, NEG-06; RFC 6750 §3.1."""
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        answered = endpoint.send(method, path, headers={"authorization": header})
        assert answered.error == (401, None)
        assert answered.headers == {"www-authenticate": f'Bearer realm="SCIM"{reason}'}


def test_the_scheme_is_read_in_any_case(endpoint: ScimTenant) -> None:
    answered = endpoint.send("GET", "/Users", headers={"authorization": f"bearer {endpoint.secret}"})
    assert answered.status == 200


def test_an_inactive_token_opens_nothing() -> None:
    with scim_tenant() as tenant:
        token = tenant.tenant.tokens.all()[0]
        tenant.tenant.tokens.deactivate(token.id)
        assert tenant.send("GET", "/Users").error == (401, None)
        tenant.tenant.tokens.activate(token.id)
        assert tenant.send("GET", "/Users").status == 200


@pytest.mark.parametrize(
    ("method", "path", "status", "allowed"),
    [
        ("GET", "/Users/", 200, None),
        ("HEAD", "/Users", 200, None),
        ("DELETE", "/Users", 405, "GET, HEAD, POST"),
        ("PATCH", "/Groups", 405, "GET, HEAD, POST"),
        ("POST", "/Users/1", 405, "GET, HEAD, PUT, PATCH, DELETE"),
        ("GET", "/Users/.search", 405, "POST"),
        ("POST", "/Schemas", 405, "GET, HEAD"),
        ("TRACE", "/Users", 405, "GET, HEAD, POST"),
        ("GET", "/users", 404, None),
        ("GET", "/Users/1/2", 404, None),
        ("GET", "/Schemas/urn:none", 404, None),
        ("GET", "/ResourceTypes/user", 404, None),
        ("GET", "/Me", 501, None),
        ("GET", "/Bulk", 405, "POST"),
    ],
)
def test_paths_and_methods(endpoint: ScimTenant, method: str, path: str, status: int, allowed: str | None) -> None:
    answered = endpoint.send(method, path)
    assert (answered.status, answered.headers.get("allow")) == (status, allowed)
    assert status == 200 or answered.error == (status, None)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", (400, "invalidSyntax")),
        (b"{", (400, "invalidSyntax")),
        (b"[]", (400, "invalidSyntax")),
        (b"\xff\xfe", (400, "invalidSyntax")),
        (b'{"userName": NaN}', (400, "invalidSyntax")),
        (b'{"a":' * 33 + b"1" + b"}" * 33, (400, "invalidSyntax")),
        (b"[" * 5000 + b"]" * 5000, (400, "invalidSyntax")),
    ],
    ids=lambda value: str(value)[:20],
)
@pytest.mark.parametrize(("method", "path"), [("POST", "/Users"), ("POST", "/Groups"), ("POST", "/Users/.search")])
def test_a_body_that_is_no_message_is_refused(
    endpoint: ScimTenant, method: str, path: str, body: bytes, error: tuple[int, str]
) -> None:
    assert endpoint.send(method, path, body).error == error


def test_a_body_of_thirty_two_levels_is_read(endpoint: ScimTenant) -> None:
    body = b'{"userName":"deep","x":' + b"[" * 31 + b"]" * 31 + b"}"
    answered = endpoint.send("POST", "/Users", body)
    assert answered.status == 201
    endpoint.send("DELETE", f"/Users/{answered.body['id']}")


def test_an_error_never_echoes_what_was_sent(endpoint: ScimTenant) -> None:
    poison = "<script>zebra</script>"
    ada = endpoint.send("GET", "/Users").body["Resources"][0]["id"]
    answers = [
        endpoint.send("GET", f"/Users/{poison}"),
        endpoint.send("GET", f"/{poison}"),
        endpoint.send("GET", "/Users", filter=f'{poison} eq "x"'),
        endpoint.send("GET", "/Users", filter=f'userName {poison} "x"'),
        endpoint.send("GET", "/Users", filter="zebra pr"),
        endpoint.send("GET", "/Users", sortBy=poison),
        endpoint.send("GET", "/Users", count=poison),
        endpoint.send("POST", "/Users", {"userName": "zebra", "active": poison}),
        endpoint.patch(f"/Users/{ada}", {"op": poison, "path": "title"}),
        endpoint.patch(f"/Users/{ada}", {"op": "replace", "path": f"{poison}[", "value": 1}),
        endpoint.send("POST", "/Groups", {"displayName": "x", "members": [{"value": poison}]}),
    ]
    assert [answered.status for answered in answers] == [404, 404] + [400] * 9
    assert not any("zebra" in json.dumps(answered.body) for answered in answers)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(
    [
        "userName",
        "name",
        "emails",
        "active",
        "members",
        "displayName",
        "schemas",
        "meta",
        "id",
        "value",
        "x",
        ENTERPRISE,
    ]
)
PATHS = st.sampled_from(
    [
        "emails",
        "emails.value",
        'emails[type eq "work"]',
        'emails[type eq "work"].value',
        "name.givenName",
        "members",
        'members[value eq "1"]',
        "schemas",
        "groups",
        "active",
        ENTERPRISE,
        f"{ENTERPRISE}:manager",
        f"{ENTERPRISE}:manager.value",
        "userName",
    ]
) | st.text(max_size=12)
OPERATION = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "Replace", "remove"])},
    optional={"path": PATHS | JSON, "value": JSON | st.dictionaries(NAMES | PATHS, JSON, max_size=3)},
)
BODY = (
    st.dictionaries(NAMES, JSON, max_size=4)
    | st.fixed_dictionaries({"schemas": st.just([PATCH]), "Operations": st.lists(OPERATION | JSON, max_size=3)})
    | JSON
)
FILTER = st.text(max_size=20) | st.lists(
    st.sampled_from(
        ["userName", "emails", "[", "]", "(", ")", "eq", "co", "gt", "pr", "and", "or", "not", '"a"', "true", "1", "."]
    ),
    max_size=10,
).map(" ".join)


@pytest.mark.parametrize("policy", ["strict", "entra", "ivanti-r118"])
def test_garbage_is_never_a_mistake_of_the_server(policy: str) -> None:
    with scim_tenant(policy) as tenant:
        emails = [{"value": "ada@x", "type": "work"}]
        ada = tenant.create_user("ada@contoso.test", emails=emails, name={"givenName": "A"})["id"]
        group = tenant.create_group("Engineering", ada)["id"]

        @settings(max_examples=120, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(
            st.sampled_from(["GET", "POST", "PUT", "PATCH"]),
            st.sampled_from(["/Users", f"/Users/{ada}", "/Groups", f"/Groups/{group}", "/Users/.search", "/", "/x"]),
            BODY,
            st.dictionaries(
                st.sampled_from(["filter", "sortBy", "count", "startIndex", "attributes", "excludedAttributes"]),
                FILTER,
                max_size=2,
            ),
        )
        def garbage(method: str, path: str, body: Any, query: dict[str, str]) -> None:
            content = json.dumps(body).encode("utf-8", "surrogatepass")
            answered = tenant.send(method, path, content, **query)
            assert answered.status < 500
            if answered.status >= 400:
                assert validate("Error", answered.body) == []

        garbage()
        for listed in ("/Users", "/Groups"):
            for resource in tenant.send("GET", listed, count=1000).body["Resources"]:
                assert validate(listed.strip("/")[:-1], resource) == []
