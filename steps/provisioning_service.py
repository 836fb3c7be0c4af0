"""The provisioning service of Entra ID: its cycles, its log, and what it was heard to say to the endpoint."""

import re
from datetime import timedelta

from pytest_bdd import given, parsers, then, when

from scimulate.mock_servers.entra.application import ProvisioningRefused
from scimulate.mock_servers.entra.application_settings import ProvisioningSettings
from scimulate.mock_servers.entra.status import shown_state
from scimulate.steps.clock import on_the_day
from scimulate.steps.directory import listed_names
from scimulate.steps.entra_administrator import Table, rows
from scimulate.steps.world import World

JWT = re.compile(r"eyJ[\w-]+\.eyJ[\w-]+\.[\w-]*")


@given("provisioning was started")
def was_started(world: World) -> None:
    world.application.start()


@given(parsers.parse("the endpoint refused {name} for want of an address"))
def was_refused_without_address(world: World, name: str) -> None:
    entries = world.application.log.entries(identity=world.people.principal(name))
    world.judge.check(
        expected="failure",
        actual=str(entries[-1].status) if entries else "no entry",
        action=f"provisioning {name}",
        requirement="IVANTI-040",
    )


@given(parsers.parse("provisioning was started at {moment}"))
def was_started_at(world: World, moment: str) -> None:
    world.clock.advance_to(on_the_day(world, moment))
    world.application.start()


@given(parsers.parse("provisioning was stopped at {moment}"))
def was_stopped_at(world: World, moment: str) -> None:
    world.clock.advance_to(on_the_day(world, moment))
    world.application.stop()


@given(parsers.re(r"(?P<names>[A-Z]\w+(?: and [A-Z]\w+)*) (?:was|were) provisioned$"))
def were_provisioned(world: World, names: str) -> None:
    world.provision_people(listed_names(names))


@given(parsers.re(r'"(?P<group>[^"]+)" with (?P<names>.+) was provisioned$'))
def group_was_provisioned(world: World, group: str, names: str) -> None:
    world.people.add_group(group, listed_names(names))
    world.application.assign(world.people.principal(group))
    world.provision()
    user_names = [f"{name.lower()}@contoso.test" for name in listed_names(names)]
    world.judge.remember(user_names)
    world.judge.group_lists(group, user_names)
    world.judge.remember_group(group, world.judge.one_group(group))


@given(parsers.parse('failures are mailed to "{address}"'))
def failures_are_mailed(world: World, address: str) -> None:
    world.application.settings = ProvisioningSettings(address, send_on_failure=True)


@then(parsers.parse('one mail was sent to "{address}"'))
def one_mail_was_sent(world: World, address: str) -> None:
    sent = [mail.to for mail in world.application.notifications]
    world.judge.check(expected=[address], actual=sent, action="reading the mails of the provisioning service")


@when("provisioning is started")
def is_started(world: World) -> None:
    try:
        world.application.start()
    except ProvisioningRefused as refusal:
        world.outcome = refusal


@when(parsers.parse("provisioning is started at {moment}"))
def is_started_at(world: World, moment: str) -> None:
    world.clock.advance_to(on_the_day(world, moment))
    world.application.start()


@given("provisioning was restarted")
@when("provisioning is restarted")
def is_restarted(world: World) -> None:
    world.application.restart()


@when("a provisioning cycle ends")
def cycle_ends(world: World) -> None:
    world.provision()


@then(parsers.parse('Entra ID refuses to start because "{reason}"'))
def refuses_to_start(world: World, reason: str) -> None:
    told = str(world.outcome)
    world.judge.check(expected=reason, actual=reason if reason in told else told, action="starting provisioning")


@then(
    parsers.re(r"the provisioning status shows (?P<count>\d+) (?P<kind>user|group)s?$"),
    converters={"count": int, "kind": str.capitalize},
)
def status_shows(world: World, count: int, kind: str) -> None:
    counts = world.application.status().object_counts
    world.judge.check(expected=count, actual=counts.get(kind, 0), action="reading the provisioning status")


@then(
    parsers.parse('the last cycle is shown as "{result}": {created:d} created, {failed:d} failed, {skipped:d} skipped')
)
def last_cycle_is_shown(world: World, result: str, created: int, failed: int, skipped: int) -> None:
    cycle = world.last_cycle()
    counts = [cycle.count("create", "success"), cycle.count(status="failure"), cycle.count(status="skipped")]
    world.judge.check(
        expected=(result, [created, failed, skipped]),
        actual=(cycle.result, counts),
        action="reading the provisioning status",
    )


@then(parsers.parse("the job is in quarantine and is tried again in {hours:d} hours"))
def is_in_quarantine(world: World, hours: int) -> None:
    status = world.application.status()
    wait = status.next_cycle_at - world.clock.now() if status.next_cycle_at else None
    world.judge.check(
        expected=("Quarantine", timedelta(hours=hours)),
        actual=(status.state, wait),
        action="reading the provisioning status",
    )


@then(parsers.parse("the job is shown as {state}"))
def job_is_shown_as(world: World, state: str) -> None:
    world.judge.check(expected=state, actual=shown_state(world.application.status()), action="reading the status")


@then(parsers.parse("the last cycle began at {began} and ended at {ended}"))
def last_cycle_ran(world: World, began: str, ended: str) -> None:
    cycle = world.last_cycle()
    world.judge.check(
        expected=(on_the_day(world, began), on_the_day(world, ended)),
        actual=(cycle.began_at, cycle.ended_at),
        action="reading the provisioning status",
    )


