"""The token that `scimulate serve` starts with: what the line says of it, and what it opens."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scimulate.cli import main
from scimulate.cli.serve import start_token
from scimulate.harness.faults import SettingsError
from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.scim.store import Database
from scimulate.mock_servers.tenants import Tenant, Tenants

ORIGIN = "from SCIMULATE_TOKEN"
REFUSED = "set to Inactive: refused until the portal sets it to Active"


@pytest.fixture
def tenant() -> Iterator[Tenant]:
    database = Database(":memory:")
    yield Tenants(database, lambda name: VirtualClock()).default
    database.close()


def test_a_given_token_is_taken_in_once(tenant: Tenant) -> None:
    assert [start_token(tenant, "canary", ORIGIN) for _ in range(2)] == [f"the one given ({ORIGIN})"] * 2
    assert tenant.tokens.authenticate("canary") is not None
    assert len(tenant.tokens.all()) == 1


def test_a_given_token_that_was_set_to_inactive_stays_so_and_says_so(tenant: Tenant) -> None:
    """SEED-024: starting the server again is not what sets a token to Active."""
    token = tenant.tokens.deactivate(tenant.tokens.adopt("canary").id)
    assert start_token(tenant, "canary", ORIGIN) == f"the one given ({ORIGIN}), {REFUSED}"
    assert (tenant.tokens.all(), tenant.tokens.authenticate("canary")) == ([token], None)


@pytest.mark.parametrize(
    ("inactive", "line"),
    [(0, "; the portal renews them"), (1, "; the portal renews them"), (2, f", {REFUSED}")],
    ids=["both active", "one active", "none active"],
)
def test_kept_tokens_are_told_with_whether_they_open_anything(tenant: Tenant, inactive: int, line: str) -> None:
    tokens = [tenant.tokens.generate().token for _ in range(2)]
    for token in tokens[:inactive]:
        tenant.tokens.deactivate(token.id)
    assert start_token(tenant, None, "") == f"those generated earlier{line}"


def test_beside_two_others_there_is_no_room(tenant: Tenant) -> None:
    """SEED-027."""
    for _ in range(2):
        tenant.tokens.generate()
    with pytest.raises(SettingsError, match="two other tokens"):
        start_token(tenant, "canary", ORIGIN)


def test_a_server_that_cannot_take_the_token_in_says_so_in_a_line_and_leaves(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(tmp_path / "mdm.sqlite")
    database = Database(path)
    tokens = Tenants(database, lambda name: VirtualClock()).default.tokens
    for _ in range(2):
        tokens.generate()
    database.close()
    monkeypatch.setenv("SCIMULATE_TOKEN", "canary-token")
    code = main.run(["serve", "--port", "0", "--database", path])
    said = capsys.readouterr()
    problem = "the database holds two other tokens; give one of them, or start without and remove one in the portal"
    assert (code, said.out, said.err) == (2, "", f"scimulate: token: {problem} (from SCIMULATE_TOKEN)\n")
