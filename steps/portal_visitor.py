"""Whoever comes to the MDM portal: administrators of every role and the vendor's Support, before they get to work."""

from datetime import timedelta

from pytest_bdd import given, parsers, then, when

from scimulate.steps.portal import Portal
from scimulate.steps.portal_calls import Refusal, reason_of
from scimulate.steps.portal_session import NavigationEntry
from scimulate.steps.world import World

PAGES = {
    "Dashboard": "dashboard.audit",
    "Audit Trails": "dashboard.audit",
    "Users": "users.list",
    "User Groups": "users.groups",
    "Custom Attributes": "admin.custom_attributes",
    "User Provisioning Entra ID": "admin.scim",
    "Support": "support.tickets",
}
WAYS = {
    "Admin": ("nav.admin",),
    "Users": ("nav.users",),
    "User Groups": ("nav.groups",),
    "Dashboard > Audit Trails": ("nav.dashboard", "nav.dashboard.audit"),
    "Admin > Infrastructure > Audit Trails": ("nav.admin", "nav.infrastructure", "nav.infrastructure.audit"),
    "Admin > Identity > User Provisioning": ("nav.admin", "nav.identity", "nav.identity.provisioning"),
    "Admin > Microsoft Azure > User Provisioning Entra ID": ("nav.admin", "nav.azure_section", "nav.provisioning"),
}
"""The documented ways, and the entries to choose for each."""
LANGUAGES = {"English": "en", "Japanese": "ja"}
SUPPORT = "Support"
WRONG = "not the password"


def portal_as(world: World, role: str) -> Portal:
    """The portal of an administrator who has this role alone, and knows the tokens that exist."""
    tenant = world.the_tenant()
    portal = tenant.portal_of(tenant.account(role.lower().replace(" ", "."), [role]))
    portal.tokens.generated.extend(tenant.portal.tokens.generated)
    return portal


def named(entries: tuple[NavigationEntry, ...]) -> dict[str, str]:
    """What every entry of the navigation is called, by its id."""
    names = {entry.identifier: entry.label for entry in entries}
    for entry in entries:
        names |= named(entry.entries)
    return names


@given(parsers.re(r"the administrator has the role (?P<role>[A-Z][A-Za-z ]+)$"))
def has_the_role(world: World, role: str) -> None:
    world.the_tenant().portal = portal_as(world, role)


@given("the administrator is signed in")
def is_signed_in(world: World) -> None:
    world.the_portal().session.sign_in()


@given(parsers.parse("the administrator reads the portal in {language}"))
def reads_in(world: World, language: str) -> None:
    world.the_portal().session.read_in(LANGUAGES[language])


@given(parsers.parse("the administrator gave {count:d} wrong passwords"))
def gave_wrong_passwords(world: World, count: int) -> None:
    for _ in range(count):
        world.the_portal().session.sign_in(WRONG)


@given(parsers.parse("the administrator has been at work for {hours:d} hours without a pause"))
def has_been_at_work(world: World, hours: int) -> None:
    session, end = world.the_portal().session, world.clock.now() + timedelta(hours=hours)
    session.sign_in()
    while world.clock.now() < end:
        session.open_as_is("support.tickets")
        world.clock.advance_to(min(end, world.clock.now() + timedelta(minutes=14)))


@given(parsers.re(r"(?P<minutes>\d+) minutes have passed$"), converters={"minutes": int})
def minutes_have_passed(world: World, minutes: int) -> None:
    world.clock.advance(timedelta(minutes=minutes))


@given(parsers.re(r"Support has switched SCIM provisioning (?P<state>on|off)$"))
@when(parsers.re(r"Support switches SCIM provisioning (?P<state>on|off)$"))
def switches_scim(world: World, state: str) -> None:
    world.outcome = portal_as(world, SUPPORT).session.switch_scim(on=state == "on")


@given("the administrator has filed a ticket")
@when("the administrator files a ticket")
def files_a_ticket(world: World) -> None:
    world.outcome = world.the_portal().session.file_ticket("Entra ID is to provision our users")


@when("Support approves the ticket")
def approves_the_ticket(world: World) -> None:
    world.outcome = portal_as(world, SUPPORT).session.approve_ticket()


@when("the administrator approves the ticket")
def administrator_approves(world: World) -> None:
    world.outcome = world.the_portal().session.approve_ticket()


@when("the administrator signs in")
def signs_in(world: World) -> None:
    world.outcome = world.the_portal().session.sign_in()


