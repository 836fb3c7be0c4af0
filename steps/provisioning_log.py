"""The provisioning log of Entra ID as a file that its administrator takes along (IVANTI-053)."""

import csv
import io
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from pytest_bdd import parsers, then, when

from scimulate.steps.entra_administrator import Table, rows
from scimulate.steps.entra_portal import EntraPortal
from scimulate.steps.world import World

Entries = list[Mapping[str, Any]]
READERS: Mapping[str, Callable[[str], Entries]] = {
    "CSV": lambda text: list(csv.DictReader(io.StringIO(text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")))),
    "JSON": json.loads,
}


@when(parsers.re(r"the administrator downloads the provisioning log as (?P<format_name>CSV|JSON)$"))
def downloads_the_log(world: World, entra_portal: EntraPortal, format_name: str) -> None:
    world.outcome = _downloaded(world, entra_portal, format_name, {})


@when(
    parsers.re(
        r"the administrator downloads the provisioning log as (?P<format_name>CSV|JSON),"
        r' of the (?P<field>status|action) "(?P<value>\w+)"$'
    )
)
def downloads_part_of_the_log(
    world: World, entra_portal: EntraPortal, format_name: str, field: str, value: str
) -> None:
    world.outcome = _downloaded(world, entra_portal, format_name, {field: value})


@when(
    parsers.re(
        r"the administrator downloads the provisioning log as (?P<format_name>CSV|JSON), (?P<bound>since|until) today$"
    )
)
def downloads_the_log_of_today(world: World, entra_portal: EntraPortal, format_name: str, bound: str) -> None:
    world.outcome = _downloaded(world, entra_portal, format_name, {bound: f"{world.clock.now():%Y-%m-%d}"})


def _downloaded(world: World, entra_portal: EntraPortal, format_name: str, asked: Mapping[str, str]) -> Entries:
    path = f"/applications/{world.application.id}/log.{format_name.lower()}?{urlencode(asked)}"
    return READERS[format_name](entra_portal.call("GET", path).text)


@then("the download tells:")
def download_tells(world: World, datatable: Table) -> None:
    wanted = [(world.people.principal(row["name"]), row["action"], row["status"]) for row in rows(datatable)]
    found: Entries = world.outcome
    world.judge.check(
        expected=sorted(wanted),
        actual=sorted((entry["sourceId"], entry["provisioningAction"], entry["status"]) for entry in found),
        action="reading the file",
    )


@then(
    parsers.parse('the download tells that "{attribute}" of "{user_name}" went from "{old}" to "{new}"'),
)
def download_tells_a_change(world: World, attribute: str, user_name: str, old: str, new: str) -> None:
    _tells_last(world, world.judge.find_user(user_name)["id"], attribute, old, new)


@then(parsers.parse('the download tells that "{user_name}" joined the group "{group}"'))
def download_tells_a_member(world: World, user_name: str, group: str) -> None:
    member = world.judge.find_user(user_name)["id"]
    _tells_last(world, world.judge.one_group(group)["id"], "members", "", member)


def _tells_last(world: World, target: str, attribute: str, old: str, new: str) -> None:
    last = world.outcome[-1]
    world.judge.check(
        expected=(target, [{"displayName": attribute, "oldValue": old, "newValue": new}]),
        actual=(last["targetId"], last["modifiedProperties"]),
        action="reading the file",
    )
