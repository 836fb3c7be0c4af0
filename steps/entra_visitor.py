"""Whoever opens the portal of Entra ID: what each role is shown, and the documented way through its pages."""

from datetime import timedelta

import pytest
from pytest_bdd import given, parsers, then, when

from scimulate.mock_servers.entra.accounts import Role
from scimulate.mock_servers.entra.licence import Plan
from scimulate.mock_servers.language import Language, load_labels
from scimulate.steps.directory import listed_names
from scimulate.steps.entra_administrator import INVENTED_TOKEN, Table, rows
from scimulate.steps.entra_portal import EntraPortal, Page
from scimulate.steps.world import World

LANGUAGES = {"English": Language.ENGLISH, "Japanese": Language.JAPANESE}
PATHS = {
    "Enterprise applications": "/applications",
    "Create your own application": "/applications/create",
    "Users and groups": "{application}/users-and-groups",
    "Add Assignment": "{application}/add-assignment",
    "Provisioning": "{application}/provisioning",
    "Edit provisioning": "{application}/edit",
    "Attribute Mapping": "{application}/mappings",
    "Provision on demand": "{application}/on-demand",
    "Provisioning logs": "{application}/logs",
}
"""Where each page is, by its name in the documentation."""
TOLD = ("", "/assignments", "/settings", "/mappings", "/status", "/log", "/log.csv", "/log.json")
"""What the JSON surface tells of an application."""
MINUTE = timedelta(minutes=1)
SHORTER_INTERVAL = {"interval": "PT5M"}


@pytest.fixture
def entra_portal(world: World) -> EntraPortal:
    """The portal of the scenario's Entra tenant, with the administrator signed in."""
    portal = EntraPortal(world.entra, world.clock)
    portal.sign_in()
    return portal


def path_of(world: World, page: str) -> str:
    return PATHS[page].format(application=f"/applications/{world.application.id}")


def the_page(world: World) -> Page:
    """The page that the When came to."""
    assert isinstance(world.outcome, Page), f"no page was opened: {world.outcome!r}"
    return world.outcome


# Who sees what


@given(parsers.parse("a {role} is signed in to Entra ID"))
def somebody_is_signed_in(entra_portal: EntraPortal, role: str) -> None:
    entra_portal.sign_in(Role(role))


@given(parsers.parse("nobody has used the portal of Entra ID for {minutes:d} minutes"))
def nobody_used_it(world: World, entra_portal: EntraPortal, minutes: int) -> None:
    world.clock.advance_to(world.clock.now() + minutes * MINUTE)


@given(parsers.parse("the portal of Entra ID is read in {language}"))
def is_read_in(entra_portal: EntraPortal, language: str) -> None:
    entra_portal.language = LANGUAGES[language]


@when(parsers.parse('the page "{page}" is opened in Entra ID'))
def opens_the_page(world: World, entra_portal: EntraPortal, page: str) -> None:
    world.outcome = entra_portal.open(path_of(world, page))


@then(parsers.re(r"Entra ID (?P<answer>shows|refuses) the page$"))
def shows_or_refuses(world: World, answer: str) -> None:
    page = the_page(world)
    world.judge.check(
        expected={"shows": (200, ""), "refuses": (403, "not_permitted")}[answer],
        actual=(page.status, page.refusal),
        action="opening the page",
    )


@then("Entra ID asks to sign in")
def asks_to_sign_in(world: World) -> None:
    world.judge.check(expected="entra.sign_in", actual=the_page(world).id, action="opening the page")


@then("nothing on the page names the Tenant URL")
def names_no_tenant_url(world: World) -> None:
    named = world.scim_url in the_page(world).everything
    world.judge.check(expected=False, actual=named, action="looking for the Tenant URL")


@then("nothing on the page shows the secret token")
def shows_no_secret(world: World) -> None:
    shown = world.token in the_page(world).everything
    world.judge.check(expected=False, actual=shown, action="looking for the secret token")


