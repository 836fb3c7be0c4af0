"""The administrator of the MDM who sets the tenant up: settings, custom attributes, and the way from another source."""

import re

from pytest_bdd import given, parsers, then, when

from scimulate.steps.entra_administrator import Table, rows
from scimulate.steps.former_source import use_attribute
from scimulate.steps.portal_calls import Refusal
from scimulate.steps.portal_settings import Value, migrate_until
from scimulate.steps.world import World

IVANTI_URN = "urn:ietf:params:scim:schemas:extension:ivanti:2.0:User"
EXTENSION_ATTRIBUTE = "extensionAttribute1"


def settings_in(table: Table) -> dict[str, Value]:
    return {name: value_of(text) for name, text in table}


def value_of(text: str) -> Value:
    if re.fullmatch(r"\d+", text):
        return int(text)
    return {"yes": True, "no": False}.get(text, text)


# Settings


@given("the administrator has saved the settings:")
@when("the administrator saves the settings:")
def saves_the_settings(world: World, datatable: Table) -> None:
    world.token  # noqa: B018 - IVANTI-014: settings are edited once a token exists
    world.outcome = world.the_portal().settings.save(settings_in(datatable))


@when("the administrator leaves the settings without saving:")
def leaves_the_settings(world: World, datatable: Table) -> None:
    world.token  # noqa: B018 - IVANTI-014
    world.the_portal().settings.leave(settings_in(datatable))


@when("the administrator opens the settings")
def opens_the_settings(world: World) -> None:
    world.outcome = world.the_portal().settings.settings()


@then(parsers.re(r"Edit Settings is (?P<offered>offered|not offered)$"))
def edit_settings_is_offered(world: World, offered: str) -> None:
    world.judge.check(
        expected=offered == "offered",
        actual=world.the_portal().tokens.page().can_edit_settings,
        action="opening User Provisioning Entra ID",
    )


@when("the administrator saves the settings before there is a token:")
def saves_without_a_token(world: World, datatable: Table) -> None:
    world.outcome = world.the_portal().settings.save(settings_in(datatable))


@then("with a token the settings are:")
def settings_are_with_a_token(world: World, datatable: Table) -> None:
    """IVANTI-014: what was not saved is read once the page opens."""
    world.hold_tokens(1)
    settings_are(world, datatable)


@then("the settings are:")
def settings_are(world: World, datatable: Table) -> None:
    wanted, found = settings_in(datatable), world.the_portal().settings.settings()
    world.judge.check(
        expected=wanted,
        actual=found if isinstance(found, Refusal) else {name: found[name] for name in wanted},
        action="opening the settings again",
    )


@then(parsers.parse('invitations were sent to "{addresses}"'))
def invitations_were_sent(world: World, addresses: str) -> None:
    wanted = [world.names.real(address.strip()) for address in addresses.split(",")]
    sent = world.the_tenant().control("GET", "/outbox")["invitations"]
    world.judge.check(expected=wanted, actual=[each["address"] for each in sent], action="reading the outbox")


@then("no invitation was sent")
def no_invitation_was_sent(world: World) -> None:
    sent = world.the_tenant().control("GET", "/outbox")["invitations"]
    world.judge.check(expected=[], actual=sent, action="reading the outbox")


@then(parsers.parse('the Managed Apple ID of {name} is at "{domain}"'))
def managed_apple_id_is_at(world: World, name: str, domain: str) -> None:
    user_name = world.names.user_name(name)
    found = world.the_portal().users.sheet(user_name).managed_apple_id
    expected = user_name.replace("@contoso.test", f"@{domain}")
    world.judge.check(expected=expected, actual=found, action=f"reading the Managed Apple ID of {name}")


# Custom attributes


@given(parsers.parse('the administrator has added the custom attribute "{name}"'))
@when(parsers.parse('the administrator adds the custom attribute "{name}"'))
def adds_a_custom_attribute(world: World, name: str) -> None:
    world.outcome = world.the_portal().settings.add_attribute(name)


@when(parsers.parse('the administrator adds the custom attribute "{name}" in the settings'))
def adds_a_custom_attribute_in_settings(world: World, name: str) -> None:
    world.token  # noqa: B018 - IVANTI-014
    world.outcome = world.the_portal().settings.save({}, new_attribute=name)


@when(parsers.parse('the administrator deletes the custom attribute "{name}"'))
def deletes_a_custom_attribute(world: World, name: str) -> None:
    world.outcome = world.the_portal().settings.delete_attribute(name)


