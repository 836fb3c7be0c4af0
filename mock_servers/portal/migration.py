"""Coming from another user source: the stages of a migration (IVANTI-067), the LDAP server, the legacy user source.

The portal cannot see which scope Entra ID has: the administrator says when a stage is done. The LDAP server and the
legacy source are stubs: they have switches, and no directory behind them.

MigrationRefused    the stage does not allow it; `code` says why
"""

from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from scimulate.mock_servers.tenant_values import TenantValues

_STAGE = "migration stage"
_LDAP = "ldap server is enabled"
_LEGACY = "legacy user source"
SYNC_MINUTES = range(15, 1_441)


class MigrationRefused(ValueError):
    """`code`: ldap_server_enabled, migration_begun, migration_not_begun, migration_finished, migration_objects_left,
    legacy_source_read_only, sync_interval_out_of_range."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


class Stage(StrEnum):
    """Where a migration stands; each is followed by the next."""

    NOT_STARTED = "not started"
    SYNCING = "syncing"
    RELABELLED = "relabelled"
    SCOPED = "scoped"
    FINISHED = "finished"


STAGES = tuple(Stage)


@dataclass(frozen=True)
class LegacySource:
    """The page "Entra ID User Source": it reads the whole directory in an interval of its own (IVANTI-094)."""

    enabled: bool = False
    sync_minutes: int = 60
    notify_unreachable: bool = True
    notify_attributes: bool = True


class Migration:
    """The migration of one tenant."""

    def __init__(self, values: TenantValues) -> None:
        self._values = values

    @property
    def stage(self) -> Stage:
        return Stage(str(self._values.get(_STAGE, Stage.NOT_STARTED)))

    @property
    def ldap_server_enabled(self) -> bool:
        return self._values.get(_LDAP, False) is True

    @property
    def legacy_source(self) -> LegacySource:
        kept: Any = self._values.get(_LEGACY, {})
        return LegacySource(**kept)

    @property
    def legacy_read_only(self) -> bool:
        """IVANTI-063."""
        return self.stage is not Stage.NOT_STARTED

    def begin(self) -> None:
        if self.stage is not Stage.NOT_STARTED:
            raise MigrationRefused("migration_begun")
        if self.ldap_server_enabled:
            raise MigrationRefused("ldap_server_enabled")  # IVANTI-068
        self._values.put(_STAGE, Stage.SYNCING)

    def advance(self, objects_left: int) -> Stage:
        """The next stage. `objects_left` users and groups of former sources are in the lists still (IVANTI-066)."""
        place = STAGES.index(self.stage)
        if place == 0:
            raise MigrationRefused("migration_not_begun")
        if place == len(STAGES) - 1:
            raise MigrationRefused("migration_finished")
        stage = STAGES[place + 1]
        if stage is Stage.FINISHED and objects_left:
            raise MigrationRefused("migration_objects_left", count=objects_left)
        self._values.put(_STAGE, stage)
        return stage

    def switch_ldap_server(self, *, enabled: bool) -> None:
        if enabled and self.legacy_read_only:
            raise MigrationRefused("migration_begun")
        self._values.put(_LDAP, enabled)

    def edit_legacy_source(self, **changes: Any) -> LegacySource:
        if self.legacy_read_only:
            raise MigrationRefused("legacy_source_read_only")
        source = replace(self.legacy_source, **changes)
        if source.sync_minutes not in SYNC_MINUTES:
            raise MigrationRefused("sync_interval_out_of_range", least=SYNC_MINUTES[0], most=SYNC_MINUTES[-1])
        self._values.put(_LEGACY, asdict(source))
        return source
