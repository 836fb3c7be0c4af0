"""An administrator of the MDM who reads the audit trail, filters it and takes it away."""

import re
from collections.abc import Sequence

from pytest_bdd import given, parsers, then, when

from scimulate.steps.portal_audit import AuditDetail, AuditEntry, exported
from scimulate.steps.world import World

EXPORTS = ("json", "cef")
OF_TOKENS = {"type": "SCIM Token"}
MOMENT = re.compile(r"\d{4}-\d\d-\d\d ([01]\d|2[0-3]):[0-5]\d")


@given(parsers.parse("the audit trail holds {count:d} entries on users"))
def holds_entries(world: World, count: int) -> None:
    world.create_users(count - world.the_portal().audit.count({"type": "User"}))


@when("the administrator opens the audit trail")
def opens_the_audit_trail(world: World) -> None:
    world.outcome = world.the_portal().audit.entries()


@when(parsers.parse('the administrator filters the audit trail by "{filters}"'))
def filters_the_audit_trail(world: World, filters: str) -> None:
    given_filters = dict(one.split("=") for one in filters.split(", "))
    world.outcome = world.the_portal().audit.entries(given_filters)


@when(parsers.parse('the administrator exports the audit trail as "{format_name}"'))
def exports_the_audit_trail(world: World, format_name: str) -> None:
    world.outcome = exported(format_name, world.the_portal().audit.export(format_name))


@when("the administrator tries to switch the audit trail off")
def tries_to_switch_it_off(world: World) -> None:
    world.outcome = world.the_portal().audit.switch_off()


@then(parsers.parse('the audit trail of tokens reads "{activities}"'))
def trail_of_tokens_reads(world: World, activities: str) -> None:
    """Oldest first, each once."""
    world.judge.check(
        expected=[f"SCIM Token {activity.strip()}" for activity in activities.split(",")],
        actual=[entry.activity for entry in reversed(world.the_portal().audit.entries(OF_TOKENS))],
        action="reading the audit trail of tokens",
    )


@then(parsers.parse('the audit trail of tokens ends with "{activity}"'))
def trail_of_tokens_ends_with(world: World, activity: str) -> None:
    newest = world.the_portal().audit.entries(OF_TOKENS)[0]
    world.judge.check(
        expected=f"SCIM Token {activity}", actual=newest.activity, action="reading the audit trail of tokens"
    )


@then("the audit trail of tokens is empty")
def trail_of_tokens_is_empty(world: World) -> None:
    world.judge.check(
        expected=0, actual=world.the_portal().audit.count(OF_TOKENS), action="reading the audit trail of tokens"
    )


@then(parsers.parse('the newest entry on tokens was made by "{performer}"'))
def newest_was_made_by(world: World, performer: str) -> None:
    newest = world.the_portal().audit.entries(OF_TOKENS)[0]
    world.judge.check(expected=performer, actual=newest.performed_by, action="reading who did it")


@then(parsers.parse('the details of the newest entry on tokens name "{details}"'))
def details_name(world: World, details: str) -> None:
    audit = world.the_portal().audit
    world.judge.check(
        expected=details,
        actual=audit.detail(audit.entries(OF_TOKENS)[0].number).details,
        action="reading the DETAILS of the newest entry",
    )


@then("it lists, newest first:")
def it_lists(world: World, datatable: Sequence[Sequence[str]]) -> None:
    columns, *rows = datatable
    expected = [[world.names.real(cell) if "@" in cell else cell for cell in row] for row in rows]
    world.judge.check(
        expected=expected,
        actual=[[getattr(entry, column.replace(" ", "_")) for column in columns] for entry in world.outcome],
        action="reading the audit trail",
    )


@then(
    parsers.re(r"page (?P<page>\d+) of the entries on users lists (?P<count>\d+) entr(?:y|ies)$"),
    converters={"page": int, "count": int},
)
def page_lists_so_many(world: World, page: int, count: int) -> None:
    entries = world.the_portal().audit.entries({"type": "User"}, page)
    world.judge.check(expected=count, actual=len(entries), action=f"reading page {page} of the audit trail")


