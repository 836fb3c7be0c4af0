"""What an administrator can do with settings, custom attributes and the migration, once, for pages and JSON alike.

Refuses by `PortalRefused`. Each change and its row in the audit trail are one. A page sends all that it shows, so its
form tells by `seen` what that was: what somebody else has changed meanwhile is not overwritten unseen. A program sends
only what it changes, and nothing of the kind.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, TypeVar

from scimulate.mock_servers.portal.custom_attributes import AttributeRefused, Use, UseKind
from scimulate.mock_servers.portal.listing import SYNCED_SOURCES, UserFilters
from scimulate.mock_servers.portal.migration import LegacySource, MigrationRefused, Stage
from scimulate.mock_servers.portal.settings import (
    IDLE_MINUTES,
    KINDS,
    LONGEST_OVERLAP,
    ManagedAppleId,
    SettingRefused,
    Settings,
)
from scimulate.mock_servers.portal.user_administration import listing_of
from scimulate.mock_servers.refusal import PortalRefused
from scimulate.mock_servers.scim.schema import IVANTI_URN
from scimulate.mock_servers.scim.store import Connection
from scimulate.mock_servers.seen import seen_mark
from scimulate.mock_servers.tenants import Tenant

Result = TypeVar("Result")

_STATUS_OF_ATTRIBUTE = {"attribute_name_refused": 400, "attribute_unknown": 404}
_STATUS_OF_MIGRATION = {"sync_interval_out_of_range": 400}


def check_token(tenant: Tenant) -> None:
    """The settings page opens once a token exists (IVANTI-014)."""
    if not tenant.tokens.all():
        raise PortalRefused(409, "settings_need_a_token")


def save_settings(
    tenant: Tenant,
    changes: Mapping[str, object],
    *,
    by: str,
    new_attributes: Sequence[str] = (),
    seen: str | None = None,
) -> Settings:
    """Save Changes: only now do they count (IVANTI-079). All of them, or none."""
    check_token(tenant)
    wanted = {name: _setting(name, value) for name, value in changes.items()}

    def save() -> Settings:
        before = tenant.settings.in_force
        _check_seen(seen, asdict(before))
        for name in new_attributes:
            tenant.attributes.add(name)
            _record(tenant, "Custom Attribute Created", name, "Custom Attribute", by)
        attribute = wanted.get("apple_id_attribute")
        if attribute and attribute not in tenant.attributes.names():
            raise AttributeRefused("attribute_unknown", str(attribute))
        after = tenant.settings.save(**wanted)
        changed = _changes(asdict(before), asdict(after))
        if changed:
            _record(tenant, "Settings Changed", "User Provisioning", "Settings", by, changed)
        return after

    return _told(tenant, save)


def add_attribute(tenant: Tenant, name: str, *, by: str) -> None:
    def add() -> None:
        tenant.attributes.add(name.strip())
        _record(tenant, "Custom Attribute Created", name.strip(), "Custom Attribute", by)

    _told(tenant, add)


def remove_attribute(tenant: Tenant, name: str, *, by: str) -> None:
    """Delete an attribute that nothing refers to, and its values (IVANTI-099)."""

    def remove() -> None:
        if uses := uses_of(tenant, name):
            told = ", ".join(f"{use.kind} {use.name}".strip() for use in uses)
            raise PortalRefused(409, "attribute_in_use", name=name, uses=told)
        tenant.attributes.remove(name)
        tenant.resources.database.write(
            lambda connection: tenant.resources.clear_extension_value(connection, IVANTI_URN, name)
        )
        _record(tenant, "Custom Attribute Deleted", name, "Custom Attribute", by)

    _told(tenant, remove)


def uses_of(tenant: Tenant, name: str) -> list[Use]:
    """What refers to a custom attribute, this tenant's settings among it."""
    settings = tenant.settings.in_force
    own = settings.managed_apple_id is ManagedAppleId.ATTRIBUTE and settings.apple_id_attribute == name
    return [*tenant.attributes.uses_of(name), *([Use(UseKind.SETTING, "Managed Apple ID")] if own else [])]


def objects_left(tenant: Tenant) -> int:
    """Users and groups that still come from a former source."""
    counts = [listing_of(tenant).users(UserFilters(source=source), limit=0).total for source in SYNCED_SOURCES]
    return sum(counts) + tenant.resources.database.read(lambda connection: _former_groups(tenant, connection))


def begin_migration(tenant: Tenant, *, by: str) -> Stage:
    def begin() -> Stage:
        tenant.migration.begin()
        return _recorded_stage(tenant, Stage.NOT_STARTED, by)

    return _told(tenant, begin)


