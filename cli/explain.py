"""`scimulate explain ID`: one requirement in full."""

from typing import Annotated

import typer

from scimulate.cli.exit_codes import CLEAN
from scimulate.harness.faults import HarnessError, SettingsError

ProfileName = Annotated[str, typer.Option("--profile", metavar="NAME", help="the profile whose reading is shown")]


def explain(
    identifier: Annotated[str, typer.Argument(metavar="ID", help="a requirement, such as SEED-027")],
    profile: ProfileName = "entra",
) -> int:
    """A requirement: what it says, why Entra cares, how it is tested, how it fails, and how to dispute it."""
    from scimulate.harness import catalogue, catalogue_views
    from scimulate.harness.profile import load_profile

    try:
        requirement = catalogue.load_catalogue().find(identifier)
    except HarnessError as problem:
        raise SettingsError("id", str(problem)) from None
    scenarios = catalogue_views.scenarios_by_requirement()
    typer.echo(catalogue_views.explain(requirement, scenarios, load_profile(profile)), nl=False)
    return CLEAN
