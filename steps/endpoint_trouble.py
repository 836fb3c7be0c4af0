"""Trouble between Entra ID and the endpoint: servers that no client may trust, answers that are no use, and what
happens in the middle of a cycle."""

from collections.abc import Callable
from urllib.parse import urlsplit

from pytest_bdd import given, parsers, then, when

from scimulate.harness import expect
from scimulate.mock_servers.entra.application import ConnectionTest, CredentialsRefused
from scimulate.mock_servers.tls import Presents
from scimulate.steps.directory import listed_names
from scimulate.steps.line import BrokenOff, break_off
from scimulate.steps.listeners import Listeners
from scimulate.steps.portal_administrator import PLACES
from scimulate.steps.portal_visitor import switches_scim
from scimulate.steps.scim_messages import ScimClient, expect_made
from scimulate.steps.world import World

COLLECTIONS = {"user": "/Users", "group": "/Groups"}
CREATION = {"method": "POST", "collection": COLLECTIONS["user"]}
SPOILT = {"an HTML page": "html", "a bare array": "array", "plain text": "text"}
"""Answers that are no use although they say success; all others are statuses."""

MIDCYCLE: dict[str, Callable[[World], None]] = {
    "the first token is set to inactive": lambda world: world.change_token(0, "deactivate"),
    "the first token is removed": lambda world: world.change_token(0, "remove"),
    "the first token is renewed": lambda world: world.change_token(0, "renew"),
    "SCIM provisioning is switched off": lambda world: switches_scim(world, "off"),
    "the second token is saved and the first removed": lambda world: rotate(world),
    "Ada changes her department to Engines": lambda world: world.people.change("Ada", "department", "Engines"),
    "the cycle is broken off": lambda world: break_off(),
}
"""What may happen while a cycle runs."""


def rotate(world: World) -> None:
    """The rotation as documented: save the new token, then remove the old one (SEED-037)."""
    save(world, world.the_portal().tokens.generated[1].token)
    world.change_token(0, "remove")


def save(world: World, secret: str, tenant_url: str | None = None) -> None:
    """Save, keeping the test that Entra ID made of what was entered."""
    world.outcome = ConnectionTest(True, "", "The credentials were saved.")
    try:
        world.application.save_credentials(tenant_url or world.tenant_url(), secret)
    except CredentialsRefused as refusal:
        world.outcome = refusal.test


# Servers over https


def _at(world: World, root: str) -> str:
    """The Tenant URL with another host and port."""
    return root + urlsplit(world.scim_url).path


@given(parsers.parse("Entra ID is connected over https to a server with {presents}"))
def connected_over_https(world: World, listeners: Listeners, presents: str) -> None:
    world.application.save_credentials(_at(world, listeners.serving(Presents(presents))), world.token)


@when(parsers.re(r"the connection is tested over https with a server with (?P<presents>a valid certificate.*)$"))
def tests_over_https(world: World, listeners: Listeners, presents: str) -> None:
    url = _at(world, listeners.serving(Presents(presents)))
    world.outcome = world.application.test_connection(url, world.token)


@when(parsers.parse("the administrator saves the Tenant URL of a server with {presents}"))
def saves_at_an_untrustworthy_server(world: World, listeners: Listeners, presents: str) -> None:
    save(world, world.token, _at(world, listeners.greeting(Presents(presents)).url))


@when("the administrator saves the Tenant URL with https where the endpoint speaks http")
def saves_https_for_http(world: World, listeners: Listeners) -> None:
    save(world, world.token, _at(world, listeners.plain()))


@when("the administrator saves a Tenant URL at which nobody listens")
def saves_where_nobody_listens(world: World, listeners: Listeners) -> None:
    save(world, world.token, _at(world, listeners.closed()))


@then("the server has received no request")
def server_received_nothing(world: World, listeners: Listeners) -> None:
    world.judge.check(expected=[], actual=listeners.received(), action="listening at the server")


@then("nothing has come to the tenant")
def nothing_came(world: World) -> None:
    came = world.the_tenant().control("GET", "/requests")["requests"]
    world.judge.check(expected=[], actual=came, action="reading which requests came to the tenant")


# Answers that are no use


@given(parsers.re(r"the endpoint answers (?P<answer>.+) to the next (?P<what>request|creation)$"))
def answers_once(world: World, answer: str, what: str) -> None:
    match = {"method": "POST"} if what == "creation" else {}
    fault = {"match": match, "fault": SPOILT.get(answer, answer), "times": 1}
    world.the_tenant().control("PUT", "/faults", [fault])


@given(
    parsers.re(
        r"the endpoint answers 429 to the (?P<nth>\d+)\w+ creation, to come again after (?P<minutes>\d+) minutes$"
    ),
    converters={"nth": int, "minutes": int},
)
def throttles(world: World, nth: int, minutes: int) -> None:
    fault = {"match": {"method": "POST"}, "fault": "429", "after": nth - 1, "times": 1, "retry_after": minutes * 60}
    world.the_tenant().control("PUT", "/faults", [fault])


@given("the next request is not answered in time")
def next_request_is_not_answered(world: World) -> None:
    world.line.fall_silent(1, lasts=False)


@given(parsers.re(r"the answer to the creation of (?P<kind>user|group) (?P<nth>\d+) is lost$"), converters={"nth": int})
def answer_to_a_creation_is_lost(world: World, kind: str, nth: int) -> None:
    world.line.lose_answers(nth, method="POST", collection=COLLECTIONS[kind])


