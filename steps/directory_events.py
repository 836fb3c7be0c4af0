"""What happens in Entra ID's directory on rarer days: guests, namesakes, many at once, who comes again."""

from pytest_bdd import given, parsers

from scimulate.steps.directory import listed_names
from scimulate.steps.world import World


@given(parsers.re(r"(?P<name>[A-Z]\w+) is a guest in the directory$"))
def is_a_guest(world: World, name: str) -> None:
    world.people.add_guest(name)


@given(parsers.parse("{count:d} people are assigned to the application"))
def people_are_assigned(world: World, count: int) -> None:
    world.assign_people(world.people.add_many(count))


@given(parsers.parse('"{group}" with {count:d} members is assigned to the application'))
def large_group_is_assigned(world: World, group: str, count: int) -> None:
    world.people.add_group(group, world.people.add_many(count))
    world.application.assign(world.people.principal(group))


@given(parsers.parse('a second group called "{group}", with {members}, is assigned to the application'))
def namesake_is_assigned(world: World, group: str, members: str) -> None:
    world.application.assign(world.people.add_namesake(group, listed_names(members)))


@given(parsers.parse('"{group}" is deleted from the directory'))
def group_is_deleted(world: World, group: str) -> None:
    world.people.delete_group(group)


@given(parsers.re(r"(?P<name>[A-Z]\w+) was deleted for good and is hired again$"))
def is_hired_again(world: World, name: str) -> None:
    world.leave(name, "deleted for good")
    world.provision()
    world.people.hire_again(name)
    world.assign_people([name])
