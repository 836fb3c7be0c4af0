"""The administrator of the MDM on the pages Users and User Groups, where provisioned users and groups are checked."""

import csv
import io
from collections.abc import Sequence

from pytest_bdd import given, parsers, then, when

from scimulate.steps.directory import listed_names
from scimulate.steps.entra_administrator import Table, rows
from scimulate.steps.former_source import give_devices, give_groups, give_users
from scimulate.steps.portal_calls import Refusal
from scimulate.steps.portal_users import GroupRow, UserRow, UserSheet
from scimulate.steps.world import World

STATES = {"enables": True, "disables": False, "enabled": True, "disabled": False}


def user_rows(world: World, user_name: str) -> list[UserRow]:
    """The rows of the Users page with this user name: one, or none."""
    name = world.names.real(user_name)
    found = world.the_portal().users.find(name)
    assert not isinstance(found, Refusal), found
    return [row for row in found if row.user_name == name]


def group_rows(world: World, group: str) -> list[GroupRow]:
    name = world.names.group(group)
    return [row for row in world.the_portal().groups.find(name) if row.name == name]


def sheet_of(world: World, user_name: str) -> UserSheet:
    return world.the_portal().users.sheet(world.names.real(user_name))


def shown(sheet: UserSheet, field: str) -> object:
    """A field of a user's pages by the name that a table gives it; `${name}` is the value of a custom attribute."""
    if field.startswith("${"):
        return sheet.attributes.get(field[2:-1], "no such attribute")
    name = field.replace(" ", "_")
    return str(getattr(sheet if hasattr(sheet, name) else sheet.row, name))


# Users


@given("these users of other sources exist:")
@when("their source sends again:")
@given("their source has sent again:")
def users_of_other_sources(world: World, datatable: Table) -> None:
    give_users(world, rows(datatable))


@given(parsers.parse('"{user_name}" has {count:d} devices'))
def has_devices(world: World, user_name: str, count: int) -> None:
    give_devices(world, user_name, count)


@given(parsers.re(r'the administrator has (?P<change>enabled|disabled) the user "(?P<user_name>[^"]+)"$'))
@when(parsers.re(r'the administrator (?P<change>enables|disables) the user "(?P<user_name>[^"]+)"$'))
def sets_user_enabled(world: World, change: str, user_name: str) -> None:
    users = world.the_portal().users
    world.outcome = users.set_enabled(world.names.real(user_name), enabled=STATES[change])


@given(parsers.parse('the administrator has disabled and removed the user "{user_name}"'))
def has_disabled_and_removed(world: World, user_name: str) -> None:
    users, name = world.the_portal().users, world.names.real(user_name)
    users.set_enabled(name, enabled=False)
    users.remove(name)


@when(parsers.parse('the administrator removes the user "{user_name}"'))
def removes_the_user(world: World, user_name: str) -> None:
    world.outcome = world.the_portal().users.remove(world.names.real(user_name))


@given(parsers.parse('the administrator has retired and deleted the devices of "{user_name}"'))
def retires_devices(world: World, user_name: str) -> None:
    world.the_portal().users.retire_devices(world.names.real(user_name))


@given(parsers.parse('the administrator has added the local user "{user_name}"'))
@when(parsers.parse('the administrator adds the local user "{user_name}"'))
def adds_a_local_user(world: World, user_name: str) -> None:
    world.outcome = world.the_portal().users.add(world.names.real(user_name))


@when(parsers.parse('the administrator searches the users for "{text}"'))
def searches_the_users(world: World, text: str) -> None:
    world.outcome = world.the_portal().users.find(world.names.real(text))


@when(parsers.re(r'the administrator filters the users by (?P<field>source|invite|sync|status) "(?P<value>[^"]+)"$'))
def filters_the_users(world: World, field: str, value: str) -> None:
    world.outcome = world.the_portal().users.find(**{field: value})


@when(parsers.parse('the administrator filters the users by source "{source}" and by status "{status}"'))
def filters_the_users_twice(world: World, source: str, status: str) -> None:
    world.outcome = world.the_portal().users.find(source=source, status=status)


@when(parsers.parse('the administrator filters the users by the user group "{group}"'))
def filters_the_users_by_group(world: World, group: str) -> None:
    world.outcome = world.the_portal().users.find(group=group_rows(world, group)[0].identifier)


@when("the administrator exports the users")
def exports_the_users(world: World) -> None:
    world.outcome = list(csv.DictReader(io.StringIO(world.the_portal().users.export())))


@then(parsers.parse('the Users page lists "{user_name}" as {status} from "{source}"'))
def users_page_lists(world: World, user_name: str, status: str, source: str) -> None:
    world.judge.check(
        expected=[(status, source)],
        actual=[(row.status, row.source) for row in user_rows(world, user_name)],
        action=f"looking for {world.names.real(user_name)} on the Users page",
    )


@then(parsers.parse('the Users page does not list "{user_name}"'))
def users_page_does_not_list(world: World, user_name: str) -> None:
    world.judge.check(
        expected=[], actual=user_rows(world, user_name), action=f"looking for {user_name} on the Users page"
    )


@then(parsers.parse('the list holds "{user_names}"'))
def list_holds(world: World, user_names: str) -> None:
    found: Sequence[UserRow] | Refusal = world.outcome
    world.judge.check(
        expected=sorted(world.names.real(name) for name in listed_names(user_names)),
        actual=found if isinstance(found, Refusal) else sorted(row.user_name for row in found),
        action="reading the list of users",
    )


@then("the list is empty")
def list_is_empty(world: World) -> None:
    world.judge.check(expected=[], actual=world.outcome, action="reading the list of users")


