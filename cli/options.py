"""Flags made from the settings: a command gets its resolved `Settings`, and no flag is written down twice."""

import inspect
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from scimulate.cli.known_settings import KNOWN
from scimulate.cli.settings import Setting, Settings, resolve, switch


@dataclass(frozen=True)
class Call:
    """One call of a command."""

    settings: Settings
    verbosity: int
    """-1 quiet, 0 usual, 1 everything."""


Command = Callable[[Call], int]


def takes_settings(command: str) -> Callable[[Command], Callable[..., int]]:
    """Give a command a flag for each of its settings, `--show-config`, `-q` and `-v`."""
    mine = [setting for setting in KNOWN if command in setting.commands]

    def decorate(function: Command) -> Callable[..., int]:
        def invoke(**flags: Any) -> int:
            quiet, verbose, show = flags.pop("quiet"), flags.pop("verbose"), flags.pop("show_config")
            written = {setting.name: flags[_parameter(setting)] for setting in mine if _parameter(setting) in flags}
            settings = resolve(command, KNOWN, written, os.environ, Path.cwd())
            if show:
                typer.echo("\n".join(settings.lines()))
                return 0
            return function(Call(settings, 1 if verbose else -1 if quiet else 0))

        parameters = [
            *(_flag(setting) for setting in mine if setting.name not in ONLY_VARIABLES),
            _switch("show_config", "--show-config", help="print each setting with its origin, and do nothing"),
            _switch("quiet", "-q", "--quiet", help="print the result alone"),
            _switch("verbose", "-v", "--verbose", help="print all there is"),
        ]
        invoke.__signature__ = inspect.Signature(parameters, return_annotation=int)  # type: ignore[attr-defined]
        invoke.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        invoke.__name__ = function.__name__
        invoke.__doc__ = function.__doc__
        return invoke

    return decorate


ONLY_VARIABLES = ("oauth-client-secret",)
"""Secrets without a flag: other users of the machine see the arguments of a process."""


def _parameter(setting: Setting) -> str:
    return setting.name.replace("-", "_")


def _flag(setting: Setting) -> inspect.Parameter:
    if setting.read is switch:
        return _switch(_parameter(setting), f"--{setting.name}", help=setting.help)
    shown = f"{setting.help} [default: {setting.default}]" if isinstance(setting.default, str | int) else setting.help
    declared = typer.Option(f"--{setting.name}", help=shown, metavar=setting.metavar, show_default=False)
    kind: Any = list[str] if setting.many else str
    return inspect.Parameter(
        _parameter(setting), inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind | None, declared]
    )


def _switch(name: str, *flags: str, help: str) -> inspect.Parameter:
    declared = typer.Option(*flags, help=help, show_default=False)
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[bool | None, declared]
    )
