"""The administrator of Entra ID who edits the attribute mapping, and who provisions one object on demand."""

from collections.abc import Callable

from pytest_bdd import given, parsers, then, when

from scimulate.harness.scim_values import value_at
from scimulate.mock_servers.entra.application import OnDemand
from scimulate.mock_servers.entra.attribute_mappings import AttributeMappings
from scimulate.mock_servers.entra.refused import EntraRefused
from scimulate.steps.directory import listed_names
from scimulate.steps.entra_administrator import Table, rows
from scimulate.steps.world import World

# The mapping


@given("the mappings of these attributes were deleted:")
def mappings_were_deleted(world: World, datatable: Table) -> None:
    world.application.mappings.remove(*(row["target"] for row in rows(datatable)))


@given(parsers.parse('the mapping of "{target}" was deleted'))
def mapping_was_deleted(world: World, target: str) -> None:
    world.application.mappings.remove(target)


@given(parsers.parse('"{source}" was mapped to "{target}"'))
def was_mapped(world: World, source: str, target: str) -> None:
    world.application.mappings.add(source, target)


@when(parsers.parse('the administrator maps "{source}" to "{target}"'))
def maps(world: World, source: str, target: str) -> None:
    world.outcome = _edited(world, lambda mappings: mappings.add(source, target))


@when(parsers.parse('the administrator deletes the mapping of "{target}"'))
def deletes_the_mapping(world: World, target: str) -> None:
    world.outcome = _edited(world, lambda mappings: mappings.remove(target))


def _edited(world: World, change: Callable[[AttributeMappings], None]) -> str:
    """What became of a change: accepted, or why not; a refused one must change nothing."""
    mappings = world.application.mappings
    before = mappings.rows()
    try:
        change(mappings)
    except EntraRefused as refused:
        return refused.code if mappings.rows() == before else f"{refused.code}, and changed all the same"
    return "accepted"


@then(parsers.parse('Entra ID answers "{answer}"'))
def answers(world: World, answer: str) -> None:
    world.judge.check(expected=answer, actual=world.outcome, action="editing the mapping")


@then(parsers.parse("no request of the provisioning service carried any of these:"))
def carried_none(world: World, datatable: Table) -> None:
    sent = [heard for heard in world.overheard.requests if isinstance(heard.body, dict)]
    carried = [
        (heard.describes(), row["target"])
        for heard in sent
        for row in rows(datatable)
        if value_at(heard.body, row["target"]) is not None or row["target"] in repr(heard.body.get("Operations"))
    ]
    world.judge.check(expected=[], actual=carried, action="listening for what is no longer mapped")


# Provision on demand


@given(parsers.re(r"(?P<name>[A-Z]\w+) was provisioned on demand$"))
@when(parsers.re(r'"?(?P<name>[A-Z]\w+)"? is provisioned on demand$'))
def is_provisioned_on_demand(world: World, name: str) -> None:
    world.outcome = world.application.provision_on_demand(world.people.principal(name))


@when(parsers.re(r'"(?P<group>[A-Z]\w+)" is provisioned on demand with (?P<names>[A-Z][\w, ]+)$'))
def is_provisioned_with(world: World, group: str, names: str) -> None:
    members = [world.people.user(name).id for name in listed_names(names)]
    try:
        world.outcome = world.application.provision_on_demand(world.people.principal(group), members)
    except EntraRefused as refused:
        world.outcome = refused.code


@then(parsers.re(r'the result for "?(?P<name>\w+)"? is "(?P<action>\w+)" with "(?P<status>\w+)", step by step:$'))
def result_is(world: World, name: str, action: str, status: str, datatable: Table) -> None:
    wanted = [(row["step"], row["status"]) for row in rows(datatable)]
    world.judge.check(
        expected=[(action, status, wanted)],
        actual=_told(world.outcome, world.people.principal(name)),
        action=f"provisioning {name} on demand",
    )


@then(parsers.parse('Entra ID refuses it because "{code}"'))
def refuses_it(world: World, code: str) -> None:
    world.judge.check(expected=code, actual=world.outcome, action="provisioning on demand")


@then(parsers.parse('the external id of "{user_name}" is the mail nickname of {name}'))
def external_id_is_the_nickname(world: World, user_name: str, name: str) -> None:
    """As it is mapped by default (ENTRA-301)."""
    world.judge.has(user_name, {"externalId": world.people.user(name).mail_nickname})


def _told(outcome: OnDemand | str, principal: str) -> list[tuple[str, str, list[tuple[str, str]]]] | str:
    """What the result says of one user or group, or the code with which it was refused."""
    if isinstance(outcome, str):
        return outcome
    entries = [entry for entry in outcome.entries if entry.identity.id == principal]
    return [(entry.action, entry.status, [(step.kind, step.status) for step in entry.steps]) for entry in entries]
