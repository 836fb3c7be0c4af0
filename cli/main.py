"""The command `scimulate`, and the one edge where an error becomes a line and an exit code.

Exit codes: 0 nothing to report · 1 findings · 2 usage or settings · 3 endpoint unreachable or token refused ·
4 fault of the harness · 5 nothing was tested · 6 cleanup incomplete · 130/143 interrupted.
"""

import os
import signal
import sys
import traceback
from collections.abc import Sequence
from importlib import metadata
from typing import Annotated, Protocol, runtime_checkable

import typer

from scimulate.cli import catalogue, cleanup, compare, entra, explain, load, serve, up
from scimulate.cli import run as run_command
from scimulate.cli.exit_codes import HARNESS_FAULT, UNREACHABLE, USAGE
from scimulate.cli.known_settings import KNOWN
from scimulate.cli.options import takes_settings
from scimulate.cli.settings import CLEANUP, ENTRA, LOAD, RUN, SERVE
from scimulate.harness.faults import SettingsError, TargetUnreachable

app = typer.Typer(
    name="scimulate",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"scimulate {metadata.version('scimulate')}")
        raise typer.Exit


@app.callback()
def scimulate(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="print it")
    ] = False,
) -> None:
    """Rehearses Microsoft Entra ID provisioning against any SCIM 2.0 endpoint, with a reason for every finding."""


app.command(RUN)(takes_settings(RUN)(run_command.run))
app.command(SERVE)(takes_settings(SERVE)(serve.serve))
app.command(ENTRA)(takes_settings(ENTRA)(entra.entra))
app.command("up")(up.up)
app.command(LOAD)(takes_settings(LOAD)(load.load))
app.command("explain")(explain.explain)
app.command("catalogue")(catalogue.catalogue)
app.command(CLEANUP)(takes_settings(CLEANUP)(cleanup.cleanup))
app.command("compare")(compare.compare)


@runtime_checkable
class UsageProblem(Protocol):
    """What the command line parser raises; its classes are not public."""

    exit_code: int

    def format_message(self) -> str: ...


def run(arguments: Sequence[str] | None = None) -> int:
    """The entry point: the exit code of one call."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = app(given, prog_name="scimulate", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except SettingsError as problem:
        return _refuse(str(problem), USAGE)
    except TargetUnreachable as problem:
        return _refuse(str(problem), UNREACHABLE)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except BrokenPipeError:
        # The reader of our output has gone (`scimulate catalogue | head`): nothing to say, and nobody to say it to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as problem:
        if isinstance(problem, UsageProblem):
            return _refuse_usage(problem)
        if "-v" in given or "--verbose" in given:
            traceback.print_exc()
        return _refuse(f"{type(problem).__name__}: {problem}", HARNESS_FAULT)


def _refuse(problem: str, code: int) -> int:
    for setting in KNOWN:
        # Settings are named as on the command line, whatever the code calls them.
        problem = problem.replace(setting.name.replace("-", "_"), setting.name)
    print(f"scimulate: {' '.join(problem.split())}", file=sys.stderr)
    return code


def _refuse_usage(problem: UsageProblem) -> int:
    message = problem.format_message().strip()
    return _refuse(message, USAGE) if message else USAGE
