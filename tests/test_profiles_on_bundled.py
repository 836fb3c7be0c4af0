"""The bundled servers pass under every profile: each is the question it asks, with the policy that answers it."""

import json
from pathlib import Path

import pytest

from scimulate.cli import main
from scimulate.harness.profile import DEFAULT_PROFILE, profile_names

pytestmark = pytest.mark.usefixtures("own_folder")


# R118 differs from R119 in two rules, each of which has scenarios of its own under either.
SLOW = "ivanti-r118"


@pytest.mark.parametrize(
    "profile",
    [
        pytest.param(name, marks=pytest.mark.slow if name == SLOW else ())
        for name in profile_names()
        if name != DEFAULT_PROFILE
    ],
)
def test_the_bundled_servers_pass(profile: str) -> None:
    """The default profile is what `pytest features` judges by."""
    code = main.run(["run", "--profile", profile, "--out", "out", "-q"])
    result = json.loads(Path("out/result.json").read_text(encoding="utf-8"))
    failed = [row["requirement"] for row in result["requirements"] if row["verdict"] in ("failed", "harness_error")]
    assert (code, failed, result["profile"]) == (0, [], profile)
    assert result["counts"]["passed"] > 0
