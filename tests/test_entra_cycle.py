"""When cycles run, what is retried, what leads to quarantine, and that hostile answers end as documented codes."""

import threading
from datetime import timedelta

import httpx
import pytest

from scimulate.mock_servers.entra.application import Scope
from scimulate.mock_servers.entra.conversation import WireRequest
from scimulate.mock_servers.entra.cycle import CycleKind
from scimulate.mock_servers.entra.delivery import encode_query
from scimulate.mock_servers.entra.log import Status
from scimulate.mock_servers.entra.provisioning import Kind, match_query
from scimulate.mock_servers.entra.status import CycleResult, JobState
from tests.entra_endpoint import BASE, LIST, TOKEN, Rehearsal, answered, error, listed, rehearse

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
INCOMPATIBLE = "SystemForCrossDomainIdentityManagementServiceIncompatible"


@pytest.fixture
def rehearsal() -> Rehearsal:
    return rehearse()


def assign_new(rehearsal: Rehearsal, name: str) -> str:
    user = rehearsal.tenant.directory.create_user(name)
    rehearsal.application.assign(user.id)
    return user.id


def started(rehearsal: Rehearsal, *names: str) -> list[str]:
    ids = [assign_new(rehearsal, name) for name in names]
    rehearsal.application.start()
    rehearsal.endpoint.sent()
    return ids


def failing(*statuses: int, method: str = "POST") -> "_Failing":
    return _Failing(list(statuses), method)


class _Failing:
    """Answers requests of a method with these statuses, one after the other, and then lets them pass."""

    def __init__(self, statuses: list[int], method: str) -> None:
        self._statuses = statuses
        self._method = method

    def __call__(self, request: httpx.Request) -> httpx.Response | None:
        if request.method == self._method and self._statuses:
            return error(self._statuses.pop(0))
        return None


# The interval


def test_a_cycle_begins_forty_minutes_after_the_last_one_began_and_not_a_second_earlier(rehearsal: Rehearsal) -> None:
    """SEED-066, ENTRA-619."""
    started(rehearsal, "Ada")
    assign_new(rehearsal, "Grace")
    rehearsal.clock.advance(timedelta(minutes=39, seconds=59))
    assert rehearsal.endpoint.requests == []
    rehearsal.clock.advance(timedelta(seconds=1))
    assert rehearsal.endpoint.users() == {"ada@contoso.test": True, "grace@contoso.test": True}


def test_a_change_during_a_cycle_waits_for_the_next(rehearsal: Rehearsal) -> None:
    """NEG-55."""
    ada, _ = started(rehearsal, "Ada", "Grace")
    rehearsal.tenant.directory.update_user(ada, job_title="Countess")

    def change(request: httpx.Request) -> None:
        if request.method == "PATCH":
            rehearsal.tenant.directory.update_user(ada, department="Engines")

    rehearsal.endpoint.after = change
    assert [method for method, _, _ in rehearsal.next_cycle()] == ["GET", "PATCH"]
    rehearsal.endpoint.after = lambda request: None
    assert [method for method, _, _ in rehearsal.next_cycle()] == ["GET", "PATCH"]
    assert rehearsal.next_cycle() == []


def test_a_cycle_that_is_late_is_followed_at_once_and_never_overlapped(rehearsal: Rehearsal) -> None:
    """NEG-56, ENTRA-231."""
    began = rehearsal.clock.now()
    rehearsal.endpoint.after = lambda request: rehearsal.clock.advance(25 * MINUTE)
    rehearsal.application.start()
    rehearsal.endpoint.after = lambda request: None
    assert rehearsal.endpoint.sent_in_cycle() == []
    status = rehearsal.application.status()
    assert status.last_cycle is not None
    assert (status.last_cycle.ended_at - began, status.next_cycle_at) == (50 * MINUTE, began + 50 * MINUTE)
    rehearsal.clock.advance(timedelta(0))
    assert rehearsal.endpoint.sent_in_cycle() == []
    assert rehearsal.application.status().next_cycle_at == began + 90 * MINUTE