def advance_migration(tenant: Tenant, *, by: str, seen: str | None = None) -> Stage:
    def advance() -> Stage:
        before = tenant.migration.stage
        tenant.migration.advance(objects_left(tenant))
        _check_seen(seen, {"stage": before})
        return _recorded_stage(tenant, before, by)

    return _told(tenant, advance)


def switch_ldap_server(tenant: Tenant, *, enabled: bool, by: str) -> None:
    """ "Enable this LDAP Server" (IVANTI-068)."""

    def switch() -> None:
        before = tenant.migration.ldap_server_enabled
        if before is not enabled:
            tenant.migration.switch_ldap_server(enabled=enabled)
            _record(tenant, "LDAP Server Changed", "LDAP", "User Source", by, {"enabled": (before, enabled)})

    _told(tenant, switch)


def edit_legacy_source(
    tenant: Tenant, changes: Mapping[str, object], *, by: str, seen: str | None = None
) -> LegacySource:
    """The page "Entra ID User Source", until the migration begins (IVANTI-063)."""
    kinds = {name: type(value) for name, value in asdict(LegacySource()).items()}
    wanted: dict[str, Any] = {name: _typed(kinds, name, value) for name, value in changes.items()}

    def edit() -> LegacySource:
        before = tenant.migration.legacy_source
        after = tenant.migration.edit_legacy_source(**wanted)
        _check_seen(seen, asdict(before))
        changed = _changes(asdict(before), asdict(after))
        if changed:
            _record(tenant, "User Source Changed", "Entra ID", "User Source", by, changed)
        return after

    return _told(tenant, edit)


def _check_seen(seen: str | None, shown: Mapping[str, object]) -> None:
    if seen is not None and seen != seen_mark(shown):
        raise PortalRefused(409, "changed_meanwhile")


def _told(tenant: Tenant, change: Callable[[], Result]) -> Result:
    """The change as one, with what its rules refuse as the portal says it."""
    try:
        return tenant.values.changed(change)
    except SettingRefused as refused:
        raise _setting_refused(refused) from refused
    except AttributeRefused as refused:
        status = _STATUS_OF_ATTRIBUTE.get(refused.code, 409)
        raise PortalRefused(status, refused.code, name=refused.name) from refused
    except MigrationRefused as refused:
        status = _STATUS_OF_MIGRATION.get(refused.code, 409)
        raise PortalRefused(status, refused.code, **refused.values) from refused


def _setting_refused(refused: SettingRefused) -> PortalRefused:
    match refused.setting:
        case "idle_minutes":
            return PortalRefused(400, "idle_minutes_out_of_range", least=IDLE_MINUTES[0], most=IDLE_MINUTES[-1])
        case "renew_overlap_seconds":
            return PortalRefused(400, "renew_overlap_out_of_range", most=int(LONGEST_OVERLAP.total_seconds()))
        case _:
            return PortalRefused(400, "apple_id_attribute_missing")


def _setting(name: str, value: object) -> object:
    if name == "managed_apple_id":
        if value not in tuple(ManagedAppleId):
            raise PortalRefused(400, "bad_value", name=name)
        return ManagedAppleId(str(value))
    return _typed(KINDS, name, value)


def _typed(kinds: Mapping[str, type], name: str, value: object) -> object:
    if name not in kinds:
        raise PortalRefused(400, "unknown_setting", name=name)
    if type(value) is not kinds[name]:
        raise PortalRefused(400, "bad_value", name=name)
    return value


def _changes(before: Mapping[str, object], after: Mapping[str, object]) -> dict[str, tuple[object, object]]:
    return {name: (before[name], after[name]) for name in after if before[name] != after[name]}


def _recorded_stage(tenant: Tenant, before: Stage, by: str) -> Stage:
    stage = tenant.migration.stage
    _record(tenant, "Migration Stage Changed", "User Provisioning", "Migration", by, {"stage": (before, stage)})
    return stage


def _record(
    tenant: Tenant,
    activity: str,
    subject: str,
    subject_type: str,
    by: str,
    changes: Mapping[str, tuple[object, object]] | None = None,
) -> None:
    tenant.audit.record(activity, subject=subject, subject_type=subject_type, performed_by=by, changes=changes or {})


def _former_groups(tenant: Tenant, connection: Connection) -> int:
    marks = ", ".join("?" * len(SYNCED_SOURCES))
    total: int = connection.execute(
        f"SELECT count(*) FROM resource WHERE tenant = ? AND kind = 'Group' AND source IN ({marks})",
        (tenant.name, *SYNCED_SOURCES),
    ).fetchone()[0]
    return total
