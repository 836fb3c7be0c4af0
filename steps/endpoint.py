"""The endpoint under test, as it is seen from outside after something was done."""

from pytest_bdd import parsers, then

from scimulate.steps.directory import listed_names
from scimulate.steps.entra_administrator import Table, rows
from scimulate.steps.portal_administrator import PLACES
from scimulate.steps.world import World


def _value(text: str) -> str | bool:
    return {"true": True, "false": False}.get(text, text)


# Users


@then(parsers.re(r'the endpoint has one (?P<state>active|inactive) user "(?P<user_name>[^"]+)"$'))
def has_one_user(world: World, state: str, user_name: str) -> None:
    world.judge.one_user(user_name, active=state == "active")


@then(parsers.parse('the endpoint has no user "{user_name}"'))
def has_no_user(world: World, user_name: str) -> None:
    world.judge.no_user(user_name)


@then(parsers.parse('the endpoint holds the users "{user_names}" and nobody else'))
def holds_nobody_else(world: World, user_names: str) -> None:
    world.judge.nobody_but(listed_names(user_names))


@then(parsers.parse('the user "{user_name}" at the endpoint has:'))
def user_has(world: World, user_name: str, datatable: Table) -> None:
    world.judge.has(user_name, {row["attribute"]: _value(world.names.real(row["value"])) for row in rows(datatable)})


@then(parsers.parse('only "{attribute}" of "{user_name}" has changed, to "{value}"'))
def only_has_changed(world: World, attribute: str, user_name: str, value: str) -> None:
    world.judge.changed(user_name, {attribute: _value(value)})


@then(parsers.parse('"{attribute}" of "{user_name}" is gone, and nothing else'))
def only_is_gone(world: World, attribute: str, user_name: str) -> None:
    world.judge.changed(user_name, {attribute: None})


@then(parsers.parse('"{user_name}" is now "{new_name}"'))
def is_renamed(world: World, user_name: str, new_name: str) -> None:
    world.judge.renamed(user_name, new_name)


@then(parsers.parse('"{user_name}" is unchanged'))
def is_unchanged(world: World, user_name: str) -> None:
    world.judge.changed(user_name, {})


@then(parsers.parse('"{user_name}" has the id it had'))
def has_the_same_id(world: World, user_name: str) -> None:
    world.judge.check(
        expected=world.judge.remembered(user_name)["id"],
        actual=world.judge.find_user(user_name)["id"],
        action=f"reading the id of {world.names.real(user_name)}",
    )


@then(parsers.parse('the location of "{user_name}" lies below the Tenant URL'))
def location_lies_below(world: World, user_name: str) -> None:
    world.judge.located(user_name, world.scim_url)


@then(parsers.parse('the manager of "{user_name}" at the endpoint is "{manager}"'))
def manager_is(world: World, user_name: str, manager: str) -> None:
    path = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value"
    world.judge.has(user_name, {path: world.judge.find_user(manager)["id"]})


# Groups


@then(parsers.parse('the endpoint group "{group}" lists only "{members}"'))
def group_lists_only(world: World, group: str, members: str) -> None:
    world.judge.group_lists(group, listed_names(members))


@then(parsers.parse('the endpoint group "{group}" has no members'))
def group_has_no_members(world: World, group: str) -> None:
    world.judge.group_lists(group, [])


@then(parsers.parse('the endpoint group "{group}" lists everybody who was created'))
def group_lists_everybody_created(world: World, group: str) -> None:
    world.judge.group_lists_everybody_created(group)


@then(parsers.parse('"{group}" has the id that "{former}" had'))
def group_has_the_id_of(world: World, group: str, former: str) -> None:
    world.judge.check(
        expected=world.judge.remembered(former)["id"],
        actual=world.judge.one_group(group)["id"],
        action=f"reading the id of the group {world.names.group(group)}",
    )


@then(parsers.parse('the endpoint has no group "{group}"'))
def has_no_group(world: World, group: str) -> None:
    world.judge.no_group(group)


# Tokens and events


@then("the endpoint announces no event notification")
def announces_no_events(world: World) -> None:
    world.judge.announces_no_events()


@then("the endpoint lets that token in")
def lets_that_token_in(world: World) -> None:
    world.judge.let_in([world.the_portal().tokens.generated[-1].token])


@then("the endpoint lets every token in")
def lets_every_token_in(world: World) -> None:
    world.judge.let_in([generated.token for generated in world.the_portal().tokens.generated])


@then(parsers.re(r"the endpoint lets the (?P<place>first|second) token in$"))
def lets_the_token_in(world: World, place: str) -> None:
    world.judge.let_in([world.the_portal().tokens.generated[PLACES[place]].token])


@then(parsers.re(r"the endpoint refuses the (?P<place>first|second) token$"))
def refuses_the_token(world: World, place: str) -> None:
    world.judge.kept_out(world.the_portal().tokens.generated[PLACES[place]].token)


@then("the endpoint refuses the secret it had before")
def refuses_the_former_secret(world: World) -> None:
    world.judge.kept_out(world.secret_before)