def test_starting_twice_runs_one_job(rehearsal: Rehearsal) -> None:
    """SEED-047."""
    started(rehearsal, "Ada")
    rehearsal.application.start()
    assert rehearsal.endpoint.sent() == []
    assert rehearsal.next_cycle() == []


def test_stop_lets_the_running_cycle_finish_and_starts_no_other(rehearsal: Rehearsal) -> None:
    """NEG-57, ENTRA-238."""
    assign_new(rehearsal, "Ada")
    assign_new(rehearsal, "Grace")
    rehearsal.endpoint.after = lambda request: rehearsal.application.stop()
    rehearsal.application.start()
    assert rehearsal.endpoint.users() == {"ada@contoso.test": True, "grace@contoso.test": True}
    rehearsal.endpoint.after = lambda request: None
    rehearsal.endpoint.sent()
    rehearsal.clock.advance(24 * HOUR)
    assert rehearsal.endpoint.sent() == []
    assert rehearsal.application.status().state is JobState.PAUSED
    assign_new(rehearsal, "Linus")
    rehearsal.application.start()
    assert [method for method, _, _ in rehearsal.endpoint.sent_in_cycle()] == ["GET", "POST"]


def test_stop_does_not_wait_for_a_cycle_on_another_thread(rehearsal: Rehearsal) -> None:
    """ENTRA-238."""
    assign_new(rehearsal, "Ada")
    reached, go_on = threading.Event(), threading.Event()

    def hold(request: httpx.Request) -> None:
        if request.method == "POST":
            reached.set()
            assert go_on.wait(30)

    rehearsal.endpoint.after = hold
    cycle = threading.Thread(target=rehearsal.application.start)
    cycle.start()
    assert reached.wait(30)
    assert rehearsal.application.status().current_cycle is CycleKind.INITIAL
    rehearsal.application.start()
    rehearsal.application.stop()
    go_on.set()
    cycle.join(30)
    status = rehearsal.application.status()
    assert (status.state, status.current_cycle, status.next_cycle_at) == (JobState.PAUSED, None, None)
    assert rehearsal.endpoint.users() == {"ada@contoso.test": True}


def test_a_restart_during_a_cycle_follows_it(rehearsal: Rehearsal) -> None:
    ada, _ = started(rehearsal, "Ada", "Grace")
    rehearsal.tenant.directory.update_user(ada, job_title="Countess")

    def restart(request: httpx.Request) -> None:
        if request.method == "PATCH":
            rehearsal.application.restart()

    rehearsal.endpoint.after = restart
    rehearsal.clock.advance(40 * MINUTE)
    told = [target for _, target, _ in rehearsal.endpoint.sent()]
    assert told[2:4] == ["/Users/u1", "/Users/u1"]
    assert told[6:] == ["/Users/u1", "/Users/u2"]
    last = rehearsal.application.status().last_cycle
    assert last is not None
    assert last.kind is CycleKind.INITIAL


def test_nobody_assigned_is_a_success_with_zero_objects(rehearsal: Rehearsal) -> None:
    """NEG-34."""
    rehearsal.application.start()
    assert rehearsal.endpoint.sent_in_cycle() == []
    status = rehearsal.application.status()
    assert status.last_cycle is not None
    assert (status.last_cycle.result, status.last_cycle.count(), status.object_counts) == (
        CycleResult.SUCCEEDED,
        0,
        {"User": 0, "Group": 0},
    )


# Scope