@when("everything about the application is opened in Entra ID")
def opens_everything(world: World, entra_portal: EntraPortal) -> None:
    """Each page, and what the JSON surface tells."""
    pages = {page: entra_portal.open(path_of(world, page)) for page in PATHS}
    told = {path: entra_portal.call("GET", f"/applications/{world.application.id}{path}") for path in TOLD}
    world.outcome = {page: (answer.status, answer.everything) for page, answer in pages.items()} | {
        path: (answer.status_code, answer.text) for path, answer in told.items()
    }


@then("none of it shows the secret token")
def none_shows_the_secret(world: World) -> None:
    answers: dict[str, tuple[int, str]] = world.outcome
    closed = [name for name, (status, _) in answers.items() if status != 200]
    shown = [name for name, (_, text) in answers.items() if world.token in text]
    world.judge.check(expected=([], []), actual=(closed, shown), action="looking for the secret token")


@then("the page carries these labels:")
def carries_labels(world: World, entra_portal: EntraPortal, datatable: Table) -> None:
    """The words themselves stand in the table, and the label says so as well."""
    labels, text = load_labels(), the_page(world).text
    language = Language(entra_portal.language)
    wanted = [(row["label"], row["words"]) for row in rows(datatable)]
    world.judge.check(
        expected=wanted,
        actual=[(name, labels.text(name, language) if words in text else "not shown") for name, words in wanted],
        action="reading the page",
    )


# Applications


@given(parsers.parse('the administrator has created the {type} application "{name}"'))
def creates_an_application(world: World, entra_portal: EntraPortal, type: str, name: str) -> None:
    world.outcome = entra_portal.submit("/applications", {"name": name, "type": type})
    world.application = world.entra.applications()[-1]


@then(parsers.parse('Enterprise applications lists "{name}"'))
def lists_the_application(world: World, entra_portal: EntraPortal, name: str) -> None:
    page = entra_portal.open("/applications")
    world.judge.check(
        expected=(True, True),
        actual=(page.has(f"application-{world.application.id}"), name in page.text),
        action="opening Enterprise applications",
    )


@then(parsers.parse("the page offers the mode {mode} and {fields}"))
def offers_the_mode(world: World, mode: str, fields: str) -> None:
    page = the_page(world)
    world.judge.check(
        expected=([mode], fields == "the fields of the credentials"),
        actual=(
            [each for each in page.options if each in ("Automatic", "Manual")],
            {"tenant_url", "secret_token"} <= page.fields,
        ),
        action="opening Edit provisioning",
    )


# Edit provisioning


def entered(world: World, **more: str) -> dict[str, str]:
    return {"tenant_url": world.tenant_url(), "secret_token": world.token, **more}


@when("the administrator tests the connection on the page")
def tests_on_the_page(world: World, entra_portal: EntraPortal) -> None:
    world.outcome = entra_portal.fill_in(path_of(world, "Edit provisioning"), entered(world, act="test"))


@when(parsers.parse('the administrator chooses the scope "{scope}", tests and saves on the page'))
def chooses_tests_and_saves(world: World, entra_portal: EntraPortal, scope: str) -> None:
    form, page = entered(world, scope=scope), path_of(world, "Edit provisioning")
    entra_portal.fill_in(page, {**form, "act": "test"})
    world.outcome = entra_portal.fill_in(page, {**form, "act": "save"})


@when(parsers.parse('the administrator chooses the scope "{scope}" and saves a token that nobody issued on the page'))
def saves_what_fails(world: World, entra_portal: EntraPortal, scope: str) -> None:
    form = entered(world, scope=scope, secret_token=INVENTED_TOKEN, act="save")
    world.outcome = entra_portal.fill_in(path_of(world, "Edit provisioning"), form)


@then("the page shows a green check")
def page_shows_a_green_check(world: World) -> None:
    page = the_page(world)
    shown = page.elements.get("test", {}).get("data-result", "nothing")
    told = f"{shown}: {page.refusal}" if page.refusal else shown
    world.judge.check(expected="success", actual=told, action="testing the connection")


@then(parsers.re(r"the page says that (?P<what>it was saved|nothing was saved)$"))
def page_says(world: World, what: str) -> None:
    page = the_page(world)
    world.judge.check(
        expected=what == "it was saved",
        actual=True if page.has("saved") else False if page.has("not-saved") else page.refusal,
        action="saving",
    )


