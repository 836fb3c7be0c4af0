"""Whatever is sent to the portal, it answers with a status below 500 and, in its JSON, a code and a sentence."""

from collections.abc import Iterator
from urllib.parse import quote

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.portal_site import Mdm

TEXTS = some.text(max_size=30)
READ = ["scim", "users", "groups", "audit", "users/{}", "groups/{}"]
CHANGED = ["tokens", "users", "tokens/{}/renew", "tokens/{}/activate", "tokens/{}"]
VALUES = some.recursive(
    some.none()
    | some.booleans()
    | some.integers(-(2**63), 2**64 - 1)
    | some.text(some.characters(exclude_categories=["Cs"])),
    lambda inner: (
        some.lists(inner, max_size=3)
        | some.dictionaries(some.sampled_from(["confirm", "provider", "user_name", "email"]), inner)
    ),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def mdm() -> Iterator[Mdm]:
    mdm = Mdm()
    yield mdm
    mdm.database.close()


@settings(max_examples=80, derandomize=True, deadline=None, database=None)
@given(path=some.sampled_from(READ), part=TEXTS, search=TEXTS, page=TEXTS | some.integers(), json=some.booleans())
def test_whatever_is_asked_is_answered(
    mdm: Mdm, path: str, part: str, search: str, page: str | int, json: bool
) -> None:
    where = "/portal/api/" if json else "/portal/"
    query = f"search={_quoted(search)}&page={_quoted(str(page))}"
    answer = mdm.client.get(f"{where}{path.format(_quoted(part))}?{query}")
    assert answer.status_code in (200, 303, 307, 400, 404, 405)


@settings(max_examples=80, derandomize=True, deadline=None, database=None)
@given(
    path=some.sampled_from(CHANGED),
    part=TEXTS,
    method=some.sampled_from(["POST", "DELETE", "PUT"]),
    body=some.binary(max_size=60) | VALUES.map(orjson.dumps),
)
def test_whatever_is_sent_is_answered(mdm: Mdm, path: str, part: str, method: str, body: bytes) -> None:
    answer = mdm.client.send(method, f"/portal/api/{path.format(_quoted(part))}", content=body)
    assert answer.status_code in (201, 307, 400, 404, 405, 409)
    if answer.status_code >= 400:
        assert sorted(answer.json()) == ["code", "message"]


@settings(max_examples=80, derandomize=True, deadline=None, database=None)
@given(
    path=some.sampled_from(["users/add", "admin/scim/generate", "admin/scim/tokens/x/remove", "users/x/remove"]),
    body=some.binary(max_size=60)
    | some.dictionaries(some.sampled_from(["user_name", "confirmation", "provider"]), TEXTS).map(
        lambda fields: "&".join(f"{name}={_quoted(value)}" for name, value in fields.items()).encode()
    ),
)
def test_whatever_form_is_sent_is_answered(mdm: Mdm, path: str, body: bytes) -> None:
    answer = mdm.client.send("POST", f"/portal/{path}", content=f"csrf={mdm.client.csrf}&".encode() + body)
    assert answer.status_code in (303, 400, 403, 404, 409)


def _quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")