def test_all_sends_everybody_and_assigned_only_takes_effect_after_a_restart(rehearsal: Rehearsal) -> None:
    """SEED-003, NEG-26, ENTRA-211."""
    directory = rehearsal.tenant.directory
    ada, grace = directory.create_user("Ada"), directory.create_user("Grace")
    directory.create_group("Engineers", [ada.id])
    rehearsal.application.scope = Scope.ALL
    rehearsal.application.start()
    assert rehearsal.endpoint.users() == {"ada@contoso.test": True, "grace@contoso.test": True}
    assert rehearsal.endpoint.members("Engineers") == ["ada@contoso.test"]
    rehearsal.application.assign(grace.id)
    rehearsal.application.scope = Scope.ASSIGNED
    rehearsal.endpoint.sent()
    assert rehearsal.next_cycle() == []
    rehearsal.application.restart()
    assert rehearsal.endpoint.users() == {"ada@contoso.test": False, "grace@contoso.test": True}
    assert rehearsal.endpoint.resources["Groups"] == {}


def test_a_disabled_user_who_was_never_provisioned_is_skipped_with_a_reason(rehearsal: Rehearsal) -> None:
    """ENTRA-101, NEG-22."""
    user = rehearsal.tenant.directory.create_user("Ada", account_enabled=False)
    rehearsal.application.assign(user.id)
    rehearsal.application.start()
    assert rehearsal.endpoint.sent_in_cycle() == []
    (entry,) = rehearsal.application.log.entries("ada@contoso.test")
    assert (entry.status, entry.error_code) == (Status.SKIPPED, "EntrySynchronizationSkipped")


def test_a_soft_deleted_user_is_deleted_after_thirty_days(rehearsal: Rehearsal) -> None:
    """ENTRA-142."""
    (ada,) = started(rehearsal, "Ada")
    rehearsal.tenant.directory.delete_user(ada)
    rehearsal.clock.advance(timedelta(days=29, hours=23))
    assert rehearsal.endpoint.users() == {"ada@contoso.test": False}
    rehearsal.clock.advance(timedelta(hours=2))
    assert rehearsal.endpoint.users() == {}


# Failures and their retries


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "SystemForCrossDomainIdentityManagementBadRequest"),
        (401, "Unauthorized"),
        (403, "InsufficientRights"),
        (404, INCOMPATIBLE),
        (405, "MethodNotAllowed"),
        (409, "EntryConflict"),
        (422, "UnprocessableEntity"),
        (429, "TooManyRequests"),
        (500, "InternalServerError"),
        (501, "NotImplemented"),
        (503, "InternalServerError"),
        (307, "WebExceptionProtocolError"),
    ],
)
def test_a_refused_create_is_logged_by_its_code_and_retried(status: int, code: str, rehearsal: Rehearsal) -> None:
    """ENTRA-053…062; the others are not held up (ENTRA-049)."""
    rehearsal.endpoint.fault = failing(status)
    started(rehearsal, "Ada", "Grace")
    (entry,) = rehearsal.application.log.entries("Ada")
    assert (entry.status, entry.error_code) == (Status.FAILURE, code)
    assert rehearsal.endpoint.users() == {"grace@contoso.test": True}
    assert len(rehearsal.next_cycle()) == 2
    assert rehearsal.endpoint.users() == {"grace@contoso.test": True, "ada@contoso.test": True}


def test_retries_follow_in_twice_the_time_up_to_a_day(rehearsal: Rehearsal) -> None:
    """ENTRA-618."""
    began = rehearsal.clock.now()
    rehearsal.endpoint.fault = failing(*[500] * 9)
    started(rehearsal, "Ada")
    rehearsal.clock.advance(timedelta(days=4))
    failures = [entry.activity_at - began for entry in rehearsal.application.log.entries("Ada")]
    assert [int(after / MINUTE) for after in failures] == [0, 40, 120, 280, 600, 1240, 2520, 3960, 5400]