@given("the answer to the first change of members is lost")
def answer_to_a_membership_is_lost(world: World) -> None:
    world.line.lose_answers(1, method="PATCH")


@given("provisioning obeys Retry-After")
def obeys_retry_after(world: World) -> None:
    world.application.obeys_retry_after = True


@when("the administrator saves the connection once more")
def saves_once_more(world: World) -> None:
    save(world, world.token)


@when(parsers.parse('the administrator saves the target SCIM URL with "{ending}" for its ending'))
def saves_another_path(world: World, ending: str) -> None:
    save(world, world.token, world.tenant_url().removesuffix("/scim/v2") + ending)


@when("the administrator saves the target SCIM URL with white space around it")
def saves_the_url_with_white_space(world: World) -> None:
    save(world, world.token, f" {world.tenant_url()}\t\r\n")


@when("the administrator saves the target SCIM URL of another tenant")
def saves_the_url_of_another(world: World) -> None:
    save(world, world.token, world.the_tenant().neighbour.scim_url)


@then(parsers.parse('Entra ID gives "{trouble}" as the reason'))
def gives_the_reason(world: World, trouble: str) -> None:
    test = world.tested()
    told = test.told.trouble if test.told else test.message
    world.judge.check(expected=trouble, actual=told, action="saving the connection")


# The middle of a cycle


@given(parsers.re(r'"(?P<names>[^"]+)" are assigned to the application$'))
def are_assigned(world: World, names: str) -> None:
    world.assign_people(listed_names(names))


@given(
    parsers.re(r"once (?P<count>\d+) (?P<kind>user|group)s? (?:has|have) arrived (?P<event>.+)$"),
    converters={"count": int},
)
def once_so_many_have_arrived(world: World, count: int, kind: str, event: str) -> None:
    world.line.after(count, lambda: MIDCYCLE[event](world), method="POST", collection=COLLECTIONS[kind])


@given("no more answers arrive after 1 user")
def line_falls_silent(world: World) -> None:
    world.line.after(1, lambda: world.line.fall_silent(1, lasts=True), **CREATION)


@given("answers arrive again")
def line_recovers(world: World) -> None:
    world.line.recover()


@given("provisioning was broken off")
def was_broken_off(world: World) -> None:
    try:
        world.provision()
    except BrokenOff:
        return
    # The line falls silent after a creation: an endpoint that claims to have everybody already is sent none.
    world.judge.check(expected="broken off", actual="ended", action="provisioning on a line that falls silent")


@given(parsers.re(r"a provisioning cycle has ended$"))
def cycle_has_ended(world: World) -> None:
    world.provision()


@given(parsers.re(r"the (?P<place>first|second) token is saved in Entra ID$"))
@when(parsers.re(r"the (?P<place>first|second) token is saved in Entra ID$"))
def token_is_saved(world: World, place: str) -> None:
    save(world, world.the_portal().tokens.generated[PLACES[place]].token)


@then(parsers.parse('the job is in quarantine because "{words}"'))
def job_is_in_quarantine(world: World, words: str) -> None:
    status = world.application.status()
    message = status.quarantine_message
    world.judge.check(
        expected=("Quarantine", words),
        actual=(status.state, words if words in message else message),
        action="reading the provisioning status",
    )


@then("the job is active")
def job_is_active(world: World) -> None:
    world.judge.check(expected="Active", actual=world.application.status().state, action="reading the status")


@then(parsers.parse('the endpoint has just the users "{names}", each active and once'))
def has_just_these(world: World, names: str) -> None:
    for name in listed_names(names):
        world.judge.one_user(f"{name.lower()}@contoso.test", active=True)
    for name in world.people.names():
        if name not in listed_names(names):
            world.judge.no_user(f"{name.lower()}@contoso.test")


@then("Entra ID shows the Tenant URL that it had")
def shows_the_same_url(world: World) -> None:
    saved = world.application.credentials
    world.judge.check(
        expected=world.tenant_url(), actual=saved and saved.tenant_url, action="reading the saved credentials"
    )


# Another tenant


def neighbours_client(world: World) -> ScimClient:
    """A client of the other tenant, with that one's own token."""
    neighbour = world.the_tenant().neighbour
    return world.client.at(neighbour.scim_url, neighbour.any_token)


@given(parsers.parse('another tenant has the user "{user_name}"'))
def another_tenant_has(world: World, user_name: str) -> None:
    expect_made(neighbours_client(world).create_user(world.names.real(user_name), "Grace"))


@when(parsers.parse('a client of this tenant looks for "{user_name}" there'))
def looks_there(world: World, user_name: str) -> None:
    stranger = neighbours_client(world).with_token(world.token)
    world.outcome = stranger.look_up("userName", world.names.real(user_name))


@then(parsers.parse('the other tenant\'s own client finds "{user_name}"'))
def own_client_finds(world: World, user_name: str) -> None:
    answer = neighbours_client(world).look_up("userName", world.names.real(user_name))
    expect.found_once(answer, "userName", world.names.real(user_name), requirement=world.judge.requirement)


@when("the connection is tested with a slash after the target SCIM URL")
def tests_with_a_slash(world: World) -> None:
    world.outcome = world.application.test_connection(f"{world.tenant_url()}/", world.token)
