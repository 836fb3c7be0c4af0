"""Profiles: which requirements count, how heavily, and what does not apply to an endpoint that is not ours."""

import pytest

from scimulate.harness.catalogue import load_catalogue
from scimulate.harness.faults import SettingsError
from scimulate.harness.profile import load_profile, profile_names
from scimulate.harness.verdict import Verdict

NO_PORTAL = "the endpoint under test has no administrator portal that this judge can drive"


def test_an_unknown_profile_is_answered_with_the_accepted_ones() -> None:
    with pytest.raises(SettingsError) as refused:
        load_profile("okta")
    assert str(refused.value) == (
        "profile: there is no 'okta'; accepted are entra, entra-gallery, ivanti-r118, ivanti-r119, rfc"
    )


def test_a_path_is_no_profile() -> None:
    with pytest.raises(SettingsError, match="there is no"):
        load_profile("../profiles/entra")


@pytest.mark.parametrize("name", profile_names())
def test_every_profile_weighs_every_level(name: str) -> None:
    profile = load_profile(name)
    entries = [entry for entry in load_catalogue().values() if entry.id not in profile.overrides]
    weighed = {entry.level: profile.verdict_when_broken(entry) for entry in entries}
    assert {level: weighed[level] for level in ("MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "MAY", "INFO")} == {
        "MUST": Verdict.FAILED,
        "MUST NOT": Verdict.FAILED,
        "SHOULD": Verdict.WARNING,
        "SHOULD NOT": Verdict.WARNING,
        "MAY": Verdict.INFO,
        "INFO": Verdict.INFO,
    }
    assert (profile.name, bool(profile.question), profile.not_applicable(["portal"], bundled=False)) == (
        name,
        True,
        NO_PORTAL,
    )


def test_policies() -> None:
    assert {name: load_profile(name).policy for name in profile_names()} == {
        "entra": "entra",
        "entra-gallery": "entra",
        "ivanti-r118": "ivanti-r118",
        "ivanti-r119": "ivanti-r119",
        "rfc": "strict",
    }


def test_what_is_implied_fails_only_where_the_text_has_one_reading() -> None:
    profile = load_profile("rfc")
    implied = [requirement for requirement in load_catalogue().values() if requirement.level == "implied"]
    assert {(bool(entry.ambiguity), profile.verdict_when_broken(entry)) for entry in implied} == {
        (False, Verdict.FAILED),
        (True, Verdict.INFO),
    }


def test_families() -> None:
    probes = ("SEED-049", "ENTRA-105", "IVANTI-040", "RFC7644-3.3-09")
    assert {name: [load_profile(name).judges(probe) for probe in probes] for name in profile_names()} == {
        "entra": [True, True, False, True],
        "entra-gallery": [False, True, False, False],
        "ivanti-r118": [True, True, True, True],
        "ivanti-r119": [True, True, True, True],
        "rfc": [False, False, False, True],
    }


def test_by_default_our_own_servers_are_held_to_everything() -> None:
    judged = {name: load_profile(name).judges("IVANTI-040", bundled=True) for name in profile_names()}
    assert judged == {"entra": True, "entra-gallery": False, "ivanti-r118": True, "ivanti-r119": True, "rfc": False}


def test_a_portal_scenario_applies_to_our_servers_only() -> None:
    profile = load_profile("entra")
    tags = ["portal", "SEED-027"]
    assert profile.not_applicable(tags, bundled=False) == NO_PORTAL
    assert profile.not_applicable(tags, bundled=True) is None
    assert profile.not_applicable(["protocol"], bundled=False) is None


@pytest.mark.parametrize(
    ("profile", "verdict"), [("entra", "failed"), ("ivanti-r119", "info"), ("ivanti-r118", "info")]
)
def test_what_a_product_does_otherwise_on_purpose_is_no_failure(profile: str, verdict: str) -> None:
    """IVANTI-036: of the enterprise extension only the department is kept, so no manager."""
    assert load_profile(profile).verdict_when_broken(load_catalogue()["ENTRA-191"]) == verdict


@pytest.mark.parametrize("name", profile_names())
def test_an_override_is_about_a_known_requirement(name: str) -> None:
    assert [identifier for identifier in load_profile(name).overrides if identifier not in load_catalogue()] == []


def test_another_releases_behaviour_is_judged_under_its_own_profile() -> None:
    tags = ["policy-ivanti-r118"]
    reason = "documented behaviour of Ivanti Neurons for MDM R118; judged under the profile ivanti-r118"
    assert load_profile("ivanti-r119").not_applicable(tags, bundled=False) == reason
    assert load_profile("ivanti-r118").not_applicable(tags, bundled=False) is None


def test_a_profile_of_a_product_names_its_release_and_source() -> None:
    assert {name: load_profile(name).described for name in profile_names()} == {
        "entra": "entra",
        "entra-gallery": "entra-gallery",
        "ivanti-r118": 'ivanti-r118 (release R118, "User Provisioning with SCIM" of 2026-02)',
        "ivanti-r119": 'ivanti-r119 (release R119, "Synchronize Entra ID with Ivanti Neurons for MDM" of 2025-12-10)',
        "rfc": "rfc",
    }


@pytest.mark.parametrize(
    ("profile", "tags", "other"),
    [
        pytest.param("ivanti-r119", ["policy-ivanti-r118"], "ivanti-r118", id="another release"),
        pytest.param("ivanti-r119", ["policy-ivanti-r119"], None, id="its own"),
        pytest.param("ivanti-r119", ["policy-ivanti-r118", "policy-ivanti-r119"], None, id="rows of both"),
        pytest.param("ivanti-r119", ["policy-strict"], None, id="no release"),
        pytest.param("entra", ["policy-ivanti-r118"], None, id="a profile of no release"),
    ],
)
def test_the_release_of_a_scenario(profile: str, tags: list[str], other: str | None) -> None:
    found = load_profile(profile).other_release(tags)
    assert (found.name if found else None) == other
