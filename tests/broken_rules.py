"""Rules of server, emulator and judge, each with the small change that breaks it: a pytest plug-in.

SCIMULATE_TEST_BROKEN_RULE names the one that is broken in this process. `test_broken_rules.py` says what must go red.
"""

import dataclasses
import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

VARIABLE = "SCIMULATE_TEST_BROKEN_RULE"
BREAKS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {}


def breaks(change: Callable[[pytest.MonkeyPatch], None]) -> Callable[[pytest.MonkeyPatch], None]:
    BREAKS[change.__name__] = change
    return change


def pytest_configure(config: pytest.Config) -> None:
    patch = pytest.MonkeyPatch()
    config.add_cleanup(patch.undo)
    BREAKS[os.environ[VARIABLE]](patch)


# The reference MDM


@breaks
def the_last_new_member_is_dropped(patch: pytest.MonkeyPatch) -> None:
    from scimulate.mock_servers.scim.membership import Membership

    add = Membership.add
    patch.setattr(Membership, "add", lambda self, ids: add(self, ids[:-1]))


@breaks
def removing_one_member_removes_all(patch: pytest.MonkeyPatch) -> None:
    from scimulate.mock_servers.scim.membership import Membership

    patch.setattr(Membership, "remove", lambda self, ids: self.replace([]))


@breaks
def user_names_are_compared_exactly(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("scimulate.mock_servers.scim.lists._WITHOUT_CASE", frozenset({"display_name"}))


@breaks
def a_deleted_user_stays(patch: pytest.MonkeyPatch) -> None:
    from scimulate.mock_servers.scim.resources import Resources

    patch.setattr(Resources, "delete", lambda self, connection, row: None)


@breaks
def a_patch_with_a_word_for_a_boolean_is_refused(patch: pytest.MonkeyPatch) -> None:
    from scimulate.mock_servers.scim.policy import ENTRA, POLICIES

    patch.setitem(POLICIES, "entra", dataclasses.replace(ENTRA, string_booleans=False))


# The mock Entra ID


@breaks
def the_interval_is_39_minutes(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("scimulate.mock_servers.entra.job.INTERVAL", timedelta(minutes=39))


@breaks
def nested_members_are_provisioned(patch: pytest.MonkeyPatch) -> None:
    from scimulate.mock_servers.entra.scope import Entitled, entitled

    def nested(directory: Any, assignments: Any, scope: Any) -> Entitled:
        found = entitled(directory, assignments, scope)
        below = {member for group in found.groups for member in directory.groups[group].members}
        deeper = {member for group in below & set(directory.groups) for member in directory.groups[group].members}
        return Entitled(found.users | (deeper & set(directory.users)), found.groups)

    patch.setattr("scimulate.mock_servers.entra.application.entitled", nested)


@breaks
def disabled_accounts_are_created(patch: pytest.MonkeyPatch) -> None:
    from scimulate.mock_servers.entra.principals import User

    patch.setattr(User, "is_active", property(lambda self: self.deleted_at is None))


@breaks
def the_scope_is_narrowed_without_a_restart(patch: pytest.MonkeyPatch) -> None:
    from scimulate.mock_servers.entra.application import Application
    from scimulate.mock_servers.entra.scope import Scope

    def set_scope(self: Any, scope: Scope) -> None:
        self._scope = self._scope_in_force = scope

    patch.setattr(Application, "scope", property(lambda self: self._scope, set_scope))


@breaks
def the_token_travels_over_plain_http(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("scimulate.mock_servers.entra.connection._is_loopback", lambda host: True)


# The judge


@breaks
def strangers_are_written_to(patch: pytest.MonkeyPatch) -> None:
    from scimulate.harness.journal import Journal

    patch.setattr(Journal, "owns", lambda self, collection, id: True)


@breaks
def a_fault_in_a_given_is_the_scenarios_own(patch: pytest.MonkeyPatch) -> None:
    from scimulate.harness import observing

    faulted: Callable[..., Any] = observing._faulted
    patch.setattr(observing, "_faulted", lambda *seen, in_a_given: faulted(*seen, in_a_given=False))


@breaks
def secrets_are_kept_in_evidence(patch: pytest.MonkeyPatch) -> None:
    from scimulate.harness.redaction import Redactor

    patch.setattr(Redactor, "text", lambda self, text: text)


@breaks
def whatever_has_changed_is_fine(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("scimulate.steps.judge.changes", lambda before, after: {})


@breaks
def cleanup_asks_for_no_mark(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("scimulate.harness.cleanup.bears", lambda run_id, document: True)


@breaks
def a_creation_is_announced_when_it_is_done(patch: pytest.MonkeyPatch) -> None:
    from scimulate.harness.journal import Journal

    patch.setattr(Journal, "intend", lambda self, number, collection, marks: f"late-{number}")
