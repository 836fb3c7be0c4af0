"""Settings: one name everywhere, and where each value came from.

A setting `max-requests` is the flag `--max-requests`, the variable `SCIMULATE_MAX_REQUESTS` and the key `max-requests`
of `scimulate.toml`, in this order of precedence, before its default. In the file a key stands at the top, for every
command that has the setting, or in a table named after the command.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from scimulate.harness.faults import SettingsError

SETTINGS_FILE = "scimulate.toml"
RUN, SERVE, ENTRA, LOAD, CLEANUP = "run", "serve", "entra", "load", "cleanup"
COMMANDS = (RUN, SERVE, ENTRA, LOAD, CLEANUP)
WEB_ADDRESS = re.compile(r"https?://(?:[\w.-]*\w\.?|\[[0-9A-Fa-f:.]+\])(?::\d+)?(?:/[^\s?#]*)?")

Value = str | int | bool | timedelta | tuple[str, ...] | None


def text(written: str) -> str:
    if not written.strip():
        raise ValueError("is empty")
    return written


def whole(minimum: int) -> Callable[[str], int]:
    def read(written: str) -> int:
        try:
            number = int(written)
        except ValueError:
            raise ValueError(f"{written!r} is not a whole number") from None
        if number < minimum:
            raise ValueError(f"{number} is too small; {minimum} is the least")
        return number

    return read


def port(written: str) -> int:
    number = whole(0)(written)
    if number > 65535:
        raise ValueError(f"{number} is no port; ports end at 65535")
    return number


def web_address(written: str) -> str:
    try:
        usable = WEB_ADDRESS.fullmatch(written) is not None and urlsplit(written).port != 0
    except ValueError:
        usable = False
    if not usable:
        raise ValueError(f"{written!r} is no address to reach a server at; write one like https://mdm.example.com")
    return written


def span(unit: str, *, least: float = 0.0) -> Callable[[str], timedelta]:
    """A duration written as a number of `unit` ("seconds", "milliseconds")."""

    def read(written: str) -> timedelta:
        try:
            number = float(written)
            duration = timedelta(**{unit: number})
        except (ValueError, OverflowError):
            raise ValueError(f"{written!r} is not a number of {unit}") from None
        if number < least:
            raise ValueError(f"{written} is too small; give a number of {unit} from {least:g}")
        return duration

    return read


def switch(written: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    try:
        return words[written.strip().lower()]
    except KeyError:
        raise ValueError(f"{written!r} is neither on nor off; write 1 or 0") from None


def one_of(*accepted: str) -> Callable[[str], str]:
    def read(written: str) -> str:
        if written not in accepted:
            raise ValueError(f"{written!r} is not one of {', '.join(accepted)}")
        return written

    return read


@dataclass(frozen=True)
class Setting:
    """`read` turns what was written into the value, or raises ValueError saying why it cannot."""

    name: str
    commands: tuple[str, ...]
    help: str
    read: Callable[[str], Value] = text
    default: Value = None
    metavar: str = "TEXT"
    many: bool = False
    secret: bool = False
    """Never shown, and never taken from a file that is shared."""
    masked: bool = False
    """Never shown: it may hold a secret."""

    @property
    def variable(self) -> str:
        return "SCIMULATE_" + self.name.upper().replace("-", "_")

    def value_of(self, written: object, origin: str) -> Value:
        """What was written at `origin`: text, or what TOML makes of it."""
        if isinstance(written, list | tuple):
            if not self.many:
                raise SettingsError(self.name, f"takes one value, not a list ({origin})")
            return tuple(cast(str, self._one(item, origin)) for item in written)
        one = self._one(written, origin)
        return (cast(str, one),) if self.many else one

    def _one(self, written: object, origin: str) -> Value:
        if isinstance(written, bool):
            written = "1" if written else "0"
        elif isinstance(written, int | float):
            written = str(written)
        if not isinstance(written, str):
            raise SettingsError(self.name, f"must be a plain value, not {type(written).__name__} ({origin})")
        try:
            return self.read(written)
        except ValueError as problem:
            shown = "its value cannot be used" if self.secret or self.masked else str(problem)
            raise SettingsError(self.name, f"{shown} ({origin})") from None


FLAG, ENVIRONMENT, FILE, DEFAULT = range(4)


@dataclass(frozen=True)
class Resolved:
    setting: Setting
    value: Value
    origin: str
    rank: int = DEFAULT
    """How close to the user it was given: FLAG, ENVIRONMENT, FILE or DEFAULT."""

    def __str__(self) -> str:
        return f"{self.setting.name} = {self._shown()}  ({self.origin})"

    def _shown(self) -> str:
        if self.value is None or self.value == ():
            return "not set"
        if self.setting.secret or self.setting.masked:
            return "********"
        if isinstance(self.value, timedelta):
            return f"{self.value.total_seconds():g} s"
        if isinstance(self.value, bool):
            return "on" if self.value else "off"
        if isinstance(self.value, tuple):
            return ", ".join(self.value)
        return str(self.value)


class Settings:
    """The resolved settings of one command."""

    def __init__(self, resolved: Mapping[str, Resolved]) -> None:
        self._resolved = resolved

    def has(self, name: str) -> bool:
        """Whether the command knows the setting."""
        return name in self._resolved

    def origin(self, name: str) -> str:
        return self._resolved[name].origin

    def rank(self, name: str) -> int:
        return self._resolved[name].rank

    def text(self, name: str) -> str | None:
        return cast(str | None, self._resolved[name].value)

    def given(self, name: str) -> str:
        """The text of a setting that the command cannot do without."""
        value = self.text(name)
        if value is None:
            setting = self._resolved[name].setting
            raise SettingsError(name, f"is needed: give --{name}, set {setting.variable}, or put it in {SETTINGS_FILE}")
        return value

    def whole(self, name: str) -> int | None:
        return cast(int | None, self._resolved[name].value)

    def span(self, name: str) -> timedelta | None:
        return cast(timedelta | None, self._resolved[name].value)

    def is_on(self, name: str) -> bool:
        return bool(self._resolved[name].value)

    def several(self, name: str) -> tuple[str, ...]:
        return cast(tuple[str, ...], self._resolved[name].value or ())

    def lines(self) -> list[str]:
        """What `--show-config` prints."""
        return [str(resolved) for resolved in self._resolved.values()]


def resolve(
    command: str,
    known: tuple[Setting, ...],
    flags: Mapping[str, object],
    environ: Mapping[str, str],
    folder: Path,
) -> Settings:
    """The settings of `command`: flag > environment > `scimulate.toml` in `folder` > default."""
    path = folder / SETTINGS_FILE
    written = read_file(path, known)
    resolved = {}
    for setting in known:
        if command in setting.commands:
            resolved[setting.name] = _resolve_one(setting, command, flags, environ, written)
    return Settings(resolved)


def _resolve_one(
    setting: Setting,
    command: str,
    flags: Mapping[str, object],
    environ: Mapping[str, str],
    written: Mapping[str, Mapping[str, object]],
) -> Resolved:
    flag = flags.get(setting.name)
    if flag is not None and flag != () and flag != []:
        origin = f"from --{setting.name}"
        return Resolved(setting, setting.value_of(flag, origin), origin, FLAG)
    if environ.get(setting.variable):
        origin = f"from {setting.variable}"
        held = environ[setting.variable]
        several = [line for line in held.splitlines() if line.strip()] if setting.many else held
        return Resolved(setting, setting.value_of(several, origin), origin, ENVIRONMENT)
    for table in (command, ""):
        if setting.name in written[table]:
            origin = f"from {SETTINGS_FILE}"
            return Resolved(setting, setting.value_of(written[table][setting.name], origin), origin, FILE)
    return Resolved(setting, setting.default, "default")


def read_file(path: Path, known: tuple[Setting, ...]) -> dict[str, dict[str, object]]:
    """The keys of a settings file by table; "" are those at its top. No file is an empty one."""
    tables: dict[str, dict[str, object]] = {name: {} for name in ("", *COMMANDS)}
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return tables
    except (OSError, UnicodeDecodeError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else "it is not UTF-8 text"
        raise SettingsError(str(path), f"the settings file cannot be read: {reason}") from None
    except tomllib.TOMLDecodeError as problem:
        raise SettingsError(str(path), f"the settings file is not TOML: {problem}") from None
    for key, value in content.items():
        if key in COMMANDS and isinstance(value, dict):
            tables[key] = value
        else:
            tables[""][key] = value
    for table, keys in tables.items():
        for key in keys:
            _refuse_unknown(path, table, key, known)
    return tables


def _refuse_unknown(path: Path, table: str, key: str, known: tuple[Setting, ...]) -> None:
    shown = f"{table}.{key}" if table else key
    setting = next((setting for setting in known if setting.name == key), None)
    if setting is not None and setting.secret:
        raise SettingsError(
            shown, f"a secret does not belong in a file that is shared ({path}); use {setting.variable}"
        )
    accepted = sorted(s.name for s in known if (not table or table in s.commands) and not s.secret)
    if key not in accepted:
        raise SettingsError(shown, f"is no setting ({path}); accepted are {', '.join(accepted)}")
