"""`scimulate catalogue`: all requirements, with the scenarios that prove each."""

import json
from typing import Annotated

import typer

from scimulate.cli.exit_codes import CLEAN


def catalogue(
    as_json: Annotated[bool, typer.Option("--json", help="print a JSON list")] = False,
    profile: Annotated[
        str | None, typer.Option("--profile", metavar="NAME", help="only what counts under this profile")
    ] = None,
) -> int:
    """All requirements, with the scenarios that prove each."""
    from scimulate.harness.catalogue import load_catalogue
    from scimulate.harness.catalogue_views import as_json as rows_of
    from scimulate.harness.catalogue_views import as_lines, scenarios_by_requirement
    from scimulate.harness.profile import load_profile

    weighing = load_profile(profile) if profile is not None else None
    rows = rows_of(load_catalogue(), scenarios_by_requirement(), weighing)
    if as_json:
        typer.echo(json.dumps(rows, indent=1, ensure_ascii=False))
        return CLEAN
    for line in as_lines(rows):
        typer.echo(line)
    return CLEAN
