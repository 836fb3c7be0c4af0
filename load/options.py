"""The load's settings on Locust's own command line and web page; each has its variable, and the token only that."""

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from scimulate.harness.faults import SettingsError
from scimulate.harness.journal import state_folder
from scimulate.harness.run_id import new_run_id
from scimulate.harness.target import Target
from scimulate.load.settings import LANES, LoadSettings, dialect_of, read_flag, read_rate
from scimulate.mock_servers.entra.dialect import Dialect


def add_options(parser: ArgumentParser, **_: Any) -> None:
    # Locust's own "users" are the lanes here. Only what is added to the parser itself is on the page.
    parser.set_defaults(num_users=LANES, spawn_rate=float(LANES))
    add: Any = parser.add_argument
    add("--directory-users", type=int, default=1000, env_var="SCIMULATE_USERS", help="People to create")
    add("--directory-groups", type=int, default=10, env_var="SCIMULATE_GROUPS", help="Groups to create")
    add("--seed", type=int, default=1, env_var="SCIMULATE_SEED", help="Chooses names and memberships")
    add("--rate", default="max", env_var="SCIMULATE_RATE", help="Requests per second in all, or max")
    add("--keep", action="store_true", default=False, help="Leave what was made at the endpoint")
    add(
        "--yes-this-endpoint",
        action="store_true",
        default=False,
        help="The endpoint is not this machine, and may be loaded",
    )


def read_options(environment: Any, environ: Mapping[str, str]) -> LoadSettings:
    """The settings of the run that Locust has been told to start."""
    options = environment.parsed_options
    url = environment.host or environ.get("SCIMULATE_URL", "")
    dialect = environ.get("SCIMULATE_DIALECT")
    return LoadSettings(
        target=Target.from_environment({**environ, "SCIMULATE_URL": url}),
        users=options.directory_users,
        groups=options.directory_groups,
        rate=read_rate(str(options.rate)),
        seed=options.seed,
        run_id=environ.get("SCIMULATE_RUN_ID") or new_run_id(),
        dialect=Dialect(dialect) if dialect else dialect_of(url),
        keep=options.keep or read_flag(environ, "SCIMULATE_KEEP"),
        yes_this_endpoint=options.yes_this_endpoint or read_flag(environ, "SCIMULATE_YES_THIS_ENDPOINT"),
        p99_limit_ms=_number(environ, "SCIMULATE_P99_LIMIT_MS", 1000.0),
        state_dir=state_folder(environ),
    )


def _number(environ: Mapping[str, str], name: str, default: float) -> float:
    text = environ.get(name) or str(default)
    try:
        return float(text)
    except ValueError:
        raise SettingsError("p99_limit_ms", f"{name} must be a number of milliseconds, not {text!r}") from None