@then(parsers.parse('the portal shows of "{user_name}":'))
def portal_shows_of(world: World, user_name: str, datatable: Table) -> None:
    sheet = sheet_of(world, user_name)
    fields = [(field, world.names.real(value)) for field, value in datatable]
    world.judge.check(
        expected=fields,
        actual=[(field, shown(sheet, field)) for field, _ in fields],
        action=f"opening the pages of {world.names.real(user_name)}",
    )


@then(parsers.re(r'the user "(?P<user_name>[^"]+)" is granted "(?P<grants>[^"]*)"$'))
def user_is_granted(world: World, user_name: str, grants: str) -> None:
    world.judge.check(
        expected=sorted(listed_names(grants)),
        actual=sorted(sheet_of(world, user_name).grants),
        action=f"reading the roles and apps of {user_name}",
    )


@then(parsers.parse('the user "{user_name}" is in the group "{group}"'))
def user_is_in_the_group(world: World, user_name: str, group: str) -> None:
    wanted = group if group == "All Users" else world.names.group(group)
    groups = sheet_of(world, user_name).groups
    world.judge.check(expected=True, actual=wanted in groups or groups, action=f"reading the groups of {user_name}")


@then(parsers.parse('the export writes the display name of "{user_name}" as {written}'))
def export_writes(world: World, user_name: str, written: str) -> None:
    name = world.names.real(user_name)
    world.judge.check(
        expected=[written],
        actual=[row["display_name"] for row in world.outcome if row["user_name"] == name],
        action="reading the CSV file",
    )


# User Groups


@given("these groups of other sources exist:")
def groups_of_other_sources(world: World, datatable: Table) -> None:
    give_groups(world, rows(datatable))


@given(parsers.parse('the administrator has added the local group "{group}"'))
@when(parsers.parse('the administrator adds the local group "{group}"'))
def adds_a_local_group(world: World, group: str) -> None:
    world.outcome = world.the_portal().groups.add(world.names.group(group))


@given(parsers.parse('the administrator has removed the group "{group}"'))
@when(parsers.parse('the administrator removes the group "{group}"'))
def removes_the_group(world: World, group: str) -> None:
    world.outcome = world.the_portal().groups.remove(group_rows(world, group)[0])


@given(parsers.parse('the group "{group}" grants the role "{role}" and the app "{app}"'))
def group_grants(world: World, group: str, role: str, app: str) -> None:
    for kind, name in (("role", role), ("app", app)):
        world.the_portal().groups.grant(group_rows(world, group)[0], kind, name)


@when("the administrator imports the members:")
def imports_the_members(world: World, datatable: Table) -> None:
    wanted = [(world.names.group(row["group"]), world.names.real(row["user"])) for row in rows(datatable)]
    world.outcome = world.the_portal().groups.import_members(wanted)


@when(parsers.parse('the administrator searches the user groups for "{text}"'))
def searches_the_groups(world: World, text: str) -> None:
    world.outcome = world.the_portal().groups.find(text)


@then(parsers.parse('the User Groups page lists "{group}" with {count:d} members'))
@then(parsers.parse('the User Groups page lists "{group}" with {count:d} members from "{source}"'))
def groups_page_lists(world: World, group: str, count: int, source: str = "SCIM Entra ID") -> None:
    world.judge.check(
        expected=[(count, source)],
        actual=[(row.members, row.source) for row in group_rows(world, group)],
        action=f"looking for {world.names.group(group)} on the User Groups page",
    )


@then(parsers.parse('the User Groups page lists "{group}" from "{sources}"'))
def groups_page_lists_from(world: World, group: str, sources: str) -> None:
    """Each with a GUID of its own; where several have the name, each is marked (IVANTI-090)."""
    wanted, found = listed_names(sources), group_rows(world, group)
    world.judge.check(
        expected=(sorted(wanted), len(wanted), {len(wanted) > 1}),
        actual=(
            sorted(row.source for row in found),
            len({row.identifier for row in found}),
            {row.duplicate for row in found},
        ),
        action=f"looking for {world.names.group(group)} on the User Groups page",
    )


@then(parsers.parse('the User Groups page does not list "{group}"'))
def groups_page_does_not_list(world: World, group: str) -> None:
    world.judge.check(
        expected=[], actual=group_rows(world, group), action=f"looking for {group} on the User Groups page"
    )


@then(parsers.parse('the portal shows the group "{group}" with only "{user_names}"'))
def portal_group_holds(world: World, group: str, user_names: str) -> None:
    members = world.the_portal().groups.members(group_rows(world, group)[0])
    world.judge.check(
        expected=sorted(world.names.real(name) for name in listed_names(user_names)),
        actual=sorted(row.user_name for row in members),
        action=f"opening the user group {world.names.group(group)}",
    )


@then(parsers.parse('the groups found are "{groups}"'))
def groups_found(world: World, groups: str) -> None:
    wanted = [name if name == "All Users" else world.names.group(name) for name in listed_names(groups)]
    world.judge.check(
        expected=sorted(wanted), actual=sorted(row.name for row in world.outcome), action="searching the user groups"
    )


@then(parsers.parse('the group "All Users" counts {count:d} members'))
def all_users_counts(world: World, count: int) -> None:
    found = [row.members for row in world.the_portal().groups.find("All Users") if row.name == "All Users"]
    world.judge.check(expected=[count], actual=found, action="reading the group All Users")


@then("the import says:")
def import_says(world: World, datatable: Table) -> None:
    world.judge.check(
        expected=[(world.names.real(row["user"]), row["result"]) for row in rows(datatable)],
        actual=[(row.user_name, row.result) for row in world.outcome],
        action="importing members from CSV",
    )
