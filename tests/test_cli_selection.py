"""`--select`: requirement ids, tags and feature paths; each adds to the others."""

import pytest

from scimulate.cli.plan import refuse_other_release
from scimulate.cli.selection import is_chosen
from scimulate.harness.faults import SettingsError
from scimulate.harness.profile import load_profile

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


R118 = ["policy-ivanti-r118", "IVANTI-061"]


@pytest.mark.parametrize(
    ("term", "chosen"),
    [
        pytest.param(
            "policy-ivanti-r118", [R118, [*R118, "policy-ivanti-r119"]], id="by the tag, rows of both among them"
        ),
        pytest.param("@Policy-Ivanti-R118", [R118], id="by the tag as it is written"),
        pytest.param("features/provisioning/names.feature", [R118, R118], id="by a feature of that release"),
    ],
)
def test_scenarios_of_another_release_are_refused_when_they_are_asked_for(term: str, chosen: list[list[str]]) -> None:
    with pytest.raises(SettingsError) as refused:
        refuse_other_release(term, chosen, load_profile("ivanti-r119"))
    assert str(refused.value) == (
        f"select: {term!r} is about release R118, and the profile ivanti-r119 judges R119; give --profile ivanti-r118"
    )


@pytest.mark.parametrize(
    ("profile", "chosen"),
    [
        pytest.param("ivanti-r118", [R118], id="the profile of that release"),
        pytest.param("entra", [R118], id="a profile of no release"),
        pytest.param("ivanti-r119", [R118, TAGS], id="among others"),
        pytest.param("ivanti-r119", [], id="none"),
    ],
)
def test_what_belongs_to_the_profile_may_be_asked_for(profile: str, chosen: list[list[str]]) -> None:
    refuse_other_release("term", chosen, load_profile(profile))
