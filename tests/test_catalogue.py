"""The catalogue: complete, of one shape, and tied to the features by their tags."""

import re
from collections import Counter
from pathlib import Path
from textwrap import dedent

import pytest

from scimulate.harness.catalogue import Catalogue, Requirement, family_of, load_catalogue
from scimulate.harness.catalogue_views import as_json, as_lines, explain, scenarios_by_requirement
from scimulate.harness.faults import HarnessError
from scimulate.harness.profile import load_profile


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


def test_every_statement_of_the_procedure_and_every_negative_is_there(catalogue: Catalogue) -> None:
    assert [name for name in catalogue if name.startswith("SEED-")] == [f"SEED-{number:03}" for number in range(67)]
    assert [name for name in catalogue if name.startswith("NEG-")] == [f"NEG-{number:02}" for number in range(1, 63)]
    assert [name for name in catalogue if name.startswith("IVANTI-")] == [f"IVANTI-{n:03}" for n in range(1, 100)]


def test_every_requirement_of_the_rfcs_is_there(catalogue: Catalogue) -> None:
    families = Counter(map(family_of, catalogue))
    assert {name: families[name] for name in ("RFC7643", "RFC7644", "RFC9865")} == {
        "RFC7643": 227,
        "RFC7644": 555,
        "RFC9865": 48,
    }


def test_both_shapes_of_data_become_one() -> None:
    catalogue = load_catalogue()
    assert catalogue["SEED-027"] == Requirement(
        id="SEED-027",
        level="MUST",
        party="portal",
        source='Ivanti Neurons for MDM R119, "Synchronize Entra ID with Ivanti Neurons for MDM": generating a token',
        sentence="A tenant holds at most two tokens; a third is refused and the first two stay as they are.",
        why="The administrator hands Entra its URL and token from this page; when it misbehaves no connection can be "
        "made or kept.",
        how_to_fix="",
        needs="portal",
    )
    assert catalogue["RFC7644-3.5.2-07"] == Requirement(
        id="RFC7644-3.5.2-07",
        level="implied",
        party="server",
        source="RFC 7644, section 3.5.2",
        sentence="op is add, remove or replace.",
        why="Entra changes users and groups by PATCH alone; what this gets wrong is stored wrong, often under a "
        "success answer.",
        how_to_fix='Make this hold: op "frobnicate" -> 400 (scimType not checked), nothing changed',
        test='op "frobnicate" -> 400 (scimType not checked), nothing changed',
        applies_when="patch.supported",
        destructive=True,
    )


def test_whoever_must_comply_is_told_how_and_why(catalogue: Catalogue) -> None:
    lacking = [
        requirement.id
        for requirement in catalogue.values()
        if not (requirement.sentence and requirement.why and requirement.source)
        or (requirement.party == "server" and not requirement.how_to_fix)
        or requirement.party not in ("server", "portal", "client")
        or requirement.level not in ("MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "MAY", "implied", "INFO")
    ]
    assert lacking == []


def test_what_only_a_review_can_decide_is_called_untestable(catalogue: Catalogue) -> None:
    assert catalogue["RFC7644-2.1-03"].untestable == "not decidable over HTTP; it is for a review of the implementation"
    assert catalogue["RFC7643-7-04"].untestable == "the text allows every answer; there is nothing that could fail"
    assert catalogue["RFC7644-3.5.2-07"].untestable is None


MOST_ARGUED = 20


def documented(catalogue: Catalogue) -> list[Requirement]:
    return [each for each in catalogue.values() if family_of(each.id) in ("SEED", "IVANTI", "NEG")]


def test_every_documented_requirement_is_proven_by_a_scenario_or_argued(catalogue: Catalogue) -> None:
    proven = scenarios_by_requirement()
    assert [each.id for each in documented(catalogue) if each.id not in proven and not each.untestable] == []


def test_few_of_the_documented_requirements_are_argued_and_none_of_them_is_tested(catalogue: Catalogue) -> None:
    argued = {each.id for each in documented(catalogue) if each.untestable}
    assert len(argued) <= MOST_ARGUED
    assert argued.intersection(scenarios_by_requirement()) == set()


def test_what_the_bundled_servers_only_hint_at_is_said(catalogue: Catalogue) -> None:
    thin = catalogue["IVANTI-068"].thin
    assert thin == "no LDAP server is connected; the portal holds the switch alone"
    assert f"Thin: {thin}." in " ".join(explain(catalogue["IVANTI-068"], {}, load_profile("entra")).split())


def test_what_no_scenario_can_observe_is_explained_by_its_reason(catalogue: Catalogue) -> None:
    text = " ".join(explain(catalogue["SEED-000"], {}, load_profile("entra")).split())
    assert "Not tested: it is about the head of this judge's own report, which names profile, release and" in text
    assert "No scenario proves it yet." not in text


def test_every_tag_of_a_feature_that_looks_like_an_id_is_a_requirement(catalogue: Catalogue) -> None:
    tags = [tag for tag in scenarios_by_requirement() if re.fullmatch(r"[A-Z][A-Z0-9]+-[\d.-]+", tag)]
    assert tags
    assert [tag for tag in tags if tag not in catalogue] == []


def test_an_id_is_found_whatever_its_letter_case(catalogue: Catalogue) -> None:
    assert catalogue.find("seed-027") is catalogue["SEED-027"]


def test_a_misspelt_id_is_answered_with_near_ones(catalogue: Catalogue) -> None:
    with pytest.raises(HarnessError) as refused:
        catalogue.find("SEED-27")
    assert str(refused.value) == (
        "no requirement 'SEED-27'; there are SEED-000, SEED-001, SEED-002, SEED-003, SEED-004, SEED-005, …"
    )


ENTRY = "- {id: NEG-01, sentence: s, level: MUST, party: portal, source: x, why: y, needs: null}\n"


def test_an_id_that_stands_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "topics.yaml").write_text("{}")
    (tmp_path / "a.yaml").write_text(ENTRY)
    (tmp_path / "b.yaml").write_text(ENTRY)
    with pytest.raises(HarnessError, match=r"b\.yaml: NEG-01 stands twice in the catalogue"):
        load_catalogue(tmp_path)