@given(
    parsers.re(
        r"the (?P<kind>policy|user group|device group|app filter|space|identity certificate configuration)"
        r' "(?P<name>[^"]+)" refers to the custom attribute "(?P<attribute>[^"]+)"$'
    )
)
def refers_to_attribute(world: World, kind: str, name: str, attribute: str) -> None:
    use_attribute(world, attribute, kind, name)


@given(
    parsers.parse('Entra ID maps the extension attribute of {name}, "{value}", to the custom attribute "{attribute}"')
)
def maps_the_extension_attribute(world: World, name: str, value: str, attribute: str) -> None:
    target = f"{IVANTI_URN}:{attribute}"
    world.application.mappings.add_attribute(target)
    world.application.mappings.add(EXTENSION_ATTRIBUTE, target)
    extension_attribute_is(world, name, value)


@given(parsers.parse('the extension attribute of {name} is "{value}"'))
def extension_attribute_is(world: World, name: str, value: str) -> None:
    world.people.directory.update_user(world.people.user(name).id, extension_attribute1=value)


@then("the custom attributes are:")
def custom_attributes_are(world: World, datatable: Table) -> None:
    world.judge.check(
        expected=[(row["name"], row["usage"], row["type"]) for row in rows(datatable)],
        actual=[(row.name, row.usage, row.type) for row in world.the_portal().settings.attributes()],
        action="opening Custom Attributes",
    )


@then(parsers.parse('the value "{name}" of "{user_name}" is empty once the attribute is defined'))
def value_is_empty(world: World, name: str, user_name: str) -> None:
    world.the_portal().settings.add_attribute(name)
    value = world.the_portal().users.sheet(world.names.real(user_name)).attributes[name]
    world.judge.check(expected="", actual=value, action=f"reading what {user_name} has for {name}")


@then("there are no custom attributes")
def no_custom_attributes(world: World) -> None:
    world.judge.check(expected=[], actual=world.the_portal().settings.attributes(), action="opening Custom Attributes")


@then("a custom attribute offers deletion only")
def offers_deletion_only(world: World) -> None:
    world.judge.check(
        expected={"delete"},
        actual=world.the_portal().settings.attribute_actions(),
        action="looking for what can be done to a custom attribute",
    )


# Migration


@given(parsers.re(r"the LDAP server was (?P<state>enabled|disabled)$"))
def ldap_server_was(world: World, state: str) -> None:
    world.the_portal().settings.switch_ldap_server(enabled=state == "enabled")


@given("the migration has begun")
@when("the administrator begins the migration")
def begins_the_migration(world: World) -> None:
    world.outcome = world.the_portal().settings.begin_migration()


@when("the administrator goes on with the migration")
def goes_on_with_the_migration(world: World) -> None:
    world.outcome = world.the_portal().settings.advance_migration()


@given(parsers.parse('the migration has come to "{stage}"'))
def migration_has_come_to(world: World, stage: str) -> None:
    migrate_until(world.the_portal().settings, stage)


@when(parsers.parse("the administrator sets the Sync Interval of the legacy user source to {minutes:d} minutes"))
def sets_the_sync_interval(world: World, minutes: int) -> None:
    world.outcome = world.the_portal().settings.edit_user_source({"sync_minutes": minutes})


@then(parsers.parse('the migration stands at "{stage}"'))
def migration_stands_at(world: World, stage: str) -> None:
    world.judge.check(
        expected=stage, actual=world.the_portal().settings.migration().stage, action="opening the migration"
    )


@then(parsers.parse("the migration has {count:d} objects of former sources before it"))
def migration_has_before_it(world: World, count: int) -> None:
    world.judge.check(
        expected=count, actual=world.the_portal().settings.migration().objects_left, action="opening the migration"
    )


@then(parsers.re(r"the legacy user source (?P<how>can be edited|can only be viewed)$"))
def legacy_user_source(world: World, how: str) -> None:
    source = world.the_portal().settings.user_source()
    world.judge.check(
        expected=how == "can only be viewed", actual=source["read_only"], action="opening the legacy user source"
    )


@then(parsers.parse("the Sync Interval of the legacy user source is {minutes:d} minutes"))
def sync_interval_is(world: World, minutes: int) -> None:
    source = world.the_portal().settings.user_source()
    world.judge.check(expected=minutes, actual=source["sync_minutes"], action="opening the legacy user source")
