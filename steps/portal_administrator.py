"""The administrator of the MDM: tokens, and the pages on which provisioned users and groups are checked."""

from pytest_bdd import given, parsers, then, when

from scimulate.steps.portal_calls import Refusal
from scimulate.steps.portal_tokens import Generated
from scimulate.steps.world import World

PLACES = {"first": 0, "second": 1}
INTO = {"active": "activate", "inactive": "deactivate"}
PAST = {
    "set to inactive": "deactivate",
    "set to active": "activate",
    "removed": "remove",
    "renewed": "renew",
}


@given(parsers.re(r"the tenant holds (?P<count>\d+) tokens?$"), converters={"count": int})
def holds_tokens(world: World, count: int) -> None:
    world.hold_tokens(count)


@given(parsers.re(r"the (?P<place>first|second) token was (?P<change>set to inactive|set to active|removed|renewed)$"))
def token_was_changed(world: World, place: str, change: str) -> None:
    world.change_token(PLACES[place], PAST[change])


@given(parsers.re(r"the token is (?P<state>active|inactive)$"))
def token_is(world: World, state: str) -> None:
    world.change_token(0, INTO[state])


@given("the tenant holds no users")
def holds_no_users(world: World) -> None:
    world.judge.check(expected=0, actual=world.the_portal().users.count(), action="counting the users of a new tenant")


@when("the administrator generates a token")
def generates_a_token(world: World) -> None:
    world.outcome = world.the_portal().tokens.generate()


@when("the administrator asks for a token without confirming")
def asks_without_confirming(world: World) -> None:
    world.outcome = world.the_portal().tokens.generate(confirm=False)


@when(parsers.re(r"the administrator sets the (?P<place>first|second) token to (?P<state>active|inactive)$"))
def sets_the_token(world: World, place: str, state: str) -> None:
    world.change_token(PLACES[place], INTO[state])


@when(parsers.re(r"the administrator (?P<action>remove|renew)s the (?P<place>first|second) token$"))
def removes_or_renews(world: World, place: str, action: str) -> None:
    world.change_token(PLACES[place], action)


@when("the administrator opens the provisioning page")
def opens_the_page(world: World) -> None:
    world.outcome = world.the_portal().tokens.page()


@then("the portal shows a token and the target SCIM URL")
def shows_token_and_url(world: World) -> None:
    world.judge.check(
        expected=[True, world.scim_url],
        actual=[bool(world.outcome.token), world.outcome.target_url]
        if isinstance(world.outcome, Generated)
        else world.outcome,
        action="generating a token",
    )


@then(parsers.re(r"the tenant holds (?P<count>\d+) tokens?$"), converters={"count": int})
def tenant_holds(world: World, count: int) -> None:
    world.judge.check(
        expected=count, actual=len(world.the_portal().tokens.page().tokens), action="counting the tokens of the tenant"
    )


@then(parsers.parse('the portal refuses because "{reason}"'))
def portal_refuses(world: World, reason: str) -> None:
    actual = world.outcome.reason if isinstance(world.outcome, Refusal) else "it did as asked"
    world.judge.check(expected=reason, actual=actual, action="asking the portal for what its rules forbid")


@then(parsers.re(r"the page shows (?P<count>\d+) tokens? without its secret$"), converters={"count": int})
def page_masks(world: World, count: int) -> None:
    secrets = [generated.token for generated in world.the_portal().tokens.generated]
    shown = world.outcome.everything
    world.judge.check(
        expected=[count, []],
        actual=[len(world.outcome.tokens), [secret for secret in secrets if secret in shown]],
        action="opening the provisioning page again",
    )


@then(parsers.parse('Select offers "{actions}"'))
def select_offers(world: World, actions: str) -> None:
    world.judge.check(
        expected=[name.strip() for name in actions.split(",")],
        actual=list(world.outcome.tokens[0].actions),
        action="opening the Select menu of the token",
    )


@then("the target SCIM URL is what it was")
def url_is_the_same(world: World) -> None:
    world.judge.check(
        expected=world.scim_url,
        actual=world.the_portal().tokens.page().target_url,
        action="reading the target SCIM URL",
    )


@then(parsers.parse('the Users page lists "{user_name}" as {status} from "{source}"'))
def users_page_lists(world: World, user_name: str, status: str, source: str) -> None:
    name = world.names.real(user_name)
    rows = [row for row in world.the_portal().users.find(name) if row["user_name"] == name]
    world.judge.check(
        expected=[{"status": status, "source": source}],
        actual=[{"status": row["status"], "source": row["source"]} for row in rows],
        action=f"looking for {name} on the Users page",
    )


@then(parsers.parse('the Users page does not list "{user_name}"'))
def users_page_does_not_list(world: World, user_name: str) -> None:
    name = world.names.real(user_name)
    world.judge.check(
        expected=[], actual=world.the_portal().users.find(name), action=f"looking for {name} on the Users page"
    )


@then(parsers.parse('the User Groups page lists "{group}" with {count:d} members'))
def groups_page_lists(world: World, group: str, count: int) -> None:
    name = world.names.group(group)
    world.judge.check(
        expected=[{"name": name, "members": count, "source": "SCIM Entra ID"}],
        actual=[
            {key: row[key] for key in ("name", "members", "source")} for row in world.the_portal().groups.find(name)
        ],
        action=f"looking for {name} on the User Groups page",
    )