@when("the administrator signs in with a wrong password")
def signs_in_wrongly(world: World) -> None:
    world.outcome = world.the_portal().session.sign_in(WRONG)


@when("the administrator signs out")
def signs_out(world: World) -> None:
    world.the_portal().session.sign_out()


@when(parsers.parse('somebody opens "{page}" with a cookie that was copied before the administrator signed out'))
def opens_with_a_copy(world: World, page: str) -> None:
    session = world.the_portal().session
    session.sign_out_and_keep_the_cookie()
    world.outcome = session.open_as_is(PAGES[page])


@when(parsers.parse('the administrator chooses "{way}"'))
def chooses(world: World, way: str) -> None:
    world.outcome = world.the_portal().session.choose(WAYS[way])


@when(parsers.parse('the administrator opens the address of "{page}"'))
def opens_the_address(world: World, page: str) -> None:
    world.outcome = world.the_portal().session.open(PAGES[page])


@when(parsers.parse('the administrator goes on to "{page}"'))
def goes_on_to(world: World, page: str) -> None:
    world.outcome = world.the_portal().session.open_as_is(PAGES[page])


@when("the administrator looks at the navigation")
def looks_at_the_navigation(world: World) -> None:
    world.outcome = named(world.the_portal().session.navigation())


@when(
    parsers.re(r"the administrator sets the first token to inactive after a pause of (?P<minutes>\d+) minutes$"),
    converters={"minutes": int},
)
def sets_to_inactive_late(world: World, minutes: int) -> None:
    portal = world.the_portal()
    token = portal.tokens.generated[0].identifier
    world.outcome = portal.session.deactivate_late(token, lambda: world.clock.advance(timedelta(minutes=minutes)))


@then(parsers.parse('the portal shows the page "{page}"'))
def shows_the_page(world: World, page: str) -> None:
    world.judge.check(expected=PAGES[page], actual=world.outcome, action="going to a page of the portal")


@then("the portal does as asked")
def does_as_asked(world: World) -> None:
    world.judge.check(
        expected="done", actual=reason_of(world.outcome, "done"), action="asking the portal for what is allowed"
    )


@then(parsers.parse('the portal says "{sentence}"'))
def says(world: World, sentence: str) -> None:
    actual = world.outcome.message if isinstance(world.outcome, Refusal) else world.outcome
    world.judge.check(expected=sentence, actual=actual, action="reading why the portal refuses")


@then(parsers.parse('the page "{page}" stays closed'))
def stays_closed(world: World, page: str) -> None:
    shown = world.the_portal().session.open_as_is(PAGES[page])
    reason = reason_of(shown, f"the page {shown}")
    world.judge.check(expected="signed_out", actual=reason, action="opening a page without having signed in")


@then(parsers.parse("the tenant holds {count:d} tokens once provisioning is on again"))
def holds_tokens_again(world: World, count: int) -> None:
    portal_as(world, SUPPORT).session.switch_scim(on=True)
    shown = world.the_portal().tokens.page().tokens
    world.judge.check(expected=count, actual=len(shown), action="counting the tokens that were generated meanwhile")


@then(parsers.re(r'the navigation (?P<verb>offers|hides) "(?P<way>[^"]+)"$'))
def navigation_offers(world: World, verb: str, way: str) -> None:
    shown = named(world.the_portal().session.navigation())
    world.judge.check(expected=verb == "offers", actual=WAYS[way][-1] in shown, action=f"looking for {way}")


@then(parsers.parse('the tabs are "{tabs}"'))
def tabs_are(world: World, tabs: str) -> None:
    actual = [entry.label for entry in world.the_portal().session.navigation()]
    world.judge.check(expected=tabs.split(", "), actual=actual, action="looking at the tabs of the portal")


@then(parsers.parse('the entry "{identifier}" is called "{label}"'))
def entry_is_called(world: World, identifier: str, label: str) -> None:
    world.judge.check(expected=label, actual=world.outcome.get(identifier), action=f"reading the entry {identifier}")


@then(parsers.parse('the audit trail tells of "{activity}" by "{performer}"'))
def trail_tells_of(world: World, activity: str, performer: str) -> None:
    entries = world.the_portal().audit.entries({"activity": activity})
    world.judge.check(
        expected=[performer], actual=[entry.performed_by for entry in entries], action=f"reading who did: {activity}"
    )
