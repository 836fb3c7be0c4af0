"""The settings of a tenant (IVANTI-075 to IVANTI-079, IVANTI-086): what may be set, and what is set.

SettingRefused    a value cannot be set; names the setting
"""

from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any

from scimulate.mock_servers.tenant_values import TenantValues

_NAME = "settings"
IDLE_MINUTES = range(5, 16)  # IVANTI-086
LONGEST_OVERLAP = timedelta(hours=24)


class SettingRefused(ValueError):
    """A value cannot be set. `setting` is its name, `code` says why."""

    def __init__(self, setting: str, code: str) -> None:
        super().__init__(f"{setting}: {code}")
        self.setting = setting
        self.code = code


class ManagedAppleId(StrEnum):
    """Where a Managed Apple ID comes from (IVANTI-076, IVANTI-077)."""

    OFF = "off"
    EMAIL = "email"
    ATTRIBUTE = "attribute"


@dataclass(frozen=True)
class Settings:
    """What is set."""

    invite_imported_users: bool = False
    managed_apple_id: ManagedAppleId = ManagedAppleId.OFF
    appleid_subdomain: bool = False
    """user@contoso.test has the Managed Apple ID user@appleid.contoso.test."""
    apple_id_attribute: str = ""
    idle_minutes: int = 15
    renew_overlap_seconds: int = 0
    """How long a renewed token's former secret lives on; 0 means that it dies at once (SEED-025)."""
    saml_for_scim_users: bool = False
    """Users of all sources sign in by SAML (IVANTI-073)."""
    saml_exempts_local_users: bool = False
    """Only local users may be exempted from it."""


KINDS: dict[str, type] = {name: type(value) for name, value in asdict(Settings()).items()}
"""The settings by name, and what their values are."""


class TenantSettings:
    """The settings of one tenant, as they are in force."""

    def __init__(self, values: TenantValues) -> None:
        self._values = values

    @property
    def in_force(self) -> Settings:
        kept: Any = self._values.get(_NAME, {})
        return Settings(**{**kept, "managed_apple_id": ManagedAppleId(kept.get("managed_apple_id", "off"))})

    @property
    def idle_time(self) -> timedelta:
        return timedelta(minutes=self.in_force.idle_minutes)

    def save(self, **changes: Any) -> Settings:
        """Save what was changed (IVANTI-079); raises `SettingRefused`."""
        settings = replace(self.in_force, **changes)
        if settings.idle_minutes not in IDLE_MINUTES:
            raise SettingRefused("idle_minutes", "out_of_range")
        if not 0 <= settings.renew_overlap_seconds <= LONGEST_OVERLAP.total_seconds():
            raise SettingRefused("renew_overlap_seconds", "out_of_range")
        if settings.managed_apple_id is ManagedAppleId.ATTRIBUTE and not settings.apple_id_attribute:
            raise SettingRefused("apple_id_attribute", "missing")
        self._values.put(_NAME, asdict(settings))
        return settings
