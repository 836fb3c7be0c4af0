"""Each rule of server, emulator and judge, broken by hand: the scenarios that promise it turn red, and no others.

The rules of the token state model are broken in `test_token_model.py`.
"""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.broken_rules import BREAKS, VARIABLE

ROOT = Path(__file__).parent.parent
RED = re.compile(r"^(?:FAILED|ERROR) (\S.*?)(?: - .*)?$", re.MULTILINE)
SUMMED_UP = re.compile(r"\d+ passed|\d+ failed")


@dataclass(frozen=True)
class Promise:
    """What is run with the rule broken, where it is promised, and what of that must then be red, by file and title.

    A test of ours stands for all its rows.
    """

    run: str
    red: dict[str, list[str]]


GROUP, USER = "features/entra/group_changes.feature", "features/entra/user_changes.feature"
CONNECTION, PROTOCOL = "features/connection/test_connection.feature", "features/protocol/users.feature"
GROUPS = "features/protocol/groups.feature"
ASSIGNED_USER = "features/provisioning/assigned_user.feature"
ASSIGNED_GROUP = "features/provisioning/assigned_group.feature"
GROUP_FEATURES = f"{GROUP} {GROUPS} {ASSIGNED_GROUP}"
INTERVAL, SYNC_ALL = "features/provisioning/interval.feature", "features/provisioning/sync_all.feature"
STATUS, JOINER = "features/provisioning/status.feature", "features/provisioning/joiner_mover_leaver.feature"
INTERVAL_JA = "features/ja/interval.feature"

