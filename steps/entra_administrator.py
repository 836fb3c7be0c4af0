"""The administrator of Entra ID: the directory, the application, its connection, its assignments and its scope."""

from collections.abc import Callable

from pytest_bdd import given, parsers, then, when

from scimulate.mock_servers.entra.application import ConnectionTest, CredentialsRefused
from scimulate.mock_servers.entra.scope import Scope
from scimulate.steps.clock import on_the_day
from scimulate.steps.directory import listed_names
from scimulate.steps.world import PASSES_THE_PROBE, World

KEEPS_OUT = "ENTRA-052"
INVENTED_TOKEN = "invented-by-nobody-0123456789"

PASTED: dict[str, Callable[[str], str]] = {
    "with spaces around it": lambda token: f"  {token} ",
    "with a tab before it": lambda token: f"\t{token}",
    "with a line break after it": lambda token: f"{token}\r\n",
    "with a space in it": lambda token: f"{token[:8]} {token[8:]}",
    "with a line break in it": lambda token: f"{token[:8]}\n{token[8:]}",
    "with the word Bearer before it": lambda token: f"Bearer {token}",
}
"""What happens to a token on its way from one page to the other (NEG-11)."""

Table = list[list[str]]


def rows(table: Table) -> list[dict[str, str]]:
    """The rows of a step's table, by heading."""
    heading, *body = table
    return [dict(zip(heading, row, strict=True)) for row in body]


# The connection


@given("the connection is saved")
@given("Entra ID is connected to the endpoint")
def connected(world: World) -> None:
    world.connect()


@given(parsers.parse("Entra ID is connected to the endpoint in the {dialect} dialect"))
def connected_in_dialect(world: World, dialect: str) -> None:
    world.connect(dialect)


@when("the connection is tested with the target SCIM URL and the token")
def tests_the_connection(world: World) -> None:
    world.outcome = world.application.test_connection(world.tenant_url(), world.token)


@when("the connection is tested with the target SCIM URL and a token that nobody issued")
def tests_with_an_invented_token(world: World) -> None:
    world.outcome = world.application.test_connection(world.tenant_url(), INVENTED_TOKEN)


@when("the connection is tested with the target SCIM URL and the secret it had before")
def tests_with_the_former_secret(world: World) -> None:
    world.outcome = world.application.test_connection(world.tenant_url(), world.secret_before)


@when("the connection is tested with token and URL in each other's field")
def tests_with_swapped_fields(world: World) -> None:
    world.outcome = world.application.test_connection(world.token, world.tenant_url())


@when(parsers.re(r"the connection is tested with the target SCIM URL and the token (?P<how>with .+)$"))
def tests_with_a_pasted_token(world: World, how: str) -> None:
    world.outcome = world.application.test_connection(world.tenant_url(), PASTED[how](world.token))


@when("the connection is tested with the target SCIM URL and no token")
def tests_without_a_token(world: World) -> None:
    world.outcome = world.application.test_connection(world.tenant_url(), "")


@given("a token that nobody issued was tested and not saved")
def tested_and_not_saved(world: World) -> None:
    world.application.test_connection(world.tenant_url(), INVENTED_TOKEN)


@when(parsers.parse('the connection is tested with the Tenant URL "{url}"'))
def tests_with_the_url(world: World, url: str) -> None:
    world.outcome = world.application.test_connection(url, world.token)


@when("the administrator saves a token that nobody issued")
def saves_an_invented_token(world: World) -> None:
    world.outcome = ConnectionTest(True, "", "The credentials were saved.")
    try:
        world.application.save_credentials(world.tenant_url(), INVENTED_TOKEN)
    except CredentialsRefused as refusal:
        world.outcome = refusal.test


@then("Entra ID shows a green check")
def shows_a_green_check(world: World) -> None:
    test = world.tested()
    world.judge.check(
        expected="a green check",
        actual="a green check" if test.succeeded else f"{test.code}: {test.message}",
        action="testing the connection",
        requirement=PASSES_THE_PROBE,
    )


@then(parsers.parse('Entra ID refuses the connection because "{code}"'))
def refuses_the_connection(world: World, code: str) -> None:
    test = world.tested()
    world.judge.check(
        expected=code,
        actual="it was accepted" if test.succeeded else test.code,
        action="testing the connection",
        requirement=KEEPS_OUT if test.succeeded else None,
    )


@then(parsers.parse('Entra ID refuses the connection and names the field "{field}"'))
def names_the_field(world: World, field: str) -> None:
    message = world.tested().message
    world.judge.check(expected=field, actual=field if field in message else message, action="testing the connection")


@then("Entra ID shows the secret token only masked")
def masks_the_secret(world: World) -> None:
    masked = world.application.credentials.masked if world.application.credentials else ""
    world.judge.check(
        expected=False, actual=world.token in masked or not masked, action="reading the saved credentials"
    )


@then("the former connection still works")
def former_connection_works(world: World) -> None:
    world.application.assign(world.people.user("Ada").id)
    world.provision()
    world.judge.one_user("ada@contoso.test", active=True)


# The directory


