"""Each documented habit of the MDM that its server loses turns its own scenarios red, and no others."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lost_habits import VARIABLE

ROOT = Path(__file__).parent.parent
FOLDER = "features/provisioning"
FEATURES = [f"{FOLDER}/{name}.feature" for name in ("attributes", "ivanti_rules", "user_deprovisioning", "taking_over")]
RED = re.compile(r"^(?:FAILED|ERROR) \S+?::(.*?)(?: - .*)?$", re.MULTILINE)
SUMMED_UP = re.compile(r"\d+ passed|\d+ failed")

PROMISES = {
    "email_required": ["A user without an address is refused", "A member of a group without an address fails alone"],
    "active_required": ["A user who is disabled from the start is refused"],
    "names_required": ["A user whose first and last name are both blank is refused"],
    "user_names_are_addresses": ["A name without an @ is refused"],
    "user_name_fixed": ["A new user name is refused"],
    "updatable": [
        f"A change of {name}, which is not on the list, leaves the user as she is"
        for name in ("title", "nickName", "userType")
    ],
    "blank_updates_ignored": [
        *(f"After replace with {blank} the display name stays" for blank in ('""', "null")),
        *(f"A blank {attribute} leaves the user as she is" for attribute in ("last name", "department")),
        "Of two values the blank one is passed over and the other is taken",
    ],
    "department_only": [
        "The department arrives and the cost center does not",
        "A change of the cost center leaves the user as she is",
    ],
    "flattened_names": [
        f"A change of the printed name for name.{part} changes it" for part in ("givenName", "familyName")
    ],
    "duplicate_group_names_refused": [
        "A second group of the name of another is refused",
        *(f"A group of the name of one from {source} is refused" for source in ("LDAP", "Local")),
        "A group that was made in the portal is not written by Entra ID, and the log says so",
    ],
}
SAMPLE = "names_required"


@pytest.mark.parametrize(
    "habit", [habit if habit == SAMPLE else pytest.param(habit, marks=pytest.mark.slow) for habit in PROMISES]
)
def test_a_habit_that_is_lost_turns_its_scenarios_red_and_no_others(habit: str) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "SCIMULATE_"))}
    command = [sys.executable, "-m", "pytest", "-p", "tests.lost_habits", "-p", "no:cacheprovider", "-q", *FEATURES]
    ran = subprocess.run(
        command,
        cwd=ROOT,
        env={**environ, VARIABLE: habit, "COLUMNS": "1000"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert SUMMED_UP.search(ran.stdout), ran.stdout + ran.stderr
    assert sorted(RED.findall(ran.stdout)) == sorted(PROMISES[habit])
