"""The provisioning log of Entra ID as a file that its administrator takes along (IVANTI-053)."""

import csv
import io
import json
from collections.abc import Callable, Mapping

from pytest_bdd import parsers, then, when

from scimulate.steps.entra_administrator import Table, rows
from scimulate.steps.entra_portal import EntraPortal
from scimulate.steps.world import World

Entries = list[Mapping[str, str]]
READERS: Mapping[str, Callable[[str], Entries]] = {
    "CSV": lambda text: list(csv.DictReader(io.StringIO(text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")))),
    "JSON": json.loads,
}


@when(parsers.re(r"the administrator downloads the provisioning log as (?P<format_name>CSV|JSON)$"))
def downloads_the_log(world: World, entra_portal: EntraPortal, format_name: str) -> None:
    answer = entra_portal.call("GET", f"/applications/{world.application.id}/log.{format_name.lower()}")
    world.outcome = READERS[format_name](answer.text)


@then("the download tells:")
def download_tells(world: World, datatable: Table) -> None:
    wanted = [(world.people.principal(row["name"]), row["action"], row["status"]) for row in rows(datatable)]
    found: Entries = world.outcome
    world.judge.check(
        expected=sorted(wanted),
        actual=sorted((entry["sourceId"], entry["provisioningAction"], entry["status"]) for entry in found),
        action="reading the file",
    )