@given("these people exist in the directory:")
def people_exist(world: World, datatable: Table) -> None:
    for row in rows(datatable):
        world.people.add(row)


@given("these groups exist in the directory:")
def groups_exist(world: World, datatable: Table) -> None:
    for row in rows(datatable):
        world.people.add_group(row["group"], listed_names(row["members"]))


@given(parsers.re(r"(?P<name>[A-Z]\w+) exists in the directory$"))
def person_exists(world: World, name: str) -> None:
    world.people.user(name)


@given(parsers.parse("the account of {name} is disabled"))
def account_is_disabled(world: World, name: str) -> None:
    world.people.directory.update_user(world.people.user(name).id, account_enabled=False)


@given(
    parsers.re(
        r"the (?P<attribute>job title|mobile number|user name|surname|department|mail)"
        r' of (?P<name>\w+) becomes "(?P<value>.*)"$'
    )
)
def attribute_becomes(world: World, attribute: str, name: str, value: str) -> None:
    world.people.change(name, attribute, value)


@given(parsers.parse("the manager of {name} becomes {manager}"))
def manager_becomes(world: World, name: str, manager: str) -> None:
    world.people.directory.set_manager(world.people.user(name).id, world.people.user(manager).id)


@given(parsers.re(r'(?P<name>[A-Z]\w+) has joined "(?P<group>[^"]+)"$'))
def has_joined(world: World, name: str, group: str) -> None:
    world.people.directory.add_member(world.people.group(group).id, world.people.user(name).id)


@given(parsers.re(r'(?P<name>[A-Z]\w+) has left "(?P<groups>[^"]+)"$'))
def has_left(world: World, name: str, groups: str) -> None:
    for group in listed_names(groups):
        world.people.directory.remove_member(world.people.group(group).id, world.people.user(name).id)


@given(parsers.parse('"{group}" is renamed to "{new_name}"'))
def group_is_renamed(world: World, group: str, new_name: str) -> None:
    world.people.rename_group(group, new_name)


# Assignments and scope


@given(parsers.re(r'"?(?P<name>[A-Z]\w+)"? is assigned to the application$'))
def is_assigned(world: World, name: str) -> None:
    world.application.assign(world.people.principal(name))


@given(parsers.re(r"(?P<name>[A-Z]\w+) is assigned to the application at (?P<moment>[\d:]+)$"))
def is_assigned_at(world: World, name: str, moment: str) -> None:
    world.clock.advance_to(on_the_day(world, moment))
    world.application.assign(world.people.principal(name))


@given(parsers.re(r'"?(?P<name>[A-Z]\w+)"? is no longer assigned$'))
def is_no_longer_assigned(world: World, name: str) -> None:
    world.application.unassign(world.people.principal(name))


@given(parsers.re(r"(?P<name>[A-Z]\w+) is (?P<event>unassigned|blocked|deleted softly|deleted for good)$"))
def leaves(world: World, name: str, event: str) -> None:
    world.leave(name, event)


@given(parsers.re(r"(?P<name>[A-Z]\w+) was (?P<event>unassigned|deleted softly) for one cycle$"))
def left_for_one_cycle(world: World, name: str, event: str) -> None:
    world.leave(name, event)
    world.provision()
    world.judge.one_user(f"{name.lower()}@contoso.test", active=False)
    world.come_back(name, event)


@when(parsers.parse('the administrator searches for "{text}"'))
def searches_for(world: World, text: str) -> None:
    world.outcome = [principal.display_name for principal in world.people.directory.search(text)]


@when(parsers.parse('the administrator assigns "{name}"'))
def assigns(world: World, name: str) -> None:
    world.application.assign(world.people.principal(name))


@then(parsers.parse('the search finds "{name}"'))
def search_finds(world: World, name: str) -> None:
    world.judge.check(expected=[world.people.shown_as(name)], actual=world.outcome, action="searching the directory")


@then("the search finds nobody")
def search_finds_nobody(world: World) -> None:
    world.judge.check(expected=[], actual=world.outcome, action="searching the directory")


@then("Users and groups lists:")
def lists_assignments(world: World, datatable: Table) -> None:
    world.judge.check(
        expected=[(world.people.shown_as(row["name"]), row["type"]) for row in rows(datatable)],
        actual=[(each.display_name, each.kind) for each in world.application.assignments()],
        action="opening Users and groups",
    )


@given(parsers.parse('the scope is "{scope}"'))
def scope_is(world: World, scope: str) -> None:
    world.application.scope = Scope(scope)


@given("the application has forgotten its links")
def has_forgotten_its_links(world: World) -> None:
    world.application.forget_links()


@given(parsers.parse('everybody was provisioned with the scope "{scope}"'))
def everybody_was_provisioned(world: World, scope: str) -> None:
    world.application.scope = Scope(scope)
    world.provision()
    for name in world.people.names():
        world.judge.one_user(f"{name.lower()}@contoso.test", active=True)


@given(parsers.parse("{name} is assigned to a second application of the same endpoint"))
def is_assigned_elsewhere(world: World, name: str) -> None:
    world.application = world.create_application("MDM again")
    world.connect()
    world.application.assign(world.people.principal(name))
