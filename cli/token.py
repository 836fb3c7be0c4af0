"""Where the endpoint's token comes from: the command line, a variable, a file or standard input."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TextIO

from scimulate.cli.settings import DEFAULT, FLAG, Settings
from scimulate.harness.faults import SettingsError

SOURCES = ("token", "token-file", "token-env")


def read_token(
    settings: Settings, environ: Mapping[str, str], stdin: TextIO, warn: Callable[[str], None]
) -> str | None:
    """The token, from the source given closest to the user; None when there is none."""
    rank = min(settings.rank(name) for name in SOURCES)
    if rank == DEFAULT:
        return None
    source, *others = [name for name in SOURCES if settings.rank(name) == rank]
    if others:
        raise SettingsError(source, f"is given together with {others[0]}; give one of them")
    written = settings.given(source)
    if source == "token-file":
        return _usable(source, stdin.readline() if written == "-" else _read_file(written))
    if source == "token-env":
        if written not in environ:
            raise SettingsError(source, f"there is no variable {written} ({settings.origin(source)})")
        return _usable(source, environ[written])
    if written == "-":
        return _usable(source, stdin.readline())
    if rank == FLAG:
        warn("token: others on this machine can read it on the command line; use SCIMULATE_TOKEN or --token-file")
    return _usable(source, written)


def _read_file(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise SettingsError("token-file", f"{path} is not UTF-8 text") from None
    except OSError as problem:
        raise SettingsError("token-file", f"{path} cannot be read: {problem.strerror}") from None


def _usable(source: str, written: str) -> str:
    token = written.strip()
    if not token:
        raise SettingsError(source, "the token is empty")
    # RFC 6750 §2.1: visible ASCII. Anything else would end the header early or be sent as something else.
    if not all("!" <= character <= "~" for character in token):
        raise SettingsError(source, "the token holds a blank, a line break or a character beyond ASCII")
    return token