@then("each entry has its time in 24-hour form")
def entries_have_their_time(world: World) -> None:
    times = [entry.performed_at for entry in world.outcome]
    world.judge.check(
        expected=[times != [], []],
        actual=[True, [time for time in times if not MOMENT.fullmatch(time)]],
        action="reading when it was done",
    )


def newest_entry_on(world: World, name: str) -> AuditDetail:
    audit, real = world.the_portal().audit, world.names.real(name)
    entries = audit.entries({"name": real})
    world.judge.check(expected=True, actual=entries != [], action=f"looking for {real} in the audit trail")
    return audit.detail(entries[0].number)


@then(parsers.parse('the newest entry on "{name}" shows "{activity}" by "{performer}" with these changes:'))
def newest_entry_shows(
    world: World, name: str, activity: str, performer: str, datatable: Sequence[Sequence[str]]
) -> None:
    _, *changes = datatable
    detail = newest_entry_on(world, name)
    world.judge.check(
        expected=(activity, performer, f"{world.clock.now():%Y-%m-%d %H:%M}", [tuple(row) for row in changes]),
        actual=(detail.activity, detail.performed_by, detail.performed_at, list(detail.changes)),
        action="reading an entry in detail",
    )


@then(parsers.parse('the newest entry on "{name}" tells of a failure'))
def newest_entry_tells_of_a_failure(world: World, name: str) -> None:
    detail = newest_entry_on(world, name)
    world.judge.check(expected="Failure", actual=detail.status, action="reading an entry in detail")


@then(parsers.re(r'it lists "(?P<names>[^"]*)"$'))
def it_lists_these(world: World, names: str) -> None:
    """Each entry by its name, in the order of names."""
    world.judge.check(
        expected=[world.names.real(name) for name in names.split(", ") if name],
        actual=sorted(entry.name for entry in world.outcome),
        action="filtering the audit trail",
    )


@then("the export holds what the audit trail lists")
def export_holds_the_trail(world: World) -> None:
    world.judge.check(
        expected=world.the_portal().audit.entries(), actual=world.outcome, action="comparing the export with the list"
    )


@then(parsers.parse('the export names "{name}"'))
def export_names(world: World, name: str) -> None:
    real = world.names.real(name)
    entries: list[AuditEntry] = world.outcome
    world.judge.check(
        expected=True, actual=real in [entry.name for entry in entries], action=f"looking for {real} in the export"
    )


@then(parsers.parse('the audit trail names "{performer}" as who did "{activity}" to "{name}"'))
def trail_names_the_performer(world: World, performer: str, activity: str, name: str) -> None:
    real = world.names.real(name) if "@" in name else world.names.group(name)
    entries = world.the_portal().audit.entries({"name": real, "activity": activity})
    world.judge.check(
        expected=[performer], actual=[entry.performed_by for entry in entries], action=f"reading who did it to {real}"
    )


@then("the portal still records what is done")
def still_records(world: World) -> None:
    """The refusal, and one more entry after one more change."""
    before = world.the_portal().audit.count(OF_TOKENS)
    world.change_token(0, "deactivate")
    world.judge.check(
        expected=before + 1, actual=world.the_portal().audit.count(OF_TOKENS), action="changing a token afterwards"
    )


@then("no secret is on the pages of tokens and audit trail, nor in an export")
def no_secret_is_shown(world: World) -> None:
    portal = world.the_portal()
    shown = [portal.tokens.page().everything, *map(str, portal.audit.entries()), *map(portal.audit.export, EXPORTS)]
    shown += [str(portal.audit.detail(entry.number)) for entry in portal.audit.entries()]
    secrets = [generated.token for generated in portal.tokens.generated] + world.secrets_before
    world.judge.check(
        expected=[],
        actual=[secret for secret in secrets if any(secret in text for text in shown)],
        action="looking for secrets wherever the portal tells of tokens",
    )
