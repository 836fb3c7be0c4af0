"""What the control surface puts into a tenant that no client and no administrator would: users and groups of other
sources, devices, and what refers to custom attributes.

For users and groups it plays the part of a former source (IVANTI-069, IVANTI-071): what comes again from the source
that a user has is an update; a user who has gone over to SCIM is left alone.

GivenRefused    what is given makes no sense, or contradicts what is there
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from scimulate.mock_servers.portal.custom_attributes import Use, UseKind
from scimulate.mock_servers.portal.listing import SCIM_SOURCES, SOURCES, SYNCED_SOURCES
from scimulate.mock_servers.portal.user_records import DIRECT_SYNC, INDIRECT_SYNC, NO_SYNC, UserRecord
from scimulate.mock_servers.scim.document import Document
from scimulate.mock_servers.scim.letter_case import without_case
from scimulate.mock_servers.scim.links import add_members
from scimulate.mock_servers.scim.resources import LOCAL_SOURCE
from scimulate.mock_servers.scim.rows import Row
from scimulate.mock_servers.scim.schema import GROUP_URN, USER_URN
from scimulate.mock_servers.scim.store import Connection
from scimulate.mock_servers.tenants import Tenant

Object = Mapping[str, object]

_KEYS_OF_USER = (
    "user_name",
    "source",
    "display_name",
    "email",
    "enabled",
    "sync",
    "removed",
    "managed_apple_id",
    "attributes",
)
_KEYS_OF_GROUP = ("name", "source", "members")
_KEYS_OF_DEVICES = ("user_name", "count")
_KEYS_OF_USES = ("attribute", "uses")
_KEYS_OF_USE = ("kind", "name")


class GivenRefused(ValueError):
    """The sentence says why; `status` is that of the answer."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.status = status


def give_users(tenant: Tenant, body: object) -> object:
    """A list of {user_name, display_name, email, source, enabled, sync, removed, managed_apple_id, attributes}."""
    wanted = _objects(body, _KEYS_OF_USER)

    def change(connection: Connection) -> list[str]:
        return [_give_user(tenant, connection, each) for each in wanted]

    given = tenant.resources.database.write(change)
    names = [name for each in wanted for name in _texts(each.get("attributes", {}), "attributes")]
    tenant.attributes.note_ldap(names)
    return {"users": given}


def give_groups(tenant: Tenant, body: object) -> object:
    """A list of {name, source, members: user names}."""
    wanted = _objects(body, _KEYS_OF_GROUP)

    def change(connection: Connection) -> list[str]:
        return [_give_group(tenant, connection, each) for each in wanted]

    return {"groups": tenant.resources.database.write(change)}


def give_devices(tenant: Tenant, body: object) -> object:
    """{user_name, count}: the user has this many devices from now on."""
    given = _object(body, _KEYS_OF_DEVICES)
    count = given.get("count")
    if isinstance(count, bool) or not isinstance(count, int) or count < 0:
        raise GivenRefused("count is a whole number, 0 or more")

    def change(connection: Connection) -> None:
        row = _user(tenant, connection, _text(given, "user_name"))
        record = tenant.records.get(connection, row.id)
        tenant.records.keep(connection, row.id, replace(record, devices=count))

    tenant.resources.database.write(change)
    return {"devices": count}


def give_attribute_uses(tenant: Tenant, body: object) -> object:
    """{attribute, uses: [{kind, name}]}: this refers to the attribute from now on."""
    given = _object(body, _KEYS_OF_USES)
    uses = _objects(given.get("uses"), _KEYS_OF_USE)
    if any(use.get("kind") not in tuple(UseKind) for use in uses):
        raise GivenRefused(f"kind is one of {', '.join(UseKind)}")
    attribute = _text(given, "attribute")
    if attribute not in (*tenant.attributes.names(), *tenant.attributes.ldap_names()):
        raise GivenRefused(f"there is no custom attribute {attribute}", 404)
    tenant.attributes.set_uses(attribute, [Use(UseKind(_text(use, "kind")), _text(use, "name")) for use in uses])
    return {"uses": len(uses)}