PROMISES = {
    "the_last_new_member_is_dropped": Promise(
        GROUP_FEATURES,
        {
            GROUP: [
                "A member joins, in the legacy dialect",
                "A member joins, in the compliant dialect",
                "A member leaves, in the legacy dialect",
                "A member leaves, in the compliant dialect",
                "A group is renamed, in the legacy dialect",
                "A group is renamed, in the compliant dialect",
                "The group is gone and its members are disabled",
                "The group is gone, and only who was in scope through it is disabled",
            ],
            ASSIGNED_GROUP: [
                "The requests come in the documented order",
                "An immediate member is provisioned and listed in the group",
                "A disabled member is left out and the others are in",
                "A group of 130 members lists each of them once",
                "A member who joins later arrives with the next cycle",
                "A user assigned directly and through a group is created once",
                "No membership names a user whom the endpoint has not answered for",
                "The second group is refused and logged, and the first keeps its members",
                "The user is in both groups and exists once",
            ],
            GROUPS: [
                "A group read by id without members shows none",
                "A group looked up without members shows none",
                "A member who is added again is listed once",
                "Several members join with one operation",
            ],
        },
    ),
    "removing_one_member_removes_all": Promise(
        GROUP_FEATURES,
        {
            GROUP: ["A member leaves, in the legacy dialect", "A member leaves, in the compliant dialect"],
            GROUPS: ["A member removed by a filter leaves alone"],
        },
    ),
    "user_names_are_compared_exactly": Promise(
        "features/protocol", {PROTOCOL: ["Letter case does not matter in a user name"]}
    ),
    "a_deleted_user_stays": Promise(
        "features/entra features/protocol/users.feature",
        {
            GROUP: [
                "The group is gone and its members are disabled",
                "The group is gone, and only who was in scope through it is disabled",
            ],
            USER: ["A user deleted for good is gone", "Who is gone at the endpoint already counts as deleted"],
            PROTOCOL: [
                "A deleted user is found neither by id nor by filter",
                "Changing a deleted user answers 404",
                "Deleting a user twice answers 404",
            ],
        },
    ),
    "a_patch_with_a_word_for_a_boolean_is_refused": Promise(
        "features/entra features/protocol",
        {
            GROUP: [
                "A member leaves, in the legacy dialect",
                "The group is gone and its members are disabled",
                "The group is gone, and only who was in scope through it is disabled",
            ],
            USER: [
                "A user who is unassigned is disabled, in the legacy dialect",
                "A user who is blocked is disabled, in the legacy dialect",
                "A user who is deleted softly is disabled, in the legacy dialect",
                "A user who was unassigned comes back, in the legacy dialect",
                "A user who was deleted softly comes back, in the legacy dialect",
                "Who was unassigned before stays as she is, disabled",
            ],
            PROTOCOL: ['Replace of active with "False" disables the user'],
        },
    ),
    "the_interval_is_39_minutes": Promise(
        f"{INTERVAL} {INTERVAL_JA}",
        {
            INTERVAL: [
                "Nothing is sent before the interval has passed",
                "A change made at 09:39:59 arrives with the cycle of 09:40",
                "A change made at 09:40:01 arrives with the cycle of 10:20",
                "A cycle that takes longer than the interval is followed at once by the next",
                "A cycle that takes less leaves the interval as it is",
                "After the attempt of 09:40 the next is 6 hours away",
                "After the attempt of 15:40 the next is 12 hours away",
                "A day later it is tried once a day",
                "A cycle that is under way at Stop is finished, and none follows",
            ],
            INTERVAL_JA: ["40分が経過するまでは反映されない"],
        },
    ),
    "nested_members_are_provisioned": Promise(
        "features/provisioning", {ASSIGNED_GROUP: ["A member of a nested group is left out"]}
    ),
    "disabled_accounts_are_created": Promise(
        f"{USER} {ASSIGNED_USER} {ASSIGNED_GROUP} {SYNC_ALL} {STATUS} {JOINER}",
        {
            USER: ["A user who is blocked is disabled, in the legacy dialect"],
            ASSIGNED_USER: ["A user who is disabled in the directory is skipped"],
            ASSIGNED_GROUP: ["A disabled member is left out and the others are in"],
            SYNC_ALL: [
                "Whoever is active in the directory arrives, assigned or not, and nobody else",
                "A guest is provisioned under the name at home",
                "An account without mail and surname is provisioned",
                "Whoever is left out is in the log with a reason",
            ],
            STATUS: [
                "A user who is disabled in the directory is counted as skipped",
                "The log as CSV tells what became of each user",
                "The log as JSON tells what became of each user",
                'Of the log, what has the status "skipped" can be downloaded alone',
                'Of the log, what has the status "success" can be downloaded alone',
                'Of the log, what has the action "create" can be downloaded alone',
            ],
            JOINER: ["A user who is blocked is disabled and not removed"],
        },
    ),
    "the_scope_is_narrowed_without_a_restart": Promise(
        "features/provisioning", {SYNC_ALL: ["Without a restart nobody is disabled"]}
    ),
    "the_token_travels_over_plain_http": Promise(
        "features/connection",
        {CONNECTION: ["A Tenant URL like http://mdm.example.test/scim/v2 is refused before the token is sent"]},
    ),
    "whatever_has_changed_is_fine": Promise(
        "features/entra features/protocol",
        {
            USER: [
                "A new job title, in the legacy dialect",
                "A new job title, in the compliant dialect",
                "A user who is unassigned is disabled, in the legacy dialect",
                "A user who is unassigned is disabled, in the compliant dialect",
                "A user who is blocked is disabled, in the legacy dialect",
                "A user who is deleted softly is disabled, in the legacy dialect",
            ],
            PROTOCOL: [
                'Replace of active with "False" disables the user',
                "replace of active with false disables the user",
                "A change that is made is answered 200 with the user, or 204",
                "A removed attribute is gone",
            ],
        },
    ),
    "strangers_are_written_to": Promise(
        "tests/test_guard.py",
        {
            "tests/test_guard.py": [
                "test_a_bulk_request_may_not_write_to_a_stranger_either",
                "test_a_post_to_a_record_is_a_write",
                "test_a_write_to_anything_else_is_never_sent",
                "test_what_is_claimed_may_be_written_to_and_nothing_else",
            ]
        },
    ),
    "a_fault_in_a_given_is_the_scenarios_own": Promise(
        "tests/test_observing.py",
        {
            "tests/test_observing.py": [
                "test_a_fault_in_a_given_blocks_the_scenario",
                "test_a_fault_before_the_first_step_blocks_the_scenario",
            ]
        },
    ),
    "cleanup_asks_for_no_mark": Promise(
        "tests/test_cleanup.py", {"tests/test_cleanup.py": ["test_a_record_without_the_mark_stays"]}
    ),
    "a_creation_is_announced_when_it_is_done": Promise(
        "tests/test_wire.py",
        {
            "tests/test_wire.py": [
                "test_a_creation_is_announced_before_it_is_sent",
                "test_a_lost_answer_leaves_the_announcement",
                "test_every_attempt_to_create_is_announced",
                "test_the_answer_tells_what_became_of_a_creation",
            ]
        },
    ),
    "secrets_are_kept_in_evidence": Promise(
        "tests/test_wire.py",
        {
            "tests/test_wire.py": [
                "test_a_failure_that_quotes_an_answer_shows_nothing_of_strangers",
                "test_a_wrong_token_of_the_moment_is_not_kept_either",
                "test_an_exchange_is_kept_without_the_token",
                "test_what_is_not_the_endpoint_is_neither_guarded_nor_masked",
            ]
        },
    ),
}


def test_every_broken_rule_has_a_promise() -> None:
    assert set(BREAKS) == set(PROMISES)


@pytest.mark.parametrize("rule", list(BREAKS))
def test_breaking_a_rule_turns_its_scenarios_red_and_no_others(rule: str) -> None:
    promise = PROMISES[rule]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "tests.broken_rules",
        "-p",
        "no:cacheprovider",
        "-q",
        *promise.run.split(),
    ]
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "SCIMULATE_"))}
    ran = subprocess.run(
        command,
        cwd=ROOT,
        env={**environ, VARIABLE: rule, "COLUMNS": "1000"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert SUMMED_UP.search(ran.stdout), ran.stdout + ran.stderr
    red = {name.partition("[")[0] if name.startswith("tests/") else name for name in RED.findall(ran.stdout)}
    assert red == {f"{file}::{title}" for file, titles in promise.red.items() for title in titles}
