"""A load of the bundled server, durable on disk as `scimulate serve` runs it."""

import os
from pathlib import Path

import pytest

from scimulate.harness.target import Target
from scimulate.load.run import run_load
from scimulate.load.settings import LoadSettings
from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.entra.dialect import Dialect
from scimulate.mock_servers.mdm import MdmApplication
from scimulate.mock_servers.serving import RunningServer, open_tenants


@pytest.mark.parametrize(
    ("processes", "dialect"), [(1, Dialect.LEGACY), (2, Dialect.COMPLIANT)], ids=["one process", "two, compliant"]
)
def test_the_bundled_server_holds_a_directory(tmp_path: Path, processes: int, dialect: Dialect) -> None:
    tenants = open_tenants(str(tmp_path / "mdm.sqlite"), lambda _: VirtualClock())
    token = tenants.default.tokens.generate().secret
    with RunningServer(MdmApplication(tenants)) as server:
        settings = LoadSettings(
            target=Target(f"{server.url}/scim/v2", token),
            users=200,
            groups=10,
            processes=processes,
            dialect=dialect,
            p99_limit_ms=60_000.0,
            state_dir=tmp_path / "state",
        )
        outcome = run_load(settings, out=tmp_path, say=lambda _: None, environ=os.environ)
    result = outcome.result
    assert (result.error_kinds, result.discrepancies) == ({}, {})
    assert (result.missing, result.doubled, result.lost_members) == (0, 0, 0)
    assert (result.cleanup.removed, result.cleanup.left, outcome.exit_code) == (210, [], 0)
