"""From settings to the endpoint: the variables that describe it, its `Target`, and who may be told of it."""

import os
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from scimulate.cli.known_settings import BY_NAME
from scimulate.cli.settings import Settings
from scimulate.cli.token import read_token
from scimulate.harness.faults import SettingsError
from scimulate.harness.journal import state_folder
from scimulate.harness.run_id import RUN_ID, RUN_ID_IN_WORDS
from scimulate.harness.target import Target

TEXTS = ("url", "proxy", "oauth-token-url", "oauth-client-id", "oauth-client-secret")
PATHS = ("ca-file", "client-cert")


def warn(line: str) -> None:
    print(f"scimulate: {line}", file=sys.stderr)


def token_of(settings: Settings) -> str | None:
    return read_token(settings, os.environ, sys.stdin, warn)


def variables_of(settings: Settings, token: str | None) -> dict[str, str]:
    """What tells a child process of the endpoint. Paths are absolute: the child works in a folder of its own."""
    found: dict[str, str | None] = {name: settings.text(name) for name in TEXTS}
    for name in PATHS:
        path = settings.text(name)
        found[name] = None if path is None else str(Path(path).absolute())
    found["token"] = token
    found["timeout"] = _number(settings.span("timeout"), timedelta(seconds=1))
    if settings.has("pace"):
        found["pace"] = _number(settings.span("pace"), timedelta(milliseconds=1))
    found["insecure"] = "1" if settings.is_on("insecure") else None
    found["header"] = "\n".join(settings.several("header")) or None
    return {BY_NAME[name].variable: value for name, value in found.items() if value is not None}


def target_of(variables: Mapping[str, str]) -> Target:
    """The endpoint, checked as far as that goes without sending anything."""
    return Target.from_environment(variables)


def state_folder_of(settings: Settings) -> Path:
    """Where the journals are kept."""
    own = settings.text("state-dir")
    return Path(own).absolute() if own else state_folder({})


def run_id_of(settings: Settings) -> str | None:
    """The run id that was asked for."""
    given = settings.text("run-id")
    if given is not None and not RUN_ID.fullmatch(given):
        raise SettingsError("run-id", f"{given!r} must be {RUN_ID_IN_WORDS}")
    return given


def _number(duration: timedelta | None, unit: timedelta) -> str | None:
    return None if duration is None else f"{duration / unit:.12g}"