@then(parsers.parse('the scope is shown as "{scope}"'))
def scope_is_shown(world: World, scope: str) -> None:
    world.judge.check(expected=scope, actual=str(world.application.scope), action="reading the settings")


@when("the administrator saves settings with an interval of 5 minutes")
def saves_an_interval(world: World, entra_portal: EntraPortal) -> None:
    entra_portal.call("PUT", f"/applications/{world.application.id}/settings", SHORTER_INTERVAL)
    world.outcome = entra_portal.open(path_of(world, "Provisioning"))


@then(parsers.parse('the page shows "{words}" and no field for it'))
def shows_words_without_a_field(world: World, entra_portal: EntraPortal, words: str) -> None:
    page, edit = the_page(world), entra_portal.open(path_of(world, "Edit provisioning"))
    world.judge.check(
        expected=(True, set()),
        actual=(words in page.text, {each for each in page.fields | edit.fields if "interval" in each}),
        action="looking for the interval",
    )


# Users and groups


@given(parsers.parse("the plan of the Entra tenant is {plan}"))
def plan_is(world: World, plan: str) -> None:
    world.entra.plan = Plan(plan.lower())


@when(parsers.parse('the administrator looks for "{text}" on the page Add Assignment'))
def looks_for(world: World, entra_portal: EntraPortal, text: str) -> None:
    world.outcome = entra_portal.open(f"{path_of(world, 'Add Assignment')}?search={text}")


@when(parsers.parse('the administrator selects "{name}" on the page Add Assignment and cancels'))
def selects_and_cancels(world: World, entra_portal: EntraPortal, name: str) -> None:
    ticked = f"principal:{world.people.principal(name)}=on"
    page = entra_portal.open(f"{path_of(world, 'Add Assignment')}?{ticked}")
    world.outcome = entra_portal.open(page.elements["cancel"]["href"].removeprefix("/portal"))


@when(parsers.parse('the administrator selects "{names}" on the page Add Assignment and assigns'))
def selects_and_assigns(world: World, entra_portal: EntraPortal, names: str) -> None:
    ticked = {f"principal:{world.people.principal(name)}": "on" for name in listed_names(names)}
    world.outcome = entra_portal.submit(path_of(world, "Add Assignment"), ticked)


@when(parsers.parse('the administrator ticks the row of "{name}" and starts provisioning'))
def ticks_and_starts(world: World, entra_portal: EntraPortal, name: str) -> None:
    page = path_of(world, "Provisioning")
    world.outcome = entra_portal.submit(f"{page}/start", {f"principal:{world.people.principal(name)}": "on"})


@when("the administrator assigns on the page Add Assignment without a selection")
def assigns_nobody(world: World, entra_portal: EntraPortal) -> None:
    world.outcome = entra_portal.submit(path_of(world, "Add Assignment"), {})


@then(parsers.parse("neither {first} nor {second} can be pressed"))
def cannot_be_pressed(world: World, first: str, second: str) -> None:
    page = the_page(world)
    world.judge.check(
        expected=[],
        actual=[each for each in (first, second) if page.can_press(each.lower())],
        action="opening Add Assignment",
    )


@then(parsers.parse('Entra ID says why: "{code}"'))
def says_why(world: World, code: str) -> None:
    world.judge.check(expected=code, actual=the_page(world).refusal, action="reading the page")


@then("nobody is assigned to the application")
def nobody_is_assigned(world: World) -> None:
    shown = [row.display_name for row in world.application.assignments()]
    world.judge.check(expected=[], actual=shown, action="opening Users and groups")


@given(parsers.parse('"{first}" and "{second}" have the same name in the directory'))
def have_the_same_name(world: World, first: str, second: str) -> None:
    shared = world.people.group(first).display_name
    world.people.directory.rename_group(world.people.group(second).id, shared)


@then(parsers.parse('the page tells "{first}" and "{second}" apart by their object ids'))
def tells_apart(world: World, first: str, second: str) -> None:
    page, ids = the_page(world), [world.people.group(each).id for each in (first, second)]
    world.judge.check(
        expected=[(True, True)] * 2,
        actual=[(page.has(f"found-{each}"), each in page.text) for each in ids],
        action="searching by the shared name",
    )