GIVEN: Mapping[str, Callable[[Tenant, object], object]] = {
    "/users": give_users,
    "/groups": give_groups,
    "/devices": give_devices,
    "/attribute-uses": give_attribute_uses,
}
"""What may be given, by its path below the control surface of a tenant."""


def _give_user(tenant: Tenant, connection: Connection, given: Object) -> str:
    source, user_name = _source(given), _text(given, "user_name")
    row = tenant.resources.find_user_by_name(connection, user_name)
    if row is not None and row.source != source:
        if source in SYNCED_SOURCES and row.source in SCIM_SOURCES:
            return row.id
        raise GivenRefused(f"the user {user_name} comes from {row.source}, not from {source}", 409)
    document = _user_document(given, user_name)
    if row is None:
        row = tenant.resources.insert(connection, "User", document, source=source)
    elif given.get("removed") is not True:
        row = tenant.resources.update(connection, row, {**row.document, **document})
    record = tenant.records.get(connection, row.id)
    tenant.records.keep(connection, row.id, _record(given, record))
    return row.id


def _user_document(given: Object, user_name: str) -> Document:
    email = given.get("email", user_name)
    return {
        "schemas": [USER_URN],
        "userName": user_name,
        "displayName": given.get("display_name", user_name),
        "active": given.get("enabled", True) is True,
        **({"emails": [{"value": email, "type": "work", "primary": True}]} if email else {}),
    }


def _record(given: Object, record: UserRecord) -> UserRecord:
    """A removed user of LDAP stays active and is no longer synced (IVANTI-071)."""
    sync = given.get("sync", DIRECT_SYNC)
    if sync not in (DIRECT_SYNC, INDIRECT_SYNC, NO_SYNC):
        raise GivenRefused(f"sync is one of {DIRECT_SYNC}, {INDIRECT_SYNC}, {NO_SYNC}")
    apple_id = given.get("managed_apple_id")
    if apple_id is not None:
        record = replace(record, apple_id=_text(given, "managed_apple_id"), legacy_apple_id=True)
    return replace(
        record,
        sync=NO_SYNC if given.get("removed") is True else str(sync),
        ldap_attributes={**record.ldap_attributes, **_texts(given.get("attributes", {}), "attributes")},
    )


def _give_group(tenant: Tenant, connection: Connection, given: Object) -> str:
    source, name = _source(given), _text(given, "name")
    found = [
        row
        for row in tenant.resources.find_equal(connection, "Group", "display_name", without_case(name))
        if row.source == source
    ]
    document: Document = {"schemas": [GROUP_URN], "displayName": name}
    row = found[0] if found else tenant.resources.insert(connection, "Group", document, source=source)
    members = given.get("members", [])
    if not isinstance(members, list) or not all(isinstance(member, str) for member in members):
        raise GivenRefused("members are user names")
    numbers = [_user(tenant, connection, member).number for member in members]
    if add_members(connection, row, numbers):
        tenant.resources.update(connection, row, row.document)
    return row.id


def _user(tenant: Tenant, connection: Connection, user_name: str) -> Row:
    row = tenant.resources.find_user_by_name(connection, user_name)
    if row is None:
        raise GivenRefused(f"there is no user {user_name}")
    return row


def _source(given: Object) -> str:
    source = given.get("source", LOCAL_SOURCE)
    if source not in SOURCES:
        raise GivenRefused(f"source is one of {', '.join(SOURCES)}")
    return str(source)


def _objects(body: object, keys: Sequence[str]) -> list[dict[str, object]]:
    if not isinstance(body, list) or not all(isinstance(each, dict) for each in body):
        raise GivenRefused("a list of objects is due")
    return [_object(each, keys) for each in body]


def _object(body: object, keys: Sequence[str]) -> dict[str, object]:
    if not isinstance(body, dict):
        raise GivenRefused("an object is due")
    unknown = [key for key in body if key not in keys]
    if unknown:
        raise GivenRefused(f"nothing is known of {', '.join(map(repr, unknown))}; the keys are {', '.join(keys)}")
    return body


def _text(given: Object, name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value:
        raise GivenRefused(f"{name} is a string")
    return value


def _texts(value: object, name: str) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise GivenRefused(f"{name} is an object of strings")
    return value
