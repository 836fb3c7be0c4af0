"""An endpoint that never carries out a kind of request has one fault, not one for each scenario."""

import json
from dataclasses import replace

import pytest

from scimulate.harness.catalogue import load_catalogue
from scimulate.harness.evidence import Exchange
from scimulate.harness.findings import sum_up
from scimulate.harness.profile import load_profile
from scimulate.harness.root_causes import effects_of, kinds_of, traced
from tests.observed_run import exchange, fault

BASE = "https://scim.example.com/scim/v2"
LEGACY = '{"Operations":[{"op":"Replace","path":"active","value":"False"}]}'
COMPLIANT = '{"Operations":[{"op":"replace","path":"active","value":false}]}'


def patch(number: int, status: int | None = 400, body: str = LEGACY) -> Exchange:
    answer = '{"detail":"no such operation"}'
    return exchange(
        number, method="PATCH", url=f"{BASE}/Users/7", request_body=body, status=status, response_body=answer
    )


def attributed(exchanges: list[Exchange], *numbers: int, profile: str = "entra") -> list[str | None]:
    """To what faults are put down that showed these exchanges."""
    records = [fault(f"s{number}", "ENTRA-138", broke="ENTRA-138", exchanges=(number,)) for number in numbers]
    judges = load_profile(profile).judges
    evidence = {sent.number: sent for sent in exchanges}
    return [record.broke for record in traced(records, evidence, judges)]


def test_every_patch_refused_is_one_cause_with_its_consequences() -> None:
    sent = [patch(1), patch(2, body=COMPLIANT), patch(3)]
    records = [
        fault("Disable", "ENTRA-138", "NEG-24", broke="ENTRA-138", exchanges=(1,)),
        fault("Restore", "ENTRA-144", broke="ENTRA-144", outcome="blocked", exchanges=(2,)),
        fault("Rename", "ENTRA-122", broke="ENTRA-122", exchanges=(9, 3)),
    ]
    summary = sum_up(records, load_catalogue(), load_profile("entra"), False, sent)
    (finding,) = summary.findings
    assert (finding.requirement, finding.expected, finding.actual, finding.also_broke, finding.blocked) == (
        "ENTRA-496",
        "PATCH /Users/{id} is carried out",
        "all 3 were refused, this one with 400: no such operation",
        ("ENTRA-122", "ENTRA-138", "NEG-24"),
        ("ENTRA-144",),
    )


def test_a_dialect_alone_can_be_the_cause() -> None:
    sent = [patch(1), patch(2), patch(3), patch(4, 204, COMPLIANT)]
    assert attributed(sent, 1, 2, 3) == ["ENTRA-507"] * 3


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param([patch(1), patch(2)], id="too few to tell"),
        pytest.param([patch(1), patch(2), patch(3), patch(4, 204)], id="one was carried out"),
        pytest.param([patch(1), patch(2), patch(3, None)], id="one had no answer"),
    ],
)
def test_what_was_sometimes_carried_out_is_no_cause(sent: list[Exchange]) -> None:
    assert attributed(sent, 1) == ["ENTRA-138"]


def test_managers_alone_tell_nothing_of_paths_with_a_urn() -> None:
    """ENTRA-191 asks for their bare string, ENTRA-127 for the path."""
    urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    manager = {"op": "add", "path": f"{urn}:manager", "value": "8"}
    department = {"op": "add", "path": f"{urn}:department", "value": "Engines"}
    bodies = {name: json.dumps({"Operations": [one]}) for name, one in (("manager", manager), ("other", department))}
    assert attributed([patch(number, body=bodies["manager"]) for number in (1, 2, 3)], 1) == ["ENTRA-138"]
    others = [patch(number, body=bodies["other"]) for number in (1, 2, 3)]
    assert attributed([*others, patch(4, body=LEGACY.replace("Replace", "replace"), status=204)], 1) == ["ENTRA-127"]


def test_a_fault_without_that_evidence_keeps_its_cause() -> None:
    other = exchange(4, url=f"{BASE}/Users/7", status=200)
    assert attributed([patch(1), patch(2), patch(3), other], 4) == ["ENTRA-138"]