def test_a_create_whose_answer_was_lost_is_matched_and_not_repeated(rehearsal: Rehearsal) -> None:
    """NEG-41, ENTRA-061."""

    def lose(request: httpx.Request) -> None:
        if request.method == "POST":
            raise httpx.ReadTimeout("lost", request=request)

    rehearsal.endpoint.after = lose
    started(rehearsal, "Ada")
    rehearsal.endpoint.after = lambda request: None
    (entry,) = rehearsal.application.log.entries("Ada")
    assert entry.error_code == "Timeout"
    assert [method for method, _, _ in rehearsal.next_cycle()] == ["GET"]
    assert rehearsal.endpoint.users() == {"ada@contoso.test": True}


def test_a_lost_anchor_is_a_failure_until_a_restart(rehearsal: Rehearsal) -> None:
    """ENTRA-055, NEG-33."""
    (ada,) = started(rehearsal, "Ada")
    rehearsal.endpoint.resources["Users"].clear()
    rehearsal.tenant.directory.update_user(ada, job_title="Countess")
    assert rehearsal.next_cycle() == [("GET", "/Users/u1", None)]
    assert rehearsal.application.log.entries("Ada")[-1].error_code == "InvalidAnchor"
    rehearsal.application.restart()
    assert rehearsal.endpoint.users() == {"ada@contoso.test": True}


def test_a_deletion_of_what_is_gone_already_counts_as_done(rehearsal: Rehearsal) -> None:
    """ENTRA-604."""
    (ada,) = started(rehearsal, "Ada")
    rehearsal.endpoint.resources["Users"].clear()
    rehearsal.tenant.directory.purge_user(ada)
    assert rehearsal.next_cycle() == [("DELETE", "/Users/u1", None)]
    assert rehearsal.application.log.entries("Ada", "delete")[-1].status is Status.SUCCESS


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (listed([{"id": "a", "userName": "x"}, {"id": "b", "userName": "x"}]), "DuplicateTargetEntries"),
        (listed([{"userName": "x"}]), INCOMPATIBLE),
        (listed([{"id": 7}]), INCOMPATIBLE),
        (listed([{"id": ".."}]), INCOMPATIBLE),
        (listed([{"id": "a", "name": "Ada"}]), INCOMPATIBLE),
        (listed([{"id": "a", "emails": {"value": "x"}}]), INCOMPATIBLE),
        (answered(200, {"schemas": [LIST], "totalResults": 1}), INCOMPATIBLE),
        (answered(200, {"schemas": [LIST], "totalResults": 1, "Resources": [None]}), INCOMPATIBLE),
        (answered(200, {"schemas": [LIST], "totalResults": "1", "Resources": []}), INCOMPATIBLE),
        (answered(200, {"schemas": "x", "totalResults": 0}), INCOMPATIBLE),
        (answered(200, [1, 2]), INCOMPATIBLE),
        (answered(200, None), INCOMPATIBLE),
        (httpx.Response(200, content=b"{"), INCOMPATIBLE),
        (httpx.Response(200, html="<html>"), INCOMPATIBLE),
        (httpx.Response(302, headers={"Location": "http://127.0.0.1/"}), "WebExceptionProtocolError"),
    ],
)
def test_hostile_answers_to_a_match_end_as_codes(answer: httpx.Response, code: str, rehearsal: Rehearsal) -> None:
    """ENTRA-063, ENTRA-064, ENTRA-106, ENTRA-585."""
    rehearsal.endpoint.fault = lambda request: answer if "ada%40" in str(request.url) else None
    started(rehearsal, "Ada", "Grace")
    (entry,) = rehearsal.application.log.entries("Ada")
    assert (entry.status, entry.error_code) == (Status.FAILURE, code)
    assert rehearsal.endpoint.users() == {"grace@contoso.test": True}


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({"id": "u1", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": "u2"}}, INCOMPATIBLE),
        ({"schemas": [LIST], "Resources": []}, "SystemForCrossDomainIdentityManagementMultipleEntriesInResponse"),
        ("u1", INCOMPATIBLE),
    ],
)
def test_hostile_answers_to_a_read_end_as_codes(document: object, code: str, rehearsal: Rehearsal) -> None:
    """ENTRA-063, ENTRA-064, ENTRA-120."""
    (ada,) = started(rehearsal, "Ada")
    rehearsal.tenant.directory.update_user(ada, job_title="Countess")
    rehearsal.endpoint.fault = lambda request: answered(200, document) if request.url.path.endswith("/u1") else None
    rehearsal.next_cycle()
    assert rehearsal.application.log.entries("Ada")[-1].error_code == code


