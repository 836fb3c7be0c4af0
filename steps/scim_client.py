"""A SCIM client that speaks to the endpoint directly: here the request is the behaviour."""

import json
import re

from pytest_bdd import given, parsers, then, when

from scimulate.harness import expect
from scimulate.steps.directory import listed_names
from scimulate.steps.endpoint_reader import place
from scimulate.steps.entra_administrator import INVENTED_TOKEN
from scimulate.steps.scim_messages import (
    expect_changed,
    expect_client_error,
    expect_created,
    expect_kept_out,
    expect_list_of,
    expect_one,
    expect_without_members,
    user_named,
)
from scimulate.steps.world import World

CREDENTIALS = {"no token": None, "an empty token": "", "an invented token": INVENTED_TOKEN}


@given(parsers.parse('a client created the users "{user_names}"'))
def created_users(world: World, user_names: str) -> None:
    for user_name in listed_names(user_names):
        world.client.create_user(world.names.real(user_name), user_name.partition("@")[0].capitalize())
    world.judge.remember(listed_names(user_names))


@given(parsers.parse('a client deleted the user "{user_name}"'))
def deleted_user(world: World, user_name: str) -> None:
    world.client.delete(place("/Users", world.judge.remembered(user_name)))
    world.judge.no_user(user_name)


@given(parsers.parse('a client created the user "{user_name}" with a {what}'))
def created_user_with(world: World, user_name: str, what: str) -> None:
    user = user_named(world.names.real(user_name), user_name.partition("@")[0].capitalize())
    match what:
        case "home e-mail":
            user["emails"].append({"type": "home", "value": world.names.real("home@contoso.test")})
        case _:
            user["title"] = "Mathematician"
    world.client.post("/Users", user)
    world.judge.remember([user_name])


@given(parsers.parse('a client created the groups "{groups}"'))
def created_groups(world: World, groups: str) -> None:
    for group in listed_names(groups):
        world.create_group(group, [])


@given(parsers.parse('a client created the group "{group}" with "{members}"'))
def created_group_with(world: World, group: str, members: str) -> None:
    world.create_group(group, listed_names(members))


@when("a client creates the user:")
def creates_the_user(world: World, docstring: str) -> None:
    world.outcome = world.client.post("/Users", json.loads(world.names.real(docstring)))


@when(parsers.parse('a client creates the user "{user_name}" named "{display_name}"'))
def creates_a_user_named(world: World, user_name: str, display_name: str) -> None:
    world.outcome = world.client.create_user(world.names.real(user_name), display_name)


@when(parsers.parse('a client looks up the user "{user_name}"'))
def looks_up_the_user(world: World, user_name: str) -> None:
    world.outcome = world.client.look_up("userName", world.names.real(user_name))


@when(parsers.parse('a client deletes the user "{user_name}"'))
def deletes_the_user(world: World, user_name: str) -> None:
    world.outcome = world.client.delete(place("/Users", world.judge.remembered(user_name)))


@when(parsers.parse('a client patches the user "{user_name}":'))
def patches_the_user(world: World, user_name: str, docstring: str) -> None:
    operations = json.loads(world.names.real(docstring))
    world.outcome = world.client.patch(place("/Users", world.judge.remembered(user_name)), operations)


@when(parsers.parse('a client patches the group "{group}":'))
def patches_the_group(world: World, group: str, docstring: str) -> None:
    operations = world.judge.with_ids(json.loads(docstring))
    world.outcome = world.client.patch(place("/Groups", world.judge.remembered(group)), operations)


@when(parsers.parse('a client looks up the group "{group}"'))
def looks_up_the_group(world: World, group: str) -> None:
    world.outcome = world.client.get("/Groups", filter=f'displayName eq "{world.names.group(group)}"')


@when(parsers.parse('the group "{group}" is looked up without members'))
def looks_up_without_members(world: World, group: str) -> None:
    name = world.names.group(group)
    world.outcome = world.client.get("/Groups", filter=f'displayName eq "{name}"', excludedAttributes="members")


@when(parsers.parse('the group "{group}" is read by id without members'))
def reads_without_members(world: World, group: str) -> None:
    world.outcome = world.client.get(place("/Groups", world.judge.remembered(group)), excludedAttributes="members")


@when(parsers.parse("a client lists users with {credential}"))
def lists_users_with(world: World, credential: str) -> None:
    world.outcome = world.client.with_token(CREDENTIALS[credential]).get("/Users", count="1")


@then("the answer is 201 with an id and a location")
def answer_is_created(world: World) -> None:
    expect_created(world.outcome)


@then("the answer is 204")
def answer_is_no_content(world: World) -> None:
    expect.status(world.outcome, 204, requirement=world.judge.requirement)


@then(parsers.parse("the answer is a list of {count:d} resources"))
def answer_is_a_list_of(world: World, count: int) -> None:
    expect_list_of(world.outcome, count)


@then(parsers.parse('the answer is a list with only "{user_name}"'))
def answer_lists_only(world: World, user_name: str) -> None:
    expect_one(world.outcome, "userName", world.names.real(user_name), world.judge.requirement)


@then(parsers.parse('the answer is a list with only the group "{group}"'))
def answer_lists_only_the_group(world: World, group: str) -> None:
    expect_one(world.outcome, "displayName", world.names.group(group), world.judge.requirement)


@then(parsers.parse('the answer shows the group "{group}" and no members'))
def answer_shows_no_members(world: World, group: str) -> None:
    expect_without_members(world.outcome, world.names.group(group), world.judge.requirement)


@then(parsers.parse('the answer is 200 with the user "{user_name}", or 204'))
def answer_is_a_success(world: World, user_name: str) -> None:
    expect_changed(world.outcome, world.judge.remembered(user_name)["id"], world.judge.requirement)


@then(parsers.re(r"the answer is the error (?P<status>\d+)$"), converters={"status": int})
def answer_is_the_error(world: World, status: int) -> None:
    expect.scim_error(world.outcome, status, requirement=world.judge.requirement)


@then(parsers.re(r'the answer is the error (?P<status>\d+) "(?P<scim_type>\w+)"$'), converters={"status": int})
def answer_is_the_typed_error(world: World, status: int, scim_type: str) -> None:
    expect.status(world.outcome, status, requirement="RFC7644-3.3-14")
    expect.scim_error(world.outcome, status, requirement="RFC7644-3.3-15", scim_type=scim_type)


@then("the answer is an error of the client's making")
def answer_is_a_client_error(world: World) -> None:
    expect_client_error(world.outcome, world.judge.requirement)


@then("the answer is 401 with a challenge")
def answer_is_a_challenge(world: World) -> None:
    expect_kept_out(world.outcome)
    expect.header(world.outcome, "WWW-Authenticate", ".+", requirement="RFC7644-2-01")


@then("a client who lists users with the token is let in")
def good_token_is_let_in(world: World) -> None:
    world.judge.let_in([world.token])


@then(parsers.parse('the answer is typed "{media_type}"'))
def answer_is_typed(world: World, media_type: str) -> None:
    expect.header(world.outcome, "Content-Type", f"{re.escape(media_type)}(;.*)?", requirement=world.judge.requirement)