@pytest.mark.parametrize(
    ("broke", "scenario", "number", "cause"),
    [
        pytest.param("ENTRA-138", "features/a.feature::Ada", 4, "ENTRA-496", id="what is read is due to the write"),
        pytest.param("ENTRA-498", "features/a.feature::Ada", 4, "ENTRA-498", id="the read itself is at fault"),
        pytest.param("ENTRA-138", "features/a.feature::Grace", 4, "ENTRA-138", id="written in another scenario"),
        pytest.param("ENTRA-138", "features/a.feature::Ada", 0, "ENTRA-138", id="written afterwards"),
    ],
)
def test_a_read_back_is_put_down_to_the_write_before_it(broke: str, scenario: str, number: int, cause: str) -> None:
    written = [replace(patch(each), scenario=scenario) for each in (1, 2, 3)]
    read = exchange(number, url=f"{BASE}/Users/7", status=200, scenario="features/a.feature::Ada")
    record = fault("Ada", "ENTRA-138", broke=broke, exchanges=(number,))
    evidence = {sent.number: sent for sent in (*written, read)}
    assert [found.broke for found in traced([record], evidence, lambda _: True)] == [cause]


def test_a_cause_that_the_profile_does_not_judge_hides_nothing() -> None:
    assert attributed([patch(1), patch(2), patch(3)], 1, profile="rfc") == ["ENTRA-138"]


def test_a_strangers_record_stays_the_first_finding() -> None:
    record = fault("a", "ENTRA-138", broke="ENTRA-138", stranger=True, exchanges=(1,))
    sent = {number: patch(number) for number in (1, 2, 3)}
    assert traced([record], sent, lambda _: True) == [record]


@pytest.mark.parametrize(
    ("method", "path", "kinds"),
    [
        ("POST", "/Users", [("POST /Users", "ENTRA-495")]),
        ("POST", "/Groups/", [("POST /Groups", "ENTRA-495")]),
        ("GET", "/Users/7", [("GET /Users/{id}", "ENTRA-497")]),
        ("GET", "/Users", []),
        ("DELETE", "/Users/7", [("DELETE /Users/{id}", "ENTRA-146")]),
        ("DELETE", "/Groups/7", [("DELETE /Groups/{id}", "ENTRA-173")]),
        ("PATCH", "/Groups/7", [("PATCH /Groups/{id}", "ENTRA-496")]),
        ("PUT", "/Users/7", []),
        ("GET", "/portal/users", []),
        ("POST", "/Users/.search", []),
    ],
)
def test_kinds(method: str, path: str, kinds: list[tuple[str, str]]) -> None:
    found = kinds_of(exchange(1, method=method, url=f"{BASE}{path}?x=/Users"))
    assert [(kind.name, kind.requirement) for kind in found] == kinds


def seen(number: int, body: str, url: str = f"{BASE}/Users/7") -> Exchange:
    return exchange(number, url=url, status=200, response_body=body)


@pytest.mark.parametrize(
    ("after", "effect"),
    [
        ('{"id":"7","active":true,"meta":{"version":"2"},"groups":[]}', {2: False}),
        ('{"id":"7","active":false,"meta":{"version":"2"}}', {2: True}),
    ],
    ids=["only what follows from elsewhere", "changed"],
)
def test_an_effect_is_what_was_read_before_and_after(after: str, effect: dict[int, bool]) -> None:
    before = '{"id":"7","active":true,"meta":{"version":"1"}}'
    assert effects_of([seen(1, before), patch(2, 204), seen(3, after)]) == effect


def test_of_several_changes_nobody_knows_which_had_an_effect() -> None:
    assert effects_of([seen(1, '{"id":"7"}'), patch(2, 204), patch(3, 204), seen(4, '{"id":"7"}')]) == {}


def test_changes_that_are_acknowledged_and_never_made_are_one_cause() -> None:
    sent = [one for n in (1, 4, 7) for one in (seen(n, '{"id":"7"}'), patch(n + 1, 204), seen(n + 2, '{"id":"7"}'))]
    assert attributed(sent, 2, 5, 8) == ["ENTRA-496"] * 3


@pytest.mark.parametrize(
    ("status", "kind", "requirement"),
    [
        (500, "application/scim+json", "ENTRA-063"),
        (401, "application/scim+json", "ENTRA-503"),
        (200, "text/html", "ENTRA-063"),
    ],
)
def test_an_endpoint_that_ends_half_way_has_one_fault(status: int, kind: str, requirement: str) -> None:
    dead = [exchange(number, status=status, response_headers=(("Content-Type", kind),)) for number in range(2, 25)]
    assert attributed([seen(1, "{}"), *dead], 5, 9) == [requirement] * 2
    assert attributed([*dead, seen(30, "{}")], 5) == ["ENTRA-138"]
