"""What is just small enough is answered, and what is one larger refused: nothing of it is done. And texts of JSON that
are no values of ours."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from scimulate.mock_servers.scim import limits
from scimulate.mock_servers.scim.errors import ScimError
from scimulate.mock_servers.scim.limits import parse_json
from tests.scim_tenant import GROUP, USER, ScimTenant, scim_tenant

BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
TOO_LARGE = (413, None)


@pytest.fixture(params=["strict", "entra"])
def tenant(request: pytest.FixtureRequest) -> Iterator[ScimTenant]:
    with scim_tenant(request.param) as made:
        made.create_user("ada", title="Countess")
        yield made


def _of_bytes(size: int) -> str:
    """A filter, mostly of characters of two bytes."""
    start = 'title eq "'
    room = size - len(start) - 1
    return start + "é" * (room // 2) + "e" * (room % 2) + '"'


@pytest.mark.parametrize(
    ("make", "most"),
    [
        (_of_bytes, limits.FILTER_BYTES),
        (lambda depth: "(" * depth + "title pr" + ")" * depth, limits.FILTER_DEPTH),
        (lambda depth: "not (" * depth + "title pr" + ")" * depth, limits.FILTER_DEPTH),
        (lambda depth: "(" * (depth - 1) + "emails[type pr]" + ")" * (depth - 1), limits.FILTER_DEPTH),
        (lambda count: " or ".join(["title pr"] * count), limits.FILTER_TERMS),
        (lambda count: f"emails[{' or '.join(['type pr'] * count)}]", limits.FILTER_TERMS),
    ],
    ids=["bytes", "groups", "negations", "brackets", "terms", "terms in brackets"],
)
def test_a_filter_has_a_largest_size(tenant: ScimTenant, make: Callable[[int], str], most: int) -> None:
    assert tenant.send("GET", "/Users", filter=make(most)).status == 200
    assert tenant.send("GET", "/Users", filter=make(most + 1)).error == (400, "invalidFilter")


def test_depth_is_of_one_branch_and_not_of_all(tenant: ScimTenant) -> None:
    """Groups that stand beside each other are none within another."""
    beside = " and ".join(["(title pr)"] * (limits.FILTER_DEPTH + 1) + ["emails[type pr]"])
    assert tenant.send("GET", "/Users", filter=beside).status == 200


def test_json_has_a_largest_depth() -> None:
    most = limits.JSON_DEPTH
    assert parse_json(b"[" * most + b"]" * most) is not None
    for one_deeper in (b"[" * (most + 1) + b"]" * (most + 1), b'{"a":' * (most + 1) + b"1" + b"}" * (most + 1)):
        with pytest.raises(ScimError, match=f"deeper than {most} levels"):
            parse_json(one_deeper)


def _group(members: int) -> dict[str, Any]:
    listed = [{"value": f"nobody {number}"} for number in range(members)]
    return {"schemas": [GROUP], "displayName": "Crowd", "members": listed}


def test_a_request_names_so_many_members_at_most(tenant: ScimTenant) -> None:
    ids = [tenant.put_in("User", "SCIM", userName=f"user {number}") for number in range(10)]
    # The same members over and over are as many to look at.
    body = {**_group(0), "members": [{"value": ids[number % 10]} for number in range(limits.MEMBERS)]}
    assert tenant.send("POST", "/Groups", body).status == 201
    for refused in ({**body, "members": [*body["members"], {"value": ids[0]}]}, _group(limits.MEMBERS + 1)):
        assert tenant.send("POST", "/Groups", refused).error == TOO_LARGE
    assert tenant.send("GET", "/Groups").body["totalResults"] == 1


def test_a_request_gives_an_attribute_so_many_values_at_most(tenant: ScimTenant) -> None:
    emails = [{"value": f"ada{number}@contoso.test"} for number in range(limits.VALUES + 1)]
    ada = tenant.create_user("joan", emails=emails[:-1])
    assert ada["emails"] == emails[:-1]
    body = {"schemas": [USER], "userName": "grace", "emails": emails}
    assert tenant.send("POST", "/Users", body).error == TOO_LARGE
    replaced = tenant.patch(f"/Users/{ada['id']}", {"op": "replace", "path": "emails", "value": emails})
    assert replaced.error == TOO_LARGE
    assert tenant.send("GET", f"/Users/{ada['id']}").body == ada


def test_a_patch_holds_so_many_operations_at_most(tenant: ScimTenant) -> None:
    path = f"/Users/{tenant.create_user('grace')['id']}"
    operations = [{"op": "replace", "path": "title", "value": str(number)} for number in range(1, 1_002)]
    done = tenant.patch(path, *operations[: limits.PATCH_OPERATIONS])
    assert (done.status, done.body["title"]) == (200, str(limits.PATCH_OPERATIONS))
    assert tenant.patch(path, *operations).error == TOO_LARGE
    assert tenant.send("GET", path).body == done.body


def test_a_bulk_job_holds_so_many_operations_at_most(tenant: ScimTenant) -> None:
    def sent(count: int) -> dict[str, Any]:
        gone = [{"method": "DELETE", "path": f"/Users/nobody-{number}"} for number in range(count)]
        return {"schemas": [BULK], "Operations": gone}

    done = tenant.send("POST", "/Bulk", sent(limits.BULK_OPERATIONS))
    assert done.status == 200
    assert [each["status"] for each in done.body["Operations"]] == ["404"] * limits.BULK_OPERATIONS
    assert tenant.send("POST", "/Bulk", sent(limits.BULK_OPERATIONS + 1)).error == TOO_LARGE


SURROGATES = (rb"\ud800", rb"\udfff", rb"\udfff\ud800", rb"\ud800x")


@pytest.mark.parametrize("escape", SURROGATES, ids=str)
def test_half_a_character_is_no_text(tenant: ScimTenant, escape: bytes) -> None:
    before = tenant.send("GET", "/Users").body
    body = b'{"schemas": ["%s"], "userName": "x%s"}' % (USER.encode(), escape)
    assert tenant.send("POST", "/Users", body).error == (400, "invalidSyntax")
    text = f'userName eq "{escape.decode()}"'
    assert tenant.send("GET", "/Users", filter=text).error == (400, "invalidFilter")
    assert tenant.send("GET", "/Users").body == before


@pytest.mark.parametrize(
    "number", [b"1e400", b"-1e400", b"9" * 400, b"NaN", b"Infinity", b"0x10", b"1_000", b"01"], ids=str
)
@pytest.mark.parametrize("place", ["title", "unheardOf", "active", "schemas", "failOnErrors"])
def test_a_number_that_nothing_can_hold_is_no_value(tenant: ScimTenant, number: bytes, place: str) -> None:
    before = tenant.send("GET", "/Users").body
    body = b'{"schemas": ["%s"], "userName": "x", "%s": %s}' % (USER.encode(), place.encode(), number)
    answered = tenant.send("POST", "/Users", body)
    if answered.status == 201:
        # What the schema does not know is left out, however large.
        assert (place in answered.body, place) in ((False, "unheardOf"), (False, "failOnErrors"))
        return
    assert answered.error in ((400, "invalidSyntax"), (400, "invalidValue"))
    assert tenant.send("GET", "/Users").body == before


def test_nul_is_a_character_like_others_or_none(tenant: ScimTenant) -> None:
    """Nothing ends at it: a name is never found by the part before it."""
    answered = tenant.send("POST", "/Users", {"schemas": [USER], "userName": "grace\0hopper", "displayName": "a\0b"})
    if answered.status == 201:
        assert tenant.send("GET", f"/Users/{answered.body['id']}").body["userName"] == "grace\0hopper"
        assert tenant.user_names(filter='userName eq "grace\\u0000hopper"') == ["grace\0hopper"]
        assert tenant.user_names(filter='displayName sw "a\\u0000"') == ["grace\0hopper"]
        assert tenant.user_names(filter='displayName co "\\u0000b"') == ["grace\0hopper"]
        assert tenant.user_names(filter='displayName eq "a"') == []
    else:
        assert answered.error == (400, "invalidValue")
    assert tenant.user_names(filter='userName eq "grace"') == []
    assert tenant.send("GET", "/Users", filter='userName eq "grace\0hopper"').error == (400, "invalidFilter")
    assert tenant.send("POST", "/Users", b'{"userName": "grace\0hopper"}').error == (400, "invalidSyntax")