def test_a_created_resource_without_id_is_found_again(rehearsal: Rehearsal) -> None:
    """ENTRA-117."""
    rehearsal.endpoint.fault = lambda request: (
        (rehearsal.endpoint.put("Users", userName="ada@contoso.test"), answered(201, {}))[1]
        if request.method == "POST"
        else None
    )
    started(rehearsal, "Ada")
    assert [method for method, _, _ in rehearsal.next_cycle()] == ["GET", "PATCH"]
    assert rehearsal.endpoint.users() == {"ada@contoso.test": True}


def test_two_groups_of_one_name_do_not_overwrite_each_other(rehearsal: Rehearsal) -> None:
    """NEG-47."""
    directory = rehearsal.tenant.directory
    ada, grace = directory.create_user("Ada"), directory.create_user("Grace")
    for user in (ada, grace):
        rehearsal.application.assign(directory.create_group("Engineers", [user.id]).id)
    rehearsal.application.start()
    assert rehearsal.endpoint.members("Engineers") == ["ada@contoso.test"]
    assert [entry.error_code for entry in rehearsal.application.log.entries("Engineers")] == [
        "",
        "DuplicateSourceEntries",
    ]


def test_a_member_that_failed_is_added_when_it_arrives(rehearsal: Rehearsal) -> None:
    directory = rehearsal.tenant.directory
    ada, grace = directory.create_user("Ada"), directory.create_user("Grace")
    rehearsal.application.assign(directory.create_group("Engineers", [ada.id, grace.id]).id)
    rehearsal.endpoint.fault = failing(500)
    rehearsal.application.start()
    assert rehearsal.endpoint.members("Engineers") == ["grace@contoso.test"]
    assert rehearsal.application.log.entries("Engineers")[0].error_code == "UnableToResolveReferenceAttributeValue"
    rehearsal.endpoint.sent()
    rehearsal.next_cycle()
    assert rehearsal.endpoint.members("Engineers") == ["ada@contoso.test", "grace@contoso.test"]


# Quarantine


def test_a_revoked_token_slows_the_job_until_it_works_again(rehearsal: Rehearsal) -> None:
    """NEG-17, ENTRA-052, ENTRA-277, ENTRA-279, ENTRA-617."""
    started(rehearsal, "Ada")
    assign_new(rehearsal, "Grace")
    rehearsal.endpoint.fault = lambda request: error(401)
    began = rehearsal.clock.now() + 40 * MINUTE
    rehearsal.clock.advance(timedelta(days=3))
    assert len(rehearsal.endpoint.sent()) == 5
    status = rehearsal.application.status()
    assert (status.state, status.next_cycle_at) == (
        JobState.QUARANTINE,
        began + (6 + 12 + 24 + 24 + 24) * HOUR,
    )
    rehearsal.endpoint.fault = lambda request: None
    rehearsal.clock.advance(timedelta(days=1))
    assert rehearsal.application.status().state is JobState.ACTIVE
    assert rehearsal.endpoint.users() == {"ada@contoso.test": True, "grace@contoso.test": True}


def test_new_credentials_are_tried_within_an_interval(rehearsal: Rehearsal) -> None:
    """NEG-17."""
    started(rehearsal, "Ada")
    assign_new(rehearsal, "Grace")
    rehearsal.endpoint.fault = lambda request: error(401)
    rehearsal.clock.advance(40 * MINUTE)
    rehearsal.endpoint.fault = lambda request: None
    rehearsal.application.save_credentials(BASE, TOKEN)
    assert rehearsal.application.status().state is JobState.QUARANTINE
    rehearsal.clock.advance(40 * MINUTE)
    assert rehearsal.application.status().state is JobState.ACTIVE
    assert rehearsal.endpoint.users() == {"ada@contoso.test": True, "grace@contoso.test": True}


