"""Runs as a judge might have observed them: the input of everything that sums up and reports."""

from datetime import UTC, datetime
from typing import Any

from scimulate.harness.catalogue import Requirement
from scimulate.harness.evidence import Exchange
from scimulate.harness.verdict import ScenarioRecord
from scimulate.reports.result import Cleanup, Run

STARTED = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

HOSTILE = "</pre><script>alert(1)</script>|`x`|\x1b[31mred\x9b\u202eDROP\x00\ud800]]>=cmd|'/c calc'!A1 @everyone"
"""What an endpoint could say to harm a reader: HTML, Markdown, terminal codes, what XML cannot hold, a formula."""


def requirement(identifier: str, level: str = "MUST", **changed: Any) -> Requirement:
    values = {
        "id": identifier,
        "level": level,
        "party": "server",
        "source": f"source of {identifier}",
        "sentence": f"{identifier} holds.",
        "why": f"why {identifier}",
        "how_to_fix": f"fix {identifier}",
    }
    return Requirement(**{**values, **changed})


CATALOGUE = {
    entry.id: entry
    for entry in (
        requirement("ENTRA-105"),
        requirement("ENTRA-107", "SHOULD"),
        requirement("ENTRA-498"),
        requirement("SEED-049"),
        requirement("SEED-054"),
        requirement("SEED-066", "MAY"),
        requirement("IVANTI-040"),
        requirement("RFC7644-3.3-09", "implied", ambiguity="AMB-65"),
    )
}


def record(title: str, *requirements: str, outcome: str = "passed", **changed: Any) -> ScenarioRecord:
    values = {
        "feature": "features/a.feature",
        "line": 3,
        "title": title,
        "requirements": requirements,
        "outcome": outcome,
        "node": f"features/a.feature::{title}",
        "seconds": 0.25,
    }
    return ScenarioRecord(**{**values, **changed})


def fault(title: str, *requirements: str, broke: str, **changed: Any) -> ScenarioRecord:
    values = {"outcome": "fault", "broke": broke, "expected": 200, "actual": "404", "exchanges": (7,), "step": "Then x"}
    return record(title, *requirements, **{**values, **changed})


def exchange(number: int, **changed: Any) -> Exchange:
    values = {
        "number": number,
        "actor": "judge",
        "scenario": "features/a.feature::Nobody",
        "started_at": STARTED,
        "seconds": 0.012,
        "method": "GET",
        "url": "https://scim.example.com/scim/v2/Users?filter=userName%20eq%20%22x%22",
        "request_headers": (("Authorization", "Bearer [redacted]"), ("Accept", "application/scim+json")),
        "request_body": "",
        "status": 404,
        "response_headers": (("Content-Type", "application/json"),),
        "response_body": '{"detail":"nobody"}',
    }
    return Exchange(**{**values, **changed})


def run(**changed: Any) -> Run:
    values = {
        "version": "0.1.0",
        "catalogue_version": "0123456789ab",
        "profile": "entra",
        "question": "Will it work?",
        "seed": 1,
        "run_id": "k3f7x2ab",
        "started": STARTED,
        "seconds": 1.2345,
        "requests": 12,
        "url": "https://scim.example.com/scim/v2",
        "cleanup": Cleanup(3, 3),
    }
    return Run(**{**values, **changed})
