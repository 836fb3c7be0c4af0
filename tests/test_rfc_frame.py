"""The frame of the protocol, requirement by requirement: paths and methods, media types, errors, versions, discovery,
`/Me` and tenants (RFC 7644 §2, 3.1, 3.2, 3.8, 3.11 to 3.14, 4 and 6, RFC 7643 §5 and 6)."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from scimulate.mock_servers.scim.caller import Caller
from scimulate.mock_servers.scim.policy import POLICIES
from scimulate.scim_schemas import validate
from tests.scim_tenant import BASE, ENTERPRISE, GROUP, PATCH, USER, Answered, ScimTenant, scim_tenant

ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
CONFIG = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
SCIM, JSON = "application/scim+json", "application/json"
DISCOVERY = ("/ServiceProviderConfig", "/ResourceTypes", "/Schemas", "/ResourceTypes/User", f"/Schemas/{USER}")


@pytest.fixture(params=["strict", "entra"])
def tenant(request: pytest.FixtureRequest) -> Iterator[ScimTenant]:
    with scim_tenant(request.param) as made:
        yield made


def type_of(answered: Answered) -> str:
    """The media type that the rim gives an answer, where the answer itself has none."""
    return answered.headers.get("content-type", SCIM)


def read(tenant: ScimTenant, accept: str | None, path: str = "/Users") -> Answered:
    return tenant.send("GET", path, headers={} if accept is None else {"accept": accept})


def write(tenant: ScimTenant, content_type: str | None, name: str = "ada", **headers: str) -> Answered:
    sent = headers if content_type is None else {"content-type": content_type, **headers}
    return tenant.send("POST", "/Users", {"schemas": [USER], "userName": name}, headers=sent)


# Media types


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        pytest.param(SCIM, SCIM, marks=pytest.mark.requirement("RFC7644-3.8-06", "RFC7644-3.1-01", "RFC7644-8.1-02")),
        pytest.param(JSON, JSON, marks=pytest.mark.requirement("RFC7644-3.8-07")),
        pytest.param(None, SCIM, marks=pytest.mark.requirement("RFC7644-3.8-08")),
        pytest.param("application/xml", None, marks=pytest.mark.requirement("RFC7644-3.8-04")),
        ("", SCIM),
        ("*/*", SCIM),
        ("application/*", SCIM),
        ("Application/SCIM+JSON; charset=utf-8", SCIM),
        (f"{SCIM}, {JSON}", SCIM),
        (f"{JSON}, {SCIM}", SCIM),
        (f"{JSON}, text/plain, */*", SCIM),
        (f"{SCIM};q=0.4, {JSON};q=0.5", JSON),
        (f"{SCIM};q=0, */*;q=0.1", JSON),
        (f"text/html, {JSON};q=0.001", JSON),
        ("text/html,application/xhtml+xml,*/*;q=0.8", SCIM),
        ("*/*;q=0", None),
        ("text/*", None),
        (f"{SCIM};q=0", None),
        (f"{SCIM}," * 200, None),
    ],
)
def test_the_answer_is_of_a_type_that_the_client_takes(
    tenant: ScimTenant, accept: str | None, media_type: str | None
) -> None:
    ada = tenant.create_user("ada")
    answered = read(tenant, accept, f"/Users/{ada['id']}")
    if media_type is None:
        assert (answered.error, type_of(answered)) == ((406, None), SCIM)
        return
    assert (answered.status, type_of(answered), answered.body) == (200, media_type, ada)
    missing = read(tenant, accept, "/Users/none")
    assert (missing.error, type_of(missing)) == ((404, None), media_type)
    refused = tenant.send("POST", "/Users", {"schemas": [USER], "userName": "ada"}, headers={"accept": accept or "*/*"})
    assert refused.error == (409, "uniqueness")
    deleted = tenant.send("DELETE", f"/Users/{ada['id']}", headers={"accept": accept or "*/*"})
    assert (deleted.status, "content-type" in deleted.headers) == (204, False)


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        pytest.param(SCIM, 201, marks=pytest.mark.requirement("RFC7644-3.8-09")),
        pytest.param(JSON, 201, marks=pytest.mark.requirement("RFC7644-3.8-10")),
        pytest.param("text/plain", 415, marks=pytest.mark.requirement("RFC7644-3.8-12")),
        (None, 201),
        (f"{SCIM}; charset=UTF-8", 201),
        ('APPLICATION/JSON;charset="utf-8"', 201),
        (f"{SCIM}; charset=utf-8; profile=x", 201),
        (f"{SCIM}; charset=iso-8859-1", 415),
        ("application/x-www-form-urlencoded", 415),
        ("application/xml", 415),
        ("application/json-patch+json", 415),
        ("json", 415),
        ("", 415),
    ],
)
def test_a_body_is_json_in_utf_8(tenant: ScimTenant, content_type: str | None, status: int) -> None:
    answered = write(tenant, content_type)
    assert answered.status == status
    assert status == 201 or answered.error == (415, None)
    assert tenant.user_names() == (["ada"] if status == 201 else [])


def test_a_body_that_is_packed_is_refused(tenant: ScimTenant) -> None:
    """RFC 9110 §15.5.16."""
    packed = {"content-encoding": "gzip"}
    assert write(tenant, SCIM, **packed).error == (415, None)
    assert write(tenant, SCIM, **{"content-encoding": "identity"}).status == 201


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_the_type_of_a_body_that_nobody_reads_does_not_matter(tenant: ScimTenant, method: str) -> None:
    ada = tenant.create_user("ada")["id"]
    answered = tenant.send(method, f"/Users/{ada}", b"\xff{", headers={"content-type": "text/plain"})
    assert answered.status == {"GET": 200, "DELETE": 204}[method]


@pytest.mark.parametrize(("refused", "status"), [(False, 201), (True, 415)])
def test_plain_json_in_a_body_may_be_refused(tenant: ScimTenant, refused: bool, status: int) -> None:
    """AMB-25."""
    tenant.tenant.change_policy(plain_json_refused=refused)
    assert write(tenant, JSON).status == status
    assert write(tenant, SCIM, "grace").status == 201


@pytest.mark.parametrize(("plain", "media_type"), [(False, SCIM), (True, JSON)])
def test_answers_may_be_typed_as_plain_json(tenant: ScimTenant, plain: bool, media_type: str) -> None:
    """AMB-59."""
    tenant.tenant.change_policy(plain_json_answers=plain)
    answers = [write(tenant, SCIM), write(tenant, SCIM), read(tenant, SCIM), read(tenant, None, "/nowhere")]
    assert [(one.status, type_of(one)) for one in answers] == [
        (201, media_type),
        (409, media_type),
        (200, media_type),
        (404, media_type),
    ]


@pytest.mark.requirement("RFC7644-3.8-11")
@pytest.mark.parametrize(("answered", "status"), [(False, 404), (True, 200)])
def test_the_suffix_of_a_format_may_be_read(tenant: ScimTenant, answered: bool, status: int) -> None:
    """AMB-26."""
    tenant.tenant.change_policy(scim_suffix_answered=answered)
    ada = tenant.create_user("ada")["id"]
    assert tenant.send("GET", f"/Users/{ada}.scim").status == status
    assert tenant.send("GET", "/Users.scim").status == status
    assert tenant.send("GET", f"/Users/{ada}").status == 200


@pytest.mark.requirement("RFC7644-3.8-13")
def test_attributes_have_the_form_of_their_kind(tenant: ScimTenant) -> None:
    given = {"name": {"givenName": "Ada"}, "emails": [{"value": "ada@x", "type": "work"}], "title": "Countess"}
    ada = tenant.create_user("ada", **given)
    schema = tenant.send("GET", f"/Schemas/{USER}").body
    for attribute in schema["attributes"]:
        if (value := ada.get(attribute["name"])) is not None:
            kind: Any = (
                list if attribute["multiValued"] else {"complex": dict, "boolean": bool}.get(attribute["type"], str)
            )
            assert isinstance(value, kind), attribute["name"]


# Paths and methods


@pytest.mark.parametrize(
    ("method", "path", "status", "allowed"),
    [
        pytest.param("PUT", "/Users", 405, "GET, HEAD, POST", marks=pytest.mark.requirement("RFC7644-3.2-10")),
        ("PATCH", "/Users", 405, "GET, HEAD, POST"),
        ("DELETE", "/Groups", 405, "GET, HEAD, POST"),
        ("OPTIONS", "/Users", 405, "GET, HEAD, POST"),
        ("POST", "/Users/ADA", 405, "GET, HEAD, PUT, PATCH, DELETE"),
        ("TRACE", "/Users/ADA", 405, "GET, HEAD, PUT, PATCH, DELETE"),
        ("POST", "/", 405, "GET, HEAD"),
        ("GET", "/.search", 405, "POST"),
        ("PUT", "/Groups/.search", 405, "POST"),
        *(
            pytest.param(
                method, path, 405, "GET, HEAD", marks=pytest.mark.requirement("RFC7644-3.2-05", "RFC7643-5-01")
            )
            for method in ("POST", "PUT", "PATCH", "DELETE")
            for path in DISCOVERY
        ),
        ("GET", "/users", 404, None),
        ("GET", "/Users/ADA/emails", 404, None),
        ("GET", "/ServiceProviderConfig/x", 404, None),
        ("GET", "/Schemas/x/y", 404, None),
        ("GET", "/Me/x", 404, None),
        ("GET", "/Bulk/x", 404, None),
        ("GET", "/Users/..", 404, None),
        ("GET", "/../Users", 404, None),
        ("GET", "/./Users", 404, None),
        ("GET", "/Users/a/b", 404, None),
        ("GET", f"/Users/{'x' * 10_000}", 404, None),
        ("GET", "/Users/\x00", 404, None),
        pytest.param("GET", "/NoSuchEndpoint", 404, None, marks=pytest.mark.requirement("RFC7644-3.12-13")),
    ],
)
@pytest.mark.requirement("RFC7644-3.2-04")
def test_an_endpoint_has_its_methods_and_no_others(
    tenant: ScimTenant, method: str, path: str, status: int, allowed: str | None
) -> None:
    ada = tenant.create_user("ada")
    discovered = [tenant.send("GET", one).body for one in DISCOVERY]
    body = {"schemas": [USER], "userName": "eve", "id": ada["id"]}
    answered = tenant.send(method, path.replace("ADA", ada["id"]), body)
    assert (answered.error, answered.headers.get("allow")) == ((status, None), allowed)
    assert tenant.send("GET", "/Users").body["Resources"] == [ada]
    assert [tenant.send("GET", one).body for one in DISCOVERY] == discovered


@pytest.mark.parametrize("path", ["/Users", "/Users/", "//Users", "/Users//"])
def test_a_slash_too_many_does_no_harm(tenant: ScimTenant, path: str) -> None:
    tenant.create_user("ada")
    assert tenant.send("GET", path).body["totalResults"] == 1


@pytest.mark.requirement("RFC7644-3.12-18")
@pytest.mark.parametrize(
    ("lacking", "method", "path"),
    [
        ("patch_supported", "PATCH", "/Users/ADA"),
        ("search_supported", "POST", "/.search"),
        ("search_supported", "POST", "/Users/.search"),
        ("root_query_supported", "GET", "/"),
        ("root_query_supported", "POST", "/.search"),
        ("bulk_supported", "POST", "/Bulk"),
    ],
)
def test_what_is_not_supported_is_not_implemented(tenant: ScimTenant, lacking: str, method: str, path: str) -> None:
    ada = tenant.create_user("ada")
    bodies: dict[str, object] = {
        "PATCH": {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "title", "value": "x"}]},
        "POST": {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]},
        "GET": None,
    }
    if path == "/Bulk":
        bodies["POST"] = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": []}
    path = path.replace("ADA", ada["id"])
    assert tenant.send(method, path, bodies[method]).status == 200
    tenant.tenant.change_policy(**{lacking: False})
    before = tenant.send("GET", f"/Users/{ada['id']}").body
    assert tenant.send(method, path, bodies[method]).error == (501, None)
    assert tenant.send("GET", f"/Users/{ada['id']}").body == before


def test_without_patch_its_method_is_not_allowed_either(tenant: ScimTenant) -> None:
    tenant.tenant.change_policy(patch_supported=False)
    assert tenant.send("POST", "/Users/x").headers["allow"] == "GET, HEAD, PUT, DELETE"


# Messages and errors


@pytest.mark.requirement("RFC7644-3.1-02", "RFC7644-3.1-03", "RFC7644-3.1-04", "RFC7644-3.2-07")
def test_every_message_is_an_object_that_names_its_schema(tenant: ScimTenant) -> None:
    ada = tenant.create_user("ada", **{ENTERPRISE: {"department": "X"}})
    team = tenant.create_group("Team", ada["id"])
    shown = {
        path: tenant.send("GET", path).body["schemas"] for path in (f"/Users/{ada['id']}", f"/Groups/{team['id']}")
    }
    assert list(shown.values()) == [[USER, ENTERPRISE], [GROUP]]
    listed = tenant.send("GET", "/").body
    assert listed["schemas"] == [LIST]
    assert [one["schemas"] for one in listed["Resources"]] == [[USER, ENTERPRISE], [GROUP]]
    assert tenant.send("GET", "/nowhere").body["schemas"] == [ERROR]


@pytest.mark.requirement("RFC7644-3.1-07")
def test_what_is_answered_is_what_is_kept(tenant: ScimTenant) -> None:
    sent = {"displayName": "Ada", "nickName": "", "emails": [{"value": "ada@x", "type": "work", "primary": True}]}
    ada = tenant.create_user("ada", **sent)
    assert tenant.send("GET", f"/Users/{ada['id']}").body == ada
    changed = tenant.patch(f"/Users/{ada['id']}", {"op": "replace", "path": "displayName", "value": "Countess"})
    assert changed.body["displayName"] == "Countess"
    assert tenant.send("GET", f"/Users/{ada['id']}").body == changed.body


def replacing(path: str) -> dict[str, object]:
    return {"schemas": [PATCH], "Operations": [{"op": "replace", "path": path, "value": "x"}]}


FAILURES: list[Any] = [
    pytest.param("GET", "/Users/none", None, 404, None, marks=pytest.mark.requirement("RFC7644-3.12-13"), id="404"),
    pytest.param(
        "POST",
        "/Users",
        b'{"userName"',
        400,
        "invalidSyntax",
        marks=pytest.mark.requirement("RFC7644-3.12-24"),
        id="cut",
    ),
    pytest.param(
        "POST", "/Users", [], 400, "invalidSyntax", marks=pytest.mark.requirement("RFC7644-3.12-24"), id="array"
    ),
    pytest.param(
        "POST", "/Users", {}, 400, None, marks=pytest.mark.requirement("RFC7644-3.12-10", "RFC7644-3.12-27"), id="empty"
    ),
    pytest.param(
        "POST",
        "/Users",
        {"schemas": [USER]},
        400,
        "invalidValue",
        marks=pytest.mark.requirement("RFC7644-3.12-27"),
        id="no userName",
    ),
    pytest.param(
        "POST",
        "/Users",
        {"schemas": [USER], "userName": "x", "active": "notbool"},
        400,
        "invalidValue",
        marks=pytest.mark.requirement("RFC7644-3.12-10", "RFC7644-3.12-27"),
        id="no Boolean",
    ),
    pytest.param(
        "POST",
        "/Users",
        {"schemas": [USER], "userName": "ada"},
        409,
        "uniqueness",
        marks=pytest.mark.requirement("RFC7644-3.12-14", "RFC7644-3.12-22"),
        id="taken",
    ),
    pytest.param(
        "PUT",
        "/Users/GRACE",
        {"schemas": [USER], "userName": "ada"},
        409,
        "uniqueness",
        marks=pytest.mark.requirement("RFC7644-3.12-22"),
        id="taken by PUT",
    ),
    pytest.param(
        "GET",
        '/Users?filter=userName xx "a"',
        None,
        400,
        "invalidFilter",
        marks=pytest.mark.requirement("RFC7644-3.12-19"),
        id="operator",
    ),
    pytest.param(
        "PATCH",
        "/Users/GRACE",
        replacing("emails[xx]"),
        400,
        None,
        marks=pytest.mark.requirement("RFC7644-3.12-20"),
        id="emails[xx]",
    ),
    pytest.param(
        "PATCH",
        "/Users/GRACE",
        replacing("id"),
        400,
        "mutability",
        marks=pytest.mark.requirement("RFC7644-3.12-23"),
        id="id",
    ),
    pytest.param(
        "PATCH",
        "/Users/GRACE",
        replacing("a..b"),
        400,
        "invalidPath",
        marks=pytest.mark.requirement("RFC7644-3.12-25"),
        id="a..b",
    ),
    pytest.param(
        "PATCH",
        "/Users/GRACE",
        replacing('emails[value eq "none"].type'),
        400,
        "noTarget",
        marks=pytest.mark.requirement("RFC7644-3.12-26"),
        id='emails[value eq "none"].type',
    ),
]


@pytest.mark.requirement(
    "RFC7644-3.2-08",
    "RFC7644-3.2-09",
    "RFC7644-3.12-01",
    "RFC7644-3.12-02",
    "RFC7644-3.12-03",
    "RFC7644-3.12-04",
    "RFC7644-3.12-05",
    "RFC7644-3.12-06",
)
@pytest.mark.parametrize(("method", "path", "body", "status", "scim_type"), FAILURES)
def test_a_failure_is_told_in_status_and_body(
    method: str, path: str, body: Any, status: int, scim_type: str | None
) -> None:
    with scim_tenant("strict") as tenant:
        tenant.create_user("ada")
        grace = tenant.create_user("grace", emails=[{"value": "grace@x"}])
        path, _, question = path.replace("GRACE", grace["id"]).partition("?filter=")
        answered = tenant.send(method, path, body, **({"filter": question} if question else {}))
        assert (answered.status, type_of(answered)) == (status, SCIM)
        assert validate("Error", answered.body) == []
        told = dict(answered.body)
        detail = told.pop("detail")
        kind = told.pop("scimType", None)
        assert kind == scim_type or scim_type is None
        assert (told, len(detail) > 5) == ({"schemas": [ERROR], "status": str(status)}, True)
        assert tenant.user_names() == ["ada", "grace"]
        assert tenant.send("GET", f"/Users/{grace['id']}").body == grace


@pytest.mark.parametrize(
    ("readings", "expected"),
    [
        ({}, {"status": "404", "detail": "there is no such resource"}),
        ({"error_status_as_number": True}, {"status": 404, "detail": "there is no such resource"}),
        ({"errors_without_detail": True}, {"status": "404"}),
    ],
    ids=lambda value: "-".join(value),
)
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_an_error_has_the_form_of_the_reading(
    tenant: ScimTenant, method: str, readings: dict[str, object], expected: dict[str, object]
) -> None:
    """AMB-31, AMB-54: of what is refused at once, and of what a change refuses."""
    tenant.tenant.change_policy(**readings)
    answered = tenant.send(method, "/Users/none", {"schemas": [USER], "userName": "ada"})
    assert (answered.status, answered.body) == (404, {"schemas": [ERROR], **expected})


@pytest.mark.requirement("RFC7644-3.12-12")
def test_what_is_forbidden_is_answered_403() -> None:
    with scim_tenant() as tenant:
        tenant.switch_scim(on=False)
        for method in ("GET", "POST"):
            assert tenant.send(method, "/Users", {"schemas": [USER], "userName": "ada"}).error == (403, None)
        tenant.switch_scim(on=True)
        assert tenant.user_names() == []


@pytest.mark.requirement("RFC7644-3.12-21")
def test_where_nothing_is_paged_too_many_results_are_refused(tenant: ScimTenant) -> None:
    for name in "abc":
        tenant.create_user(name)
    tenant.tenant.change_limits(max_results=2)
    tenant.tenant.change_policy(index_paging_supported=False, cursor_paging_supported=False)
    assert tenant.send("GET", "/Users").error == (400, "tooMany")
    assert tenant.user_names(filter='userName eq "a"') == ["a"]


@pytest.mark.parametrize("path", ["/Users", "/Users/ADA", "/Schemas", "/nowhere"])
def test_head_is_answered_as_get(tenant: ScimTenant, path: str) -> None:
    path = path.replace("ADA", tenant.create_user("ada")["id"])
    got, head = (tenant.send(method, path) for method in ("GET", "HEAD"))
    assert (head.status, head.headers) == (got.status, got.headers)


# Versions


def versions_of(tenant: ScimTenant, path: str) -> str:
    """The version of a resource, which its body and its header tell alike."""
    answered = tenant.send("GET", path)
    assert answered.headers["etag"] == answered.body["meta"]["version"]
    return answered.headers["etag"]


@pytest.mark.requirement(
    "RFC7644-3.14-01", "RFC7644-3.14-02", "RFC7644-3.14-03", "RFC7644-3.14-04", "RFC7644-3.14-06", "RFC7644-3.14-15"
)
def test_a_version_changes_with_the_resource_and_only_then(tenant: ScimTenant) -> None:
    created = tenant.send("POST", "/Users", {"schemas": [USER], "userName": "ada", "title": "Lady"})
    path = f"/Users/{created.body['id']}"
    seen = [versions_of(tenant, path)]
    assert (created.headers["etag"], created.body["meta"]["version"]) == (seen[0], seen[0])
    assert seen[0].startswith('W/"')
    for answered in (
        tenant.patch(path, {"op": "replace", "path": "title", "value": "Lady"}),
        tenant.send("PUT", path, {"schemas": [USER], "userName": "ada", "title": "Lady"}),
    ):
        assert (answered.status, answered.headers["etag"], versions_of(tenant, path)) == (200, seen[0], seen[0])
    titled = {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "title", "value": "Countess"}]}
    team = {"schemas": [GROUP], "displayName": "Team", "members": [{"value": created.body["id"]}]}
    changes: list[tuple[str, str, object]] = [
        ("PATCH", path, titled),
        ("PUT", path, {"schemas": [USER], "userName": "ada", "title": "Queen"}),
        ("POST", "/Groups", team),
    ]
    for method, where, body in changes:
        assert tenant.send(method, where, body).status in (200, 201)
        assert versions_of(tenant, path) not in seen
        stale = tenant.send("GET", path, headers={"if-none-match": seen[-1]})
        assert (stale.status, stale.headers["etag"]) == (200, versions_of(tenant, path))
        seen.append(stale.headers["etag"])
    part = tenant.send("GET", path, headers={"if-none-match": seen[-1]}, attributes="displayName")
    assert (part.status, part.body) == (304, None)


IF_NONE_MATCH = [
    ("NOW", True),
    ("*", True),
    ('W/"other", NOW', True),
    ('"other",NOW', True),
    ('W/"other"', False),
    ('"a, NOW, b"', False),
    ("nonsense", False),
    ("", False),
]


@pytest.mark.requirement("RFC7644-3.14-05")
@pytest.mark.parametrize(("header", "names_it"), IF_NONE_MATCH)
def test_who_has_the_version_is_not_sent_it(tenant: ScimTenant, header: str, names_it: bool) -> None:
    ada = tenant.create_user("ada")
    path, now = f"/Users/{ada['id']}", ada["meta"]["version"]
    unquoted = now if header[:1] != '"' or header.startswith('"other"') else now.replace('"', "")
    headers = {"if-none-match": header.replace("NOW", unquoted)}
    answered = tenant.send("GET", path, headers=headers)
    assert (answered.status, answered.body) == ((304, None) if names_it else (200, ada))
    assert answered.headers["etag"] == now
    # RFC 9110 §13.1.2: a change that is not for this version.
    changed = tenant.send("PUT", path, {"schemas": [USER], "userName": "ada", "title": "x"}, headers=headers)
    assert changed.status == (412 if names_it else 200)


IF_MATCH = [
    pytest.param("NOW", True, marks=pytest.mark.requirement("RFC7644-3.14-09", "RFC7644-3.14-14"), id="now"),
    pytest.param("*", True, marks=pytest.mark.requirement("RFC7644-3.14-13"), id="any"),
    pytest.param('W/"other", NOW', True, id="one of two"),
    pytest.param("STRONG", True, id="without its W"),
    pytest.param('W/"other"', False, marks=pytest.mark.requirement("RFC7644-3.12-15"), id="another"),
    pytest.param("", False, id="empty"),
    pytest.param("nonsense", False, id="nonsense"),
]


@pytest.mark.requirement("RFC7644-3.14-10", "RFC7644-3.14-11", "RFC7644-3.14-12")
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(("header", "names_it"), IF_MATCH)
@pytest.mark.parametrize("kind", ["User", "Group"])
def test_a_change_is_for_the_version_that_it_names(
    tenant: ScimTenant, method: str, header: str, names_it: bool, kind: str
) -> None:
    made = tenant.create_user("ada", displayName="x") if kind == "User" else tenant.create_group("x")
    path, now = f"/{kind}s/{made['id']}", made["meta"]["version"]
    bodies: dict[str, object] = {
        "PUT": {"schemas": [USER if kind == "User" else GROUP], "userName": "ada", "displayName": "y"},
        "PATCH": {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "displayName", "value": "y"}]},
        "DELETE": None,
    }
    tag = header.replace("NOW", now).replace("STRONG", now.removeprefix("W/"))
    answered = tenant.send(method, path, bodies[method], headers={"if-match": tag})
    if names_it:
        assert answered.status in (200, 204)
        assert tenant.send("GET", path).body != made
    else:
        assert answered.error == (412, None)
        assert tenant.send("GET", path).body == made
        assert tenant.send("GET", path, headers={"if-match": tag}).error == (412, None)


@pytest.mark.parametrize(("strong", "status"), [(False, 200), (True, 412)])
def test_weak_tags_may_match_no_change(tenant: ScimTenant, strong: bool, status: int) -> None:
    """AMB-32."""
    tenant.tenant.change_policy(strong_if_match=strong)
    ada = tenant.create_user("ada")
    path, now = f"/Users/{ada['id']}", ada["meta"]["version"]
    body = {"schemas": [USER], "userName": "ada"}
    assert tenant.send("PUT", path, body, headers={"if-match": now}).status == status
    assert tenant.send("PUT", path, body, headers={"if-match": "*"}).status == 200
    assert tenant.send("GET", path, headers={"if-none-match": now}).status == 304


def test_without_versions_there_is_none_anywhere(tenant: ScimTenant) -> None:
    tenant.tenant.change_policy(etag_supported=False)
    created = tenant.send("POST", "/Users", {"schemas": [USER], "userName": "ada"})
    team = tenant.create_group("Team", created.body["id"])
    path = f"/Users/{created.body['id']}"
    ignored = {"if-match": 'W/"old"', "if-none-match": "*"}
    answers = [
        created,
        tenant.send("GET", path, headers=ignored),
        tenant.send("PUT", path, {"schemas": [USER], "userName": "ada"}, headers=ignored),
        tenant.send("PATCH", path, {"schemas": [PATCH], "Operations": [{"op": "add", "value": {"title": "x"}}]}),
        tenant.send("GET", "/"),
        tenant.patch(f"/Groups/{team['id']}", {"op": "replace", "path": "displayName", "value": "T"}),
        *(tenant.send("GET", one, headers=ignored) for one in DISCOVERY),
    ]
    assert [one.status for one in answers] == [201, 200, 200, 200, 200, 204, *[200] * len(DISCOVERY)]
    assert [one.headers for one in answers if "etag" in one.headers] == []
    shown = [resource for one in answers if one.body for resource in (one.body, *one.body.get("Resources", ()))]
    assert [one for one in shown if "version" in one.get("meta", {})] == []
    assert tenant.send("GET", "/ServiceProviderConfig").body["etag"] == {"supported": False}


# Discovery


@pytest.mark.requirement(
    "RFC7643-5-02",
    "RFC7643-5-03",
    "RFC7643-5-04",
    "RFC7643-5-05",
    "RFC7643-5-06",
    "RFC7643-5-07",
    "RFC7643-5-08",
    "RFC7643-5-09",
    "RFC7643-5-11",
    "RFC7643-5-12",
    "RFC7643-5-13",
    "RFC7643-5-14",
    "RFC7643-5-15",
    "RFC7643-5-16",
    "RFC7644-2-04",
    "RFC7644-4-01",
    "RFC7644-4-02",
)
def test_the_configuration_tells_what_there_is(tenant: ScimTenant) -> None:
    answered = tenant.send("GET", "/ServiceProviderConfig")
    config = answered.body
    assert validate("ServiceProviderConfig", config) == []
    version = answered.headers["etag"]
    assert config == {
        "schemas": [CONFIG],
        "patch": {"supported": True},
        "bulk": {"supported": True, "maxOperations": 1_000, "maxPayloadSize": 4 * 1024 * 1024},
        "filter": {"supported": True, "maxResults": 1_000},
        "changePassword": {"supported": any(one["name"] == "password" for one in user_attributes(tenant))},
        "sort": {"supported": True},
        "etag": {"supported": True},
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "OAuth Bearer Token",
                "description": "A provisioning token, generated in the portal",
                "specUri": "https://www.rfc-editor.org/rfc/rfc6750",
            },
            {
                "type": "oauth2",
                "name": "OAuth 2.0 Client Credentials",
                "description": "An access token of the tenant's token endpoint, for a secret or a signed assertion",
                "specUri": "https://www.rfc-editor.org/rfc/rfc6749",
            },
        ],
        "pagination": {
            "cursor": True,
            "index": True,
            "defaultPaginationMethod": "index",
            "defaultPageSize": 100,
            "maxPageSize": 1_000,
            "cursorTimeout": 3_600,
        },
        "meta": {
            "resourceType": "ServiceProviderConfig",
            "location": f"{BASE}/ServiceProviderConfig",
            "version": version,
        },
    }
    assert answered.headers["location"] == config["meta"]["location"]


@pytest.mark.requirement("RFC7643-2.3.4-01")
def test_integers_have_neither_fraction_nor_exponent(tenant: ScimTenant) -> None:
    """Python compares 5 and 5.0 as equal; their JSON differs."""
    config, listed = tenant.send("GET", "/ServiceProviderConfig").body, tenant.send("GET", "/Users").body
    pagination = ("defaultPageSize", "maxPageSize", "cursorTimeout")
    told = [
        *(config["bulk"][name] for name in ("maxOperations", "maxPayloadSize")),
        config["filter"]["maxResults"],
        *(config["pagination"][name] for name in pagination),
        *(listed[name] for name in ("totalResults", "startIndex", "itemsPerPage")),
    ]
    assert json.dumps(told) == "[1000, 4194304, 1000, 100, 1000, 3600, 0, 1, 0]"
    assert [one for one in every_type(tenant) if one in ("integer", "decimal")] == []


def every_type(tenant: ScimTenant) -> Iterator[str]:
    """The type of each attribute of users and groups and their parts."""
    for urn in (USER, GROUP, ENTERPRISE):
        for attribute in tenant.send("GET", f"/Schemas/{urn}").body["attributes"]:
            yield from (one["type"] for one in (attribute, *attribute.get("subAttributes", ())))


def user_attributes(tenant: ScimTenant) -> list[dict[str, Any]]:
    return list(tenant.send("GET", f"/Schemas/{USER}").body["attributes"])


@pytest.mark.requirement("RFC7644-4-15")
@pytest.mark.parametrize(
    ("field", "told"),
    [
        ("patch_supported", ("patch", {"supported": False})),
        ("bulk_supported", ("bulk", {"supported": False, "maxOperations": 0, "maxPayloadSize": 0})),
        ("filter_supported", ("filter", {"supported": False, "maxResults": 1_000})),
        ("sort_supported", ("sort", {"supported": False})),
        ("etag_supported", ("etag", {"supported": False})),
        ("change_password_supported", ("changePassword", {"supported": False})),
        ("cursor_paging_supported", ("pagination", None)),
        (
            "index_paging_supported",
            (
                "pagination",
                {
                    "cursor": True,
                    "index": False,
                    "defaultPaginationMethod": "cursor",
                    "defaultPageSize": 100,
                    "maxPageSize": 1_000,
                    "cursorTimeout": 3_600,
                },
            ),
        ),
    ],
)
def test_the_configuration_follows_what_is_supported(tenant: ScimTenant, field: str, told: tuple[str, object]) -> None:
    before = tenant.send("GET", "/ServiceProviderConfig")
    tenant.tenant.change_policy(**{field: False})
    after = tenant.send("GET", "/ServiceProviderConfig", headers={"if-none-match": before.headers["etag"]})
    assert after.status == 200
    assert after.body.get(told[0]) == told[1]
    others = {name: value for name, value in before.body.items() if name not in (told[0], "meta")}
    assert {name: value for name, value in after.body.items() if name not in (told[0], "meta")} == others


def test_the_configuration_follows_the_limits(tenant: ScimTenant) -> None:
    tenant.tenant.change_limits(
        max_results=7, default_results=5, bulk_operations=3, bulk_payload_bytes=9, cursor_seconds=11
    )
    config = tenant.send("GET", "/ServiceProviderConfig").body
    assert config["filter"]["maxResults"] == 7
    assert config["bulk"] == {"supported": True, "maxOperations": 3, "maxPayloadSize": 9}
    paging = config["pagination"]
    assert (paging["defaultPageSize"], paging["maxPageSize"], paging["cursorTimeout"]) == (5, 7, 11)


@pytest.mark.requirement("RFC7643-5-10")
def test_no_list_is_longer_than_the_configuration_says(tenant: ScimTenant) -> None:
    tenant.tenant.change_limits(max_results=2)
    for name in "abc":
        tenant.create_user(name)
    for question in ({"count": 10}, {"count": 10, "filter": "userName pr"}):
        listed = tenant.send("GET", "/Users", **question).body
        assert (listed["totalResults"], len(listed["Resources"])) == (3, 2)


@pytest.mark.requirement("RFC7643-5-17")
@pytest.mark.parametrize("policy", POLICIES)
def test_how_to_authenticate_is_told_to_everyone(policy: str) -> None:
    with scim_tenant(policy) as tenant:
        known = tenant.send("GET", "/ServiceProviderConfig")
        for nobody in ({"authorization": ""}, {"authorization": "", "if-none-match": 'W/"x"'}):
            answered = tenant.send("GET", "/ServiceProviderConfig", headers=nobody)
            assert (answered.status, answered.body) == (200, known.body)
        assert tenant.send("HEAD", "/ServiceProviderConfig", headers={"authorization": ""}).status == 200
        wrong = tenant.send("GET", "/ServiceProviderConfig", headers={"authorization": "Bearer wrong"})
        assert wrong.error == (401, None)
        for method, path in (("POST", "/ServiceProviderConfig"), ("GET", "/Schemas"), ("GET", "/ResourceTypes")):
            assert tenant.send(method, path, headers={"authorization": ""}).error == (401, None)


@pytest.mark.requirement(
    "RFC7643-6-01",
    "RFC7643-6-02",
    "RFC7643-6-03",
    "RFC7643-6-04",
    "RFC7643-6-05",
    "RFC7643-6-06",
    "RFC7643-6-07",
    "RFC7643-6-08",
    "RFC7643-6-09",
    "RFC7643-6-12",
    "RFC7644-3.2-01",
    "RFC7644-4-06",
    "RFC7644-4-07",
    "RFC7644-4-08",
    "RFC7644-4-09",
    "RFC7644-4-10",
    "RFC7644-4-13",
    "RFC7644-4-14",
)
def test_the_resource_types_are_those_that_are_served(tenant: ScimTenant) -> None:
    ada = tenant.create_user("ada")
    team = tenant.create_group("Team")
    listed = tenant.send("GET", "/ResourceTypes").body
    kind = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
    assert listed == {
        "schemas": [LIST],
        "totalResults": 2,
        "itemsPerPage": 2,
        "startIndex": 1,
        "Resources": [
            {
                "schemas": [kind],
                "id": "User",
                "name": "User",
                "description": "User Account",
                "endpoint": "/Users",
                "schema": USER,
                "schemaExtensions": [{"schema": ENTERPRISE, "required": False}],
                "meta": listed["Resources"][0]["meta"],
            },
            {
                "schemas": [kind],
                "id": "Group",
                "name": "Group",
                "description": "Group",
                "endpoint": "/Groups",
                "schema": GROUP,
                "meta": listed["Resources"][1]["meta"],
            },
        ],
    }
    for one, resource in zip(listed["Resources"], (ada, team), strict=True):
        alone = tenant.send("GET", f"/ResourceTypes/{one['id']}")
        assert (alone.body, alone.headers["etag"]) == (one, one["meta"]["version"])
        assert one["meta"]["location"] == f"{BASE}/ResourceTypes/{one['id']}"
        assert resource["meta"]["resourceType"] == one["name"]
        assert tenant.send("GET", one["endpoint"], count=1).body["schemas"] == [LIST]
        for urn in (one["schema"], *(extension["schema"] for extension in one.get("schemaExtensions", ()))):
            assert tenant.send("GET", f"/Schemas/{urn}").body["id"] == urn
    for unknown in ("Nope", "user", "USER"):
        assert tenant.send("GET", f"/ResourceTypes/{unknown}").error == (404, None)


@pytest.mark.requirement("RFC7644-3.1-05", "RFC7644-3.1-08", "RFC7644-4-03", "RFC7644-4-04", "RFC7644-4-05")
def test_each_schema_is_there_whole_and_by_its_urn(tenant: ScimTenant) -> None:
    listed = tenant.send("GET", "/Schemas").body
    assert validate("ListResponse", listed) == []
    assert (listed["schemas"], listed["totalResults"]) == ([LIST], len(listed["Resources"]))
    assert [schema["name"] for schema in listed["Resources"]] == [
        "User",
        "Group",
        "EnterpriseUser",
        "Service Provider Configuration",
        "ResourceType",
        "Schema",
    ]
    for schema in listed["Resources"]:
        assert not schema["id"].startswith("urn:ietf:params:scim:api:")
        for urn in (schema["id"], schema["id"].upper()):
            alone = tenant.send("GET", f"/Schemas/{urn}")
            assert (alone.body, alone.headers["etag"]) == (schema, schema["meta"]["version"])
        assert schema["meta"]["location"] == f"{BASE}/Schemas/{schema['id']}"
    assert tenant.send("GET", "/Schemas/urn:x:none").error == (404, None)
    ada = tenant.create_user("ada", title="x", **{ENTERPRISE: {"department": "X"}})
    tenant.create_group("Team", ada["id"])
    declared = {one["name"] for one in user_attributes(tenant)} | {"schemas", "id", "externalId", "meta", ENTERPRISE}
    assert tenant.send("GET", f"/Users/{ada['id']}").body.keys() - declared == set()


@pytest.mark.requirement("RFC7644-4-11", "RFC7644-4-12")
@pytest.mark.parametrize("path", DISCOVERY)
def test_discovery_is_not_paged_sorted_or_filtered(tenant: ScimTenant, path: str) -> None:
    whole = tenant.send("GET", path).body
    ignored = {
        "startIndex": 2,
        "count": "x",
        "sortBy": "id",
        "sortOrder": "descending",
        "cursor": "",
        "attributes": "id",
    }
    assert tenant.send("GET", path, **ignored).body == whole
    assert tenant.send("GET", path, filter="id pr").error == (403, None)


@pytest.mark.parametrize("path", DISCOVERY)
def test_discovery_is_not_sent_twice(tenant: ScimTenant, path: str) -> None:
    version = tenant.send("GET", path).headers["etag"]
    again = tenant.send("GET", path, headers={"if-none-match": version})
    assert (again.status, again.body, again.headers) == (304, None, {"etag": version})
    assert tenant.send("GET", path, headers={"if-none-match": 'W/"other"'}).status == 200
    assert tenant.send("GET", path, headers={"if-match": 'W/"other"'}).error == (412, None)


@pytest.mark.requirement("RFC7643-6-11")
def test_an_extension_may_be_left_out(tenant: ScimTenant) -> None:
    ada = tenant.create_user("ada")
    assert (ada["schemas"], ENTERPRISE in ada) == ([USER], False)


# /Me


class _Bound:
    """Knows one caller, who is a user."""

    def __init__(self, user_name: str | None) -> None:
        self._caller = Caller("Entra ID", user_name)

    def authenticate(self, secret: str) -> Caller:
        return self._caller


@pytest.fixture
def me(tenant: ScimTenant) -> ScimTenant:
    """A tenant that is called by its user ada."""
    tenant.tenant.callers = _Bound("Ada")  # type: ignore[assignment]
    return tenant


@pytest.mark.requirement("RFC7644-3.11-01", "RFC7644-3.11-04", "RFC7644-3.11-05", "RFC7644-3.11-06")
def test_me_is_the_callers_own_user(me: ScimTenant) -> None:
    ada, grace = me.create_user("ada", title="Lady"), me.create_user("grace")
    home = f"{BASE}/Users/{ada['id']}"
    got = me.send("GET", "/Me")
    assert (got.status, got.body, got.headers["location"]) == (200, ada, home)
    assert (got.headers["etag"], me.send("HEAD", "/Me").headers) == (ada["meta"]["version"], got.headers)
    assert sorted(me.send("GET", "/Me", attributes="title").body) == ["id", "schemas", "title"]
    unchanged = me.send("GET", "/Me", headers={"if-none-match": ada["meta"]["version"]})
    assert (unchanged.status, unchanged.headers["location"]) == (304, home)
    changed = me.patch("/Me", {"op": "replace", "path": "title", "value": "Countess"})
    assert (changed.status, changed.body["title"], changed.headers["location"]) == (200, "Countess", home)
    stale = me.send("PUT", "/Me", {"schemas": [USER], "userName": "ada"}, headers={"if-match": ada["meta"]["version"]})
    assert (stale.error, stale.headers["location"]) == ((412, None), home)
    refused = me.send("PUT", "/Me", {"schemas": [USER], "userName": "grace"})
    assert (refused.error, refused.headers["location"]) == ((409, "uniqueness"), home)
    assert me.send("GET", f"/Users/{ada['id']}").body == changed.body
    put = me.send("PUT", "/Me", {"schemas": [USER], "userName": "ada"})
    assert (put.status, "title" in put.body, put.headers["location"]) == (200, False, home)
    deleted = me.send("DELETE", "/Me")
    assert (deleted.status, deleted.headers["location"]) == (204, home)
    assert me.send("GET", "/Me").error == (404, None)
    assert me.send("GET", "/Users").body["Resources"] == [grace]


@pytest.mark.requirement("RFC7644-3.11-07")
def test_a_caller_creates_its_own_user_and_no_other(me: ScimTenant) -> None:
    assert me.send("POST", "/Me", {"schemas": [USER], "userName": "grace"}).error == (403, None)
    assert me.send("POST", "/Me", {"schemas": [GROUP], "displayName": "ada"}).error == (403, None)
    made = me.send("POST", "/Me", {"schemas": [USER], "userName": "ada"})
    assert (made.status, made.headers["location"]) == (201, f"{BASE}/Users/{made.body['id']}")
    assert me.send("POST", "/Me", {"schemas": [USER], "userName": "ADA"}).error == (409, "uniqueness")
    assert me.send("GET", "/Users").body["Resources"] == [made.body]


def test_a_second_user_name_in_a_body_makes_nobody_else(me: ScimTenant) -> None:
    spelled_twice = {"schemas": [USER], "userName": "ada", "USERNAME": "mallory"}
    assert me.send("POST", "/Me", spelled_twice).error == (403, None)
    me.tenant.change_policy(flattened_names=True)
    for below_the_urn in ({USER: {"userName": "mallory"}}, {f"{USER}:userName": "mallory"}):
        assert me.send("POST", "/Me", {"schemas": [USER], "userName": "ada", **below_the_urn}).error == (403, None)
    assert me.send("GET", "/Users").body["totalResults"] == 0
    assert me.send("POST", "/Me", {"schemas": [USER], "USERNAME": "ADA", "userName": "ada"}).status == 201


@pytest.mark.requirement("RFC7644-3.11-02")
@pytest.mark.parametrize(("reading", "status"), [("501", 501), ("404", 404)])
@pytest.mark.parametrize(("user_name", "supported"), [(None, True), ("ada", False)])
def test_where_there_is_no_me(
    tenant: ScimTenant, reading: str, status: int, user_name: str | None, supported: bool
) -> None:
    """AMB-30."""
    ada = tenant.create_user("ada")
    tenant.tenant.callers = _Bound(user_name)  # type: ignore[assignment]
    tenant.tenant.change_policy(unsupported_me=reading, me_supported=supported)
    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"):
        assert tenant.send(method, "/Me", {"schemas": [USER], "userName": "ada"}).error == (status, None)
    assert tenant.send("GET", "/Users").body["Resources"] == [ada]


def test_me_refuses_what_a_resource_refuses(me: ScimTenant) -> None:
    me.create_user("ada")
    answered = me.send("TRACE", "/Me")
    assert (answered.error, answered.headers["allow"]) == ((405, None), "GET, HEAD, PUT, PATCH, DELETE, POST")
    me.tenant.change_policy(patch_supported=False)
    assert me.patch("/Me", {"op": "remove", "path": "title"}).error == (501, None)


# Names that are compared


COMPOSED, DECOMPOSED, WIDE = "Zo\u00eb", "Zoe\u0308", "\uff3a\uff4f\u00eb"


@pytest.mark.requirement("RFC7644-5-01", "RFC7644-5-03")
@pytest.mark.parametrize("other", [DECOMPOSED, WIDE, COMPOSED.upper(), DECOMPOSED.upper()])
def test_names_are_prepared_before_they_are_compared(tenant: ScimTenant, other: str) -> None:
    zoe, grace = tenant.create_user(COMPOSED), tenant.create_user("grace")
    assert tenant.send("POST", "/Users", {"schemas": [USER], "userName": other}).error == (409, "uniqueness")
    renamed = {"schemas": [USER], "userName": other}
    assert tenant.send("PUT", f"/Users/{grace['id']}", renamed).error == (409, "uniqueness")
    assert tenant.user_names(filter=f'userName eq "{other}"') == [COMPOSED]
    assert tenant.send("GET", "/Users").body["Resources"] == [zoe, grace]


# Tenants


@pytest.mark.requirement(
    "RFC7644-6-01", "RFC7644-6-02", "RFC7644-6.1-01", "RFC7644-6.1-02", "RFC7644-6.2-01", "RFC7644-6.2-02"
)
def test_tenants_do_not_meet(tenant: ScimTenant) -> None:
    other = ScimTenant(tenant.tenants, tenant.tenants.create("acme"))
    assert (tenant.tenant.scim_path, other.tenant.scim_path) == ("/scim/v2", "/tenants/acme/scim/v2")
    ada = tenant.create_user("ada", externalId="7")
    own = other.create_user("ada", externalId="7")
    path = f"/Users/{ada['id']}"
    for method, body in (("GET", None), ("PUT", {"schemas": [USER], "userName": "eve"}), ("DELETE", None)):
        assert other.send(method, path, body).error == (404, None)
    stranger = {"schemas": [GROUP], "displayName": "Team", "members": [{"value": ada["id"]}]}
    assert other.send("POST", "/Groups", stranger).error == (400, "invalidValue")
    assert other.send("GET", "/").body["Resources"] == [own]
    assert tenant.send("GET", "/").body["Resources"] == [ada]
    wrong = {"authorization": f"Bearer {tenant.secret}"}
    assert other.send("GET", "/Users", headers=wrong).error == (401, None)