def test_four_weeks_of_quarantine_disable_the_job(rehearsal: Rehearsal) -> None:
    """ENTRA-280."""
    started(rehearsal, "Ada")
    rehearsal.endpoint.fault = lambda request: error(401)
    rehearsal.clock.advance(timedelta(days=40))
    assert rehearsal.application.status().state is JobState.PAUSED
    rehearsal.endpoint.sent()
    rehearsal.clock.advance(timedelta(days=40))
    assert rehearsal.endpoint.sent() == []


def test_start_ends_a_quarantine(rehearsal: Rehearsal) -> None:
    """ENTRA-237."""
    rehearsal.endpoint.fault = lambda request: error(401)
    rehearsal.application.start()
    assert rehearsal.application.status().state is JobState.QUARANTINE
    rehearsal.endpoint.fault = lambda request: None
    rehearsal.application.start()
    assert rehearsal.application.status().state is JobState.ACTIVE


def test_a_token_refused_in_mid_cycle_loses_nothing(rehearsal: Rehearsal) -> None:
    """NEG-16."""
    rehearsal.endpoint.fault = failing(401, 401)
    started(rehearsal, "Ada", "Grace", "Linus")
    assert rehearsal.endpoint.users() == {"linus@contoso.test": True}
    rehearsal.next_cycle()
    assert sorted(rehearsal.endpoint.users()) == ["ada@contoso.test", "grace@contoso.test", "linus@contoso.test"]


# What is raised in the transport


class Refused(AssertionError):
    """What a guard raises."""


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH"])
def test_what_a_guard_raises_passes_through_and_leaves_the_job_consistent(method: str, rehearsal: Rehearsal) -> None:
    directory = rehearsal.tenant.directory
    ada, grace = directory.create_user("Ada"), directory.create_user("Grace")
    rehearsal.application.assign(directory.create_group("Engineers", [ada.id, grace.id]).id)

    def guard(request: httpx.Request) -> httpx.Response | None:
        if request.method == method:
            raise Refused(method)
        return None

    rehearsal.endpoint.fault = guard
    with pytest.raises(Refused):
        rehearsal.application.start()
    status = rehearsal.application.status()
    assert status.last_cycle is not None
    assert (status.state, status.current_cycle, status.last_cycle.result) == (
        JobState.ACTIVE,
        None,
        CycleResult.INTERRUPTED,
    )
    rehearsal.endpoint.fault = lambda request: None
    rehearsal.clock.advance(40 * MINUTE)
    assert rehearsal.endpoint.members("Engineers") == ["ada@contoso.test", "grace@contoso.test"]
    assert len(rehearsal.endpoint.resources["Users"]) == 2
    rehearsal.endpoint.sent()
    assert rehearsal.next_cycle() == []


# Encoding


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        ("ada@contoso.test", "ada%40contoso.test"),
        ("a+b&c#d", "a%2bb%26c%23d"),
        ("O'Brien (IT)!*", "O%27Brien+(IT)!*"),
        ("José", "Jos%c3%a9"),
        ("100% \"x\"", "100%25+%22x%22"),
        ("a/b:c[d]", "a%2fb%3ac%5bd%5d"),
    ],
)  # fmt: skip
def test_the_filter_is_form_encoded_with_lower_case_hex(value: str, encoded: str) -> None:
    """ENTRA-028, ENTRA-029."""
    assert encode_query(match_query(Kind.USER, value).query) == f"filter=userName+eq+%22{encoded}%22"
    assert match_query(Kind.GROUP, value) == WireRequest(
        "GET", "/Groups", (("excludedAttributes", "members"), ("filter", f'displayName eq "{value}"'))
    )
