"""`result.json`: the contract that scripts rely on."""

import json
import math
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import scimulate.reports
from scimulate.harness.findings import Summary, sum_up
from scimulate.harness.profile import load_profile
from scimulate.harness.verdict import ScenarioRecord
from scimulate.reports.result import Cleanup, compose, json_text, plain_json
from tests.observed_run import CATALOGUE, HOSTILE, exchange, fault, record, run

SCHEMA = json.loads((Path(scimulate.reports.__file__).parent / "result.schema.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def summed(*records: ScenarioRecord) -> Summary:
    return sum_up(records, CATALOGUE, load_profile("entra"), False, [exchange(7)])


def test_a_whole_result() -> None:
    summary = summed(
        fault("Nobody", "ENTRA-105", "SEED-049", broke="ENTRA-105", readings={"rfc": "200", "entra": "200"}),
        fault("Grace", "SEED-054", broke="ENTRA-105", outcome="blocked"),
    )
    cleanup = Cleanup(3, 2, ("/Users/7",))
    result = compose(run(cleanup=cleanup, capabilities={"patch": True, "schemas": ("urn:x",)}), summary)
    assert result == {
        "format": "scimulate-result/1",
        "version": "0.1.0",
        "catalogue_version": "0123456789ab",
        "profile": "entra",
        "seed": 1,
        "run_id": "k3f7x2ab",
        "started": "2026-11-24T09:00:00+00:00",
        "seconds": 1.234,
        "requests": 12,
        "target": {
            "url": "https://scim.example.com/scim/v2",
            "capabilities": {"patch": True, "schemas": ["urn:x"]},
        },
        "counts": {
            "harness_error": 0,
            "failed": 1,
            "warning": 0,
            "passed": 0,
            "info": 0,
            "not_applicable": 0,
            "not_tested": 2,
        },
        "requirements": [
            {
                "requirement": "ENTRA-105",
                "level": "MUST",
                "verdict": "failed",
                "partly": False,
                "reason": "Then x",
                "scenarios": [
                    {
                        "feature": "features/a.feature",
                        "line": 3,
                        "title": title,
                        "verdict": "failed",
                        "expected": 200,
                        "actual": "404",
                        "exchanges": [7],
                        "readings": readings,
                    }
                    for title, readings in (("Nobody", {"rfc": "200", "entra": "200"}), ("Grace", {}))
                ],
            },
            _untested("SEED-049", "Nobody", "not reached: ENTRA-105 failed first", {"rfc": "200", "entra": "200"}),
            _untested("SEED-054", "Grace", "blocked by finding 1", {}),
        ],
        "findings": [
            {
                "requirement": "ENTRA-105",
                "verdict": "failed",
                "title": "ENTRA-105 holds.",
                "expected": 200,
                "actual": "404",
                "why_it_matters": "why ENTRA-105",
                "fix": "fix ENTRA-105",
                "source": "source of ENTRA-105",
                "curl": summary.findings[0].curl,
                "exchanges": [7],
                "also_broke": [],
                "blocked": ["SEED-054"],
            }
        ],
        "cleanup": {"created": 3, "removed": 2, "left": ["/Users/7"]},
    }
    VALIDATOR.validate(result)


def _untested(identifier: str, title: str, reason: str, readings: dict[str, str]) -> dict[str, Any]:
    return {
        "requirement": identifier,
        "level": "MUST",
        "verdict": "not_tested",
        "partly": False,
        "reason": reason,
        "scenarios": [
            {
                "feature": "features/a.feature",
                "line": 3,
                "title": title,
                "verdict": "not_tested",
                "expected": None,
                "actual": None,
                "exchanges": [],
                "readings": readings,
            }
        ],
    }


def test_an_empty_run_is_a_result_too() -> None:
    VALIDATOR.validate(compose(run(), summed()))


@pytest.mark.parametrize("name", ["format", "counts", "cleanup", "findings"])
def test_the_schema_misses_what_is_missing(name: str) -> None:
    result = compose(run(), summed(record("a", "SEED-049")))
    del result[name]
    assert not VALIDATOR.is_valid(result)


def test_the_schema_knows_no_other_names() -> None:
    result = compose(run(), summed(record("a", "SEED-049")))
    result["requirements"][0]["extra"] = 1
    assert not VALIDATOR.is_valid(result)


def test_what_an_endpoint_says_is_kept_and_cannot_steer_a_terminal() -> None:
    result = compose(run(), summed(fault("a", "SEED-049", broke="SEED-049", actual={HOSTILE: [HOSTILE]})))
    text = json_text(result)
    assert json.loads(text) == result
    assert result["findings"][0]["actual"] == {HOSTILE: [HOSTILE]}
    text.encode("utf-8")
    assert not any(sign in text for sign in ("\x1b", "\x9b", "\u202e", "\x00", "\ud800"))


def test_values_that_json_cannot_hold_are_told_in_words() -> None:
    deep: Any = "x"
    for _ in range(500):
        deep = [deep]
    plain = plain_json({"nan": math.nan, "big": -math.inf, 7: {1, 2} and (1,), "deep": deep})
    text = json_text(plain)
    assert (plain["nan"], plain["big"], plain["7"]) == ("nan", "-inf", [1])
    assert json.loads(text) == plain
    assert text.count("[") < 50