@then(parsers.re(r'the provisioning log shows "(?P<action>\w+)" with "(?P<status>\w+)" for "?(?P<name>\w+)"?$'))
def log_shows(world: World, action: str, status: str, name: str) -> None:
    entries = world.application.log.entries(identity=world.people.principal(name))
    world.judge.check(
        expected=(action, status),
        actual=(entries[-1].action, entries[-1].status) if entries else "no entry",
        action=f"reading the provisioning log of {name}",
    )


@then(parsers.parse("Entra ID has tried {count:d} times to provision {name}"))
def has_tried(world: World, count: int, name: str) -> None:
    entries = world.application.log.entries(identity=world.people.principal(name))
    world.judge.check(expected=count, actual=len(entries), action=f"counting in the provisioning log of {name}")


@then(parsers.parse('the provisioning log names "{reason}" as the reason for {name}'))
def log_names_the_reason(world: World, reason: str, name: str) -> None:
    entries = world.application.log.entries(identity=world.people.principal(name))
    told = entries[-1].reason if entries else "no entry"
    world.judge.check(
        expected=reason, actual=reason if reason in told else told, action=f"reading the provisioning log of {name}"
    )


@then(parsers.parse('the provisioning log shows "{statuses}" for the groups called "{group}"'))
def log_shows_for_groups(world: World, statuses: str, group: str) -> None:
    entries = world.application.log.entries(identity=world.names.group(group))
    world.judge.check(
        expected=listed_names(statuses),
        actual=[str(entry.status) for entry in entries],
        action=f"reading the provisioning log of {group}",
    )


@then(parsers.parse("the provisioning log shows the creation of {name} at {moment}"))
def log_shows_creation_at(world: World, name: str, moment: str) -> None:
    entries = world.application.log.entries(identity=world.people.principal(name), action="create")
    world.judge.check(
        expected=[on_the_day(world, moment)],
        actual=[entry.activity_at for entry in entries],
        action=f"reading the provisioning log of {name}",
    )


@then("the endpoint received these requests:")
def received(world: World, datatable: Table) -> None:
    world.judge.heard(rows(datatable), world.overheard.requests)


@then("the endpoint received these requests after the probe:")
def received_after_the_probe(world: World, datatable: Table) -> None:
    world.judge.heard(rows(datatable), world.overheard.after_the_probe())


@then("the endpoint received only the probe")
def received_only_the_probe(world: World) -> None:
    groups = [("GET", "/Groups")] if world.provisions_groups else []
    world.judge.check(
        expected=[("GET", "/Users"), *groups],
        actual=[(heard.method, heard.path) for heard in world.overheard.requests],
        action="running a cycle without changes",
    )


@then(parsers.parse("the endpoint received {count:d} requests after the probe"))
def received_so_many(world: World, count: int) -> None:
    world.judge.check(
        expected=count, actual=len(world.overheard.after_the_probe()), action="counting the requests of the cycle"
    )


@then("every request of the provisioning service carried the token as a bearer token, and nowhere else")
def every_request_carried_the_token(world: World) -> None:
    heard = world.overheard.requests
    without = [each.describes() for each in heard if each.authorization != f"Bearer {world.token}"]
    beside = [each.method for each in heard if world.token in repr(each)]
    world.judge.check(
        expected=(True, [], []), actual=(bool(heard), without, beside), action="listening to the provisioning service"
    )


@then("every request of the provisioning service carried a token of Entra ID's own")
def every_request_carried_a_token_of_its_own(world: World) -> None:
    """A JWT, whose header and claims are JSON (ENTRA-035)."""
    tokens = [each.authorization.removeprefix("Bearer ") for each in world.overheard.requests]
    world.judge.check(
        expected=(True, []),
        actual=(bool(tokens), [token for token in tokens if JWT.fullmatch(token) is None]),
        action="listening to the provisioning service",
    )


@then("everything was said to Users and Groups")
def said_to_users_and_groups(world: World) -> None:
    heard = world.overheard.requests
    elsewhere = [each.describes() for each in heard if each.path.split("/")[1] not in ("Users", "Groups")]
    world.judge.check(expected=(True, []), actual=(bool(heard), elsewhere), action="listening on the line")


@then("no membership named a user before the endpoint had given its id")
def members_exist_before(world: World) -> None:
    world.judge.check(
        expected=(True, []), actual=world.overheard.memberships_too_early(), action="listening for memberships"
    )


@then(parsers.parse('the members of "{group}" were sent in requests of {sizes}'))
def members_were_sent_in(world: World, group: str, sizes: str) -> None:
    world.judge.check(
        expected=[int(size) for size in listed_names(sizes)],
        actual=world.overheard.members_sent(),
        action=f"listening for the members of {group}",
    )


@then("no user was created")
def no_user_created(world: World) -> None:
    world.judge.check(
        expected=[],
        actual=[heard.describes() for heard in world.overheard.requests if heard.method == "POST"],
        action="listening for creations on the line",
    )


@then("nothing was sent")
def nothing_was_sent(world: World) -> None:
    world.judge.check(
        expected=[], actual=[heard.describes() for heard in world.overheard.requests], action="listening on the line"
    )


@then(parsers.parse('no request of the provisioning service named "{user_name}"'))
def nobody_named(world: World, user_name: str) -> None:
    name = world.names.real(user_name)
    world.judge.check(
        expected=[],
        actual=[heard.describes() for heard in world.overheard.requests if name in repr((heard.query, heard.body))],
        action=f"listening for {name} on the line",
    )


@then("no request of the provisioning service changed anything")
def nothing_changed(world: World) -> None:
    world.judge.check(
        expected=[],
        actual=[heard.describes() for heard in world.overheard.requests if heard.method != "GET"],
        action="listening for writes on the line",
    )
