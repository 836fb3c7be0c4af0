"""A SCIM client that speaks to the endpoint directly: here the request is the behaviour."""

import json
import re

from pytest_bdd import given, parsers, then, when

from scimulate.harness import expect
from scimulate.steps.diagnosis import LIST_RESPONSE
from scimulate.steps.directory import listed_names
from scimulate.steps.endpoint_reader import member_ids, place
from scimulate.steps.entra_administrator import INVENTED_TOKEN
from scimulate.steps.scim_messages import (
    GROUP,
    expect_changed,
    expect_client_error,
    expect_created,
    expect_kept_out,
    expect_list_of,
    expect_made,
    expect_named,
    expect_one,
    expect_without_members,
    user_named,
    user_with,
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


@given(parsers.parse('a client created the user "{user_name}" with the attributes:'))
def created_user_with_attributes(world: World, user_name: str, docstring: str) -> None:
    world.client.post("/Users", user_with(world.names.real(user_name), json.loads(world.names.real(docstring))))
    world.judge.remember([user_name])


@given(parsers.parse('a client created the group "{group}" with the external id "{external_id}"'))
def created_group_with_external_id(world: World, group: str, external_id: str) -> None:
    document = {
        "schemas": [GROUP],
        "displayName": world.names.group(group),
        "externalId": world.names.real(external_id),
    }
    world.judge.remember_group(group, expect_made(world.client.post("/Groups", document)))


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


@when(parsers.parse('a client creates the user "{user_name}" with the attributes:'))
def creates_the_user_with(world: World, user_name: str, docstring: str) -> None:
    user = user_with(world.names.real(user_name), json.loads(world.names.real(docstring)))
    world.outcome = world.client.post("/Users", user)


@when("a client creates a user whose name is no address")
def creates_a_user_without_address(world: World) -> None:
    user = {**user_named(world.names.real("ada@contoso.test"), "Ada"), "userName": f"ada.{world.names.mark}"}
    world.outcome = world.client.post("/Users", user)


@when(parsers.parse('a client looks up {kind} by "{attribute}" "{value}"'))
def looks_up_by(world: World, kind: str, attribute: str, value: str) -> None:
    world.outcome = world.client.get(f"/{kind.capitalize()}", filter=f'{attribute} eq "{world.names.real(value)}"')


@when(parsers.parse('a client asks for "{path}"'))
def asks_for(world: World, path: str) -> None:
    world.outcome = world.client.get(path)


@when(parsers.parse('a client creates the group "{group}"'))
def creates_the_group(world: World, group: str) -> None:
    world.outcome = world.client.create_group(world.names.group(group), [])


@when(parsers.parse('a client looks up the user "{user_name}"'))
def looks_up_the_user(world: World, user_name: str) -> None:
    world.outcome = world.client.look_up("userName", world.names.real(user_name))


@when(parsers.parse('a client deletes the user "{user_name}"'))
def deletes_the_user(world: World, user_name: str) -> None:
    world.outcome = world.client.delete(place("/Users", world.judge.remembered(user_name)))


@when(parsers.parse('a client deletes the group "{group}"'))
def deletes_the_group(world: World, group: str) -> None:
    world.outcome = world.client.delete(place("/Groups", world.judge.one_group(group)))


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
    # The RFC makes names of users unique, those of groups not (RFC 7643 §4.1.1, §4.2).
    is_of_users = world.outcome.request.url.path.endswith("/Users")
    expect.status(world.outcome, status, requirement="RFC7644-3.3-14" if is_of_users else world.judge.requirement)
    expect.scim_error(world.outcome, status, requirement="RFC7644-3.3-15", scim_type=scim_type)


@then("the answer is an error of the client's making")
def answer_is_a_client_error(world: World) -> None:
    expect_client_error(world.outcome, world.judge.requirement)


@then("the answer is 200 or 201 with an id")
def answer_is_a_resource(world: World) -> None:
    expect.status(world.outcome, 200, 201, requirement=world.judge.requirement)
    expect_named(world.outcome)


@then(parsers.parse('the endpoint group "{group}" lists {count:d} members'))
def group_lists_so_many(world: World, group: str, count: int) -> None:
    shown = world.client.get(place("/Groups", world.judge.one_group(group))).json()
    world.judge.check(expected=count, actual=len(member_ids(shown)), action=f"counting the members of {group}")


@then("there is nothing to be had there")
def nothing_to_be_had(world: World) -> None:
    expect.status(world.outcome, 404, 501, requirement=world.judge.requirement)


@then(parsers.parse('no resource type is called "{name}"'))
def no_resource_type_is_called(world: World, name: str) -> None:
    types = expect.envelope(world.outcome, requirement=LIST_RESPONSE)
    called = [one.get("name") for one in types if str(one.get("name")).casefold() == name.casefold()]
    world.judge.check(expected=[], actual=called, action="reading the resource types")


@then(parsers.parse('the schema lists only the attributes "{names}"'))
def schema_lists(world: World, names: str) -> None:
    schema = expect.document(world.outcome, requirement=world.judge.requirement)
    listed = [attribute.get("name") for attribute in schema.get("attributes", [])]
    world.judge.check(expected=listed_names(names), actual=listed, action="reading the schema")


@then(parsers.parse('the user "{user_name}" at the endpoint has no "{attribute}"'))
def user_has_no(world: World, user_name: str, attribute: str) -> None:
    world.judge.has(user_name, {attribute: None})


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
