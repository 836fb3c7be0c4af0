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

from scimulate.cli.catalogue import catalogue
from scimulate.cli.compare import compare
from scimulate.cli.exit_codes import HARNESS_FAULT, UNREACHABLE, USAGE
from scimulate.cli.explain import explain
from scimulate.cli.known_settings import KNOWN
from scimulate.cli.options import Call, takes_settings
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


# Each command is imported when it is called: what it needs takes longer to load than most calls take to run.
@app.command(RUN)
@takes_settings(RUN)
def _run(call: Call) -> int:
    """Judge an endpoint, or without --url the servers that come with it."""
    from scimulate.cli.run import run

    return run(call)


@app.command(SERVE)
@takes_settings(SERVE)
def _serve(call: Call) -> int:
    """The reference MDM: SCIM at /scim/v2, the administrator portal at /portal."""
    from scimulate.cli.serve import serve

    return serve(call)


@app.command(ENTRA)
@takes_settings(ENTRA)
def _entra(call: Call) -> int:
    """The mock Entra ID: directory, applications and provisioning, with its portal at /portal."""
    from scimulate.cli.entra import entra

    return entra(call)


@app.command("up")
def _up() -> int:
    """Both servers in one process, with one clock and a small directory; prints where to click."""
    from scimulate.cli.up import up

    return up()


@app.command(LOAD)
@takes_settings(LOAD)
def _load(call: Call) -> int:
    """Provision a whole directory of synthetic users and groups, and measure it."""
    from scimulate.cli.load import load

    return load(call)


app.command("explain")(explain)
app.command("catalogue")(catalogue)


@app.command(CLEANUP)
@takes_settings(CLEANUP)
def _cleanup(call: Call) -> int:
    """Remove what interrupted runs left at an endpoint, and only that."""
    from scimulate.cli.cleanup import cleanup

    return cleanup(call)


app.command("compare")(compare)


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
