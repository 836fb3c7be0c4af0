"""The administrator of the MDM: tokens, and the pages on which provisioned users and groups are checked."""

from pytest_bdd import given, parsers, then, when

from scimulate.steps.portal_calls import reason_of
from scimulate.steps.portal_tokens import Generated, bits_apart, is_bearer_token
from scimulate.steps.world import World

ENOUGH_BITS = 128
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
    """A new token is active."""
    world.hold_tokens(1)
    if state == "inactive":
        world.change_token(0, INTO[state])


@given("the tenant holds no users")
def holds_no_users(world: World) -> None:
    world.judge.check(expected=0, actual=world.the_portal().users.count(), action="counting the users of a new tenant")


@when("the administrator generates a token")
def generates_a_token(world: World) -> None:
    world.outcome = world.the_portal().tokens.generate()


@given(parsers.parse('the tenant holds a token for "{provider}"'))
@when(parsers.parse('the administrator generates a token for "{provider}"'))
def generates_a_token_for(world: World, provider: str) -> None:
    world.outcome = world.the_portal().tokens.generate(provider=provider)


@when(parsers.parse("{count:d} administrators generate a token at the same moment"))
def generate_at_once(world: World, count: int) -> None:
    world.outcome = world.the_portal().tokens.generate_at_once(count)


@when("the administrator asks for a token without confirming")
def asks_without_confirming(world: World) -> None:
    world.outcome = world.the_portal().tokens.generate(confirm=False)


@when(parsers.re(r"the administrator sets the (?P<place>first|second) token to (?P<state>active|inactive)$"))
def sets_the_token(world: World, place: str, state: str) -> None:
    world.change_token(PLACES[place], INTO[state])


@when(parsers.re(r"the administrator (?P<action>remove|renew)s the (?P<place>first|second) token$"))
def removes_or_renews(world: World, place: str, action: str) -> None:
    world.change_token(PLACES[place], action)


@when(parsers.parse('the administrator tries to {action} a token that "{why}"'))
def acts_on_no_token(world: World, action: str, why: str) -> None:
    world.outcome = world.the_portal().tokens.change_unknown(world.token_that(why), action)


@when("the administrator is about to remove the first token")
def is_about_to_remove(world: World) -> None:
    world.outcome = world.the_portal().tokens.ask_to_remove(0)


@given(parsers.re(r"a tenant may hold (?P<most>\d+|any number of) tokens?$"))
def may_hold(world: World, most: str) -> None:
    world.the_tenant().control("PUT", "/policy", {"max_tokens": int(most) if most.isdigit() else None})


@given("the limit counts the tokens of each identity provider by themselves")
def limit_counts_by_provider(world: World) -> None:
    world.the_tenant().control("PUT", "/policy", {"token_limit_per_provider": True})


@given(parsers.parse("tokens expire after {days:d} days"))
def tokens_expire_after(world: World, days: int) -> None:
    world.the_tenant().control("PUT", "/policy", {"token_lifetime_days": days})


@given(parsers.parse("a renewed secret passes over within {seconds:d} seconds"))
def passes_over_within(world: World, seconds: int) -> None:
    world.hold_tokens(1)  # IVANTI-014
    world.the_portal().settings.save({"renew_overlap_seconds": seconds})


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


@then("the copied values are exactly the token and the target SCIM URL")
def copied_exactly(world: World) -> None:
    """RFC 6750 §2.1 says what a token may consist of: a blank or a line break is not part of it."""
    copied = world.the_portal().tokens.generated[-1]
    world.judge.check(
        expected=[True, world.scim_url],
        actual=[is_bearer_token(copied.token), copied.target_url],
        action="copying both values",
    )


@then("the two tokens are independent of each other and of the tenant")
def tokens_are_independent(world: World) -> None:
    first, second = (generated.token for generated in world.the_portal().tokens.generated)
    told = [word for word in (world.scim_url.split("/")[-3], "admin") if word in first + second]
    world.judge.check(
        expected=[True, []],
        actual=[bits_apart(first, second) >= ENOUGH_BITS, told],
        action="comparing two tokens",
    )


@then(parsers.parse("{generated:d} of them gets a token and {refused:d} is refused"))
def some_get_a_token(world: World, generated: int, refused: int) -> None:
    world.judge.check(
        expected=["generated"] * generated + ["token_limit_reached"] * refused,
        actual=sorted(reason_of(one, "generated") for one in world.outcome),
        action="generating at the same moment",
    )


@then(parsers.parse('the portal warns because "{reason}"'))
def portal_warns(world: World, reason: str) -> None:
    world.judge.check(expected=reason, actual=world.outcome, action="asking to remove a token")


@then("the portal has no warning")
def portal_does_not_warn(world: World) -> None:
    world.judge.check(expected="", actual=world.outcome, action="asking to remove a token")


@then("every token was shown with the same target SCIM URL")
def shown_with_the_same_url(world: World) -> None:
    world.judge.check(
        expected={world.scim_url},
        actual={generated.target_url for generated in world.the_portal().tokens.generated},
        action="comparing what the generated-token pages showed",
    )


@then(parsers.re(r"the portal shows the (?P<place>first|second) token as (?P<status>\w+)$"))
def shows_the_token_as(world: World, place: str, status: str) -> None:
    rows = {row.identifier: row.status for row in world.the_portal().tokens.page().tokens}
    identifier = world.the_portal().tokens.generated[PLACES[place]].identifier
    world.judge.check(expected=status, actual=rows.get(identifier), action=f"looking for the {place} token")


@then(parsers.parse('the page offers to generate a token for "{providers}"'))
def page_offers_to_generate(world: World, providers: str) -> None:
    world.judge.check(
        expected=[True, [name.strip() for name in providers.split(",")]],
        actual=[world.outcome.can_generate, list(world.outcome.providers)],
        action="opening the provisioning page",
    )


@then(parsers.re(r"the tenant holds (?P<count>\d+) tokens?$"), converters={"count": int})
def tenant_holds(world: World, count: int) -> None:
    world.judge.check(
        expected=count, actual=len(world.the_portal().tokens.page().tokens), action="counting the tokens of the tenant"
    )


@then(parsers.parse('the portal refuses because "{reason}"'))
def portal_refuses(world: World, reason: str) -> None:
    actual = reason_of(world.outcome, "it did as asked")
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