def test_the_version_changes_with_the_data(tmp_path: Path) -> None:
    versions = set()
    for name, text in (("one", ENTRY), ("two", ENTRY.replace("MUST", "MAY"))):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "topics.yaml").write_text("{}")
        (folder / "a.yaml").write_text(text)
        versions.add(load_catalogue(folder).version)
    assert len(versions) == 2


FEATURE = """\
    # language: ja
    @SEED-001
    機能: トークン
      @SEED-002
      ルール: 二つまで
        @SEED-003
        シナリオアウトライン: <n>個
          前提 トークンがある

          @SEED-004
          例:
            | n |
            | 1 |
      シナリオ: もう一つ
        前提 トークンがある
    """


def test_tags_hold_for_everything_below_them_in_any_language(tmp_path: Path) -> None:
    (tmp_path / "portal").mkdir()
    (tmp_path / "portal" / "tokens.feature").write_text(dedent(FEATURE), encoding="utf-8")
    outline, other = "features/portal/tokens.feature::<n>個", "features/portal/tokens.feature::もう一つ"
    assert scenarios_by_requirement(tmp_path) == {
        "SEED-001": [outline, other],
        "SEED-002": [outline, other],
        "SEED-003": [outline],
        "SEED-004": [outline],
    }


def test_a_feature_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.feature").write_text("Nonsense\n")
    with pytest.raises(HarnessError, match=r"a\.feature: not readable as Gherkin"):
        scenarios_by_requirement(tmp_path)


def test_the_list_for_scripts(catalogue: Catalogue) -> None:
    rows = as_json(catalogue, {"ENTRA-105": ["features/a.feature::Nobody is found"]}, load_profile("entra"))
    assert next(row for row in rows if row["id"] == "ENTRA-105") == {
        "id": "ENTRA-105",
        "level": "MUST",
        "party": "server",
        "source": catalogue["ENTRA-105"].source,
        "sentence": "A match query without a hit is 200 with an empty list.",
        "scenarios": ["features/a.feature::Nobody is found"],
        "untestable": None,
    }
    assert len(as_json(catalogue, {})) == len(catalogue)
    assert {row["id"].split("-")[0] for row in as_json(catalogue, {}, load_profile("rfc"))} == {
        "RFC7643",
        "RFC7644",
        "RFC9865",
    }


def test_the_list_for_people(catalogue: Catalogue) -> None:
    scenarios = {"NEG-62": ["features/a.feature::One is removed", "features/b.feature::Another"]}
    rows = [row for row in as_json(catalogue, scenarios) if row["id"] in ("NEG-60", "NEG-61", "NEG-62")]
    assert list(as_lines(rows)) == [
        "NEG-60                   MUST       not testable   " + catalogue["NEG-60"].sentence,
        f"    {catalogue['NEG-60'].untestable}",
        "NEG-61                   MUST       0 scenarios    " + catalogue["NEG-61"].sentence,
        "NEG-62                   MUST       2 scenarios    " + catalogue["NEG-62"].sentence,
        "    features/a.feature::One is removed",
        "    features/b.feature::Another",
        "3 requirements; scimulate explain ID tells all of one",
    ]


EXPLAINED = """\
SEED-027
A tenant holds at most two tokens; a third is refused and the first two stay as they are.

Level
  MUST, to be met by the portal

Source
  Ivanti Neurons for MDM R119, "Synchronize Entra ID with Ivanti Neurons for MDM": generating a
  token

Why Entra cares
  The administrator hands Entra its URL and token from this page; when it misbehaves no
  connection can be made or kept.

How it is tested
  - features/portal/tokens.feature::A third token is refused
  Needs a portal that this judge can drive.

How it fails
  When it does not hold the verdict is failed, and the run ends with exit code 1.

To dispute it
  put this into a file and give it as --baseline:
  [[accepted]]
  id = "SEED-027"
  reason = "why you accept it"
  owner = "who decided"
"""


def test_a_requirement_is_explained_whole(catalogue: Catalogue) -> None:
    scenarios = {"SEED-027": ["features/portal/tokens.feature::A third token is refused"]}
    assert explain(catalogue["SEED-027"], scenarios, load_profile("entra")) == EXPLAINED


@pytest.mark.parametrize(
    ("profile", "line"),
    [
        ("entra", "The text allows several (AMB-22); the profile entra takes: the manager may be a bare string."),
        ("rfc", "The text allows several (AMB-22); the profile rfc takes: the manager is a complex value."),
    ],
)
def test_the_explanation_tells_the_reading_of_the_profile(catalogue: Catalogue, profile: str, line: str) -> None:
    ambiguous = next(requirement for requirement in catalogue.values() if requirement.ambiguity == "AMB-22")
    text = explain(ambiguous, {}, load_profile(profile))
    assert line in " ".join(text.split())
    assert "No scenario proves it yet." in text
