"""`scimulate load`: full-directory load through Locust."""

import os
import sys
from datetime import timedelta
from pathlib import Path

from scimulate.cli.discretion import discreet
from scimulate.cli.endpoint import run_id_of, state_folder_of, target_of, token_of, variables_of
from scimulate.cli.options import Call
from scimulate.cli.settings import Settings
from scimulate.harness.run_id import new_run_id
from scimulate.load.run import run_load
from scimulate.load.settings import LoadSettings, dialect_of, read_rate


def load(call: Call) -> int:
    """Provision a whole directory of synthetic users and groups, and measure it."""
    settings = load_settings(call.settings)
    say = _ignore if call.verbosity < 0 else _say
    with discreet(settings.target.secrets):
        return run_load(settings, out=Path(call.settings.given("out")), say=say, environ=os.environ).exit_code


def load_settings(settings: Settings) -> LoadSettings:
    url = settings.given("url")
    users = settings.whole("users")
    p99_limit = settings.span("p99-limit-ms") or timedelta(0)
    return LoadSettings(
        target=target_of(variables_of(settings, token_of(settings))),
        users=users if users is not None else int(settings.given("users")),
        groups=settings.whole("groups") or 0,
        mode=settings.given("mode"),
        rate=read_rate(settings.given("rate")),
        processes=settings.whole("processes") or 1,
        seed=settings.whole("seed") or 0,
        run_id=run_id_of(settings) or new_run_id(),
        dialect=dialect_of(url),
        p99_limit_ms=p99_limit / timedelta(milliseconds=1),
        keep=settings.is_on("keep"),
        yes_this_endpoint=settings.is_on("yes-this-endpoint"),
        state_dir=state_folder_of(settings),
    )


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _ignore(line: str) -> None:
    """Quiet: the results are in the files."""
