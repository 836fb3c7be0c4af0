"""Ids and keys of stored rows."""

import uuid

import pytest

from scimulate.mock_servers.scim.rows import Ids, keys_of


def test_ids_are_version_7_uuids_that_grow_also_when_the_clock_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([2_000_000_000_000_000_000, 2_000_000_000_000_000_000, 1_999_999_999_000_000_000])
    monkeypatch.setattr("time.time_ns", lambda: next(moments))
    made = Ids()
    ids = [made.next() for _ in range(3)]
    assert ids == sorted(set(ids))
    assert {uuid.UUID(one).version for one in ids} == {7}
    assert {uuid.UUID(one).variant for one in ids} == {uuid.RFC_4122}


@pytest.mark.parametrize(
    ("kind", "document", "keys"),
    [
        ("User", {"userName": "Ada"}, (None, "ada", None, None, None)),
        (
            "User",
            {"userName": "ADA", "externalId": "E", "displayName": "Ada L", "emails": [{"value": "1"}]},
            ("E", "ada", "ada l", "Ada L", "1"),
        ),
        (
            "User",
            {"userName": "a", "emails": [{"value": "1"}, {"value": "2", "primary": True}]},
            (None, "a", None, None, "2"),
        ),
        ("User", {"userName": "a", "emails": [{"type": "work"}]}, (None, "a", None, None, None)),
        ("Group", {"displayName": "Eng", "userName": "x"}, (None, None, "eng", "Eng", None)),
    ],
)
def test_a_row_is_found_by(kind: str, document: dict[str, object], keys: tuple[str | None, ...]) -> None:
    assert keys_of(kind, document) == keys
