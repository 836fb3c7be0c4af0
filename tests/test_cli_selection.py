"""`--select`: requirement ids, tags and feature paths; each adds to the others."""

import pytest

from scimulate.cli.selection import is_chosen

NODE = "features/portal/tokens.feature::A third token is refused"
TAGS = ["portal", "SEED-027", "smoke"]


@pytest.mark.parametrize(
    "term",
    [
        *("SEED-027", "seed-027", "@SEED-027", "SEED-*", "smoke", "portal"),
        *("features", "features/", "features/portal", "portal/tokens", "portal/tokens.feature"),
        *("./features/portal/tokens.feature", "features/portal/tokens.feature::A third token is refused"),
    ],
)
def test_what_fits(term: str) -> None:
    assert is_chosen([term], TAGS, NODE)


@pytest.mark.parametrize(
    "term",
    [
        *("SEED-02", "SEED", "smok", "entra", "tokens", "portal/token", "features/port"),
        *("/etc/passwd", "features/portal/tokens.feature::A second token"),
    ],
)
def test_what_does_not(term: str) -> None:
    assert not is_chosen([term], TAGS, NODE)


def test_one_of_several_is_enough() -> None:
    assert is_chosen(["ENTRA-001", "smoke"], TAGS, NODE)
