"""A documented habit of the Ivanti policies that the server has lost in this process: a pytest plug-in.

SCIMULATE_TEST_LOST_HABIT names the field of the policy that has the value of the policy `entra` instead.
"""

import dataclasses
import os
from typing import Any

import pytest

from scimulate.mock_servers.scim.policy import ENTRA, POLICIES

VARIABLE = "SCIMULATE_TEST_LOST_HABIT"


def pytest_configure(config: pytest.Config) -> None:
    patch = pytest.MonkeyPatch()
    config.add_cleanup(patch.undo)
    lost: dict[str, Any] = {os.environ[VARIABLE]: getattr(ENTRA, os.environ[VARIABLE])}
    for name in ("ivanti-r119", "ivanti-r118"):
        patch.setitem(POLICIES, name, dataclasses.replace(POLICIES[name], **lost))
