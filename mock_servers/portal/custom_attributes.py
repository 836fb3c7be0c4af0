"""The custom attributes of a tenant: defined in the portal, filled over SCIM, and deleted only (IVANTI-037).

Beside them stand those that an LDAP server fills (IVANTI-069). Both kinds are referred to as `${name}` (IVANTI-078).

AttributeRefused    the name cannot be taken; or the attribute is unknown, or not the portal's
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from scimulate.mock_servers.tenant_values import TenantValues

MOST_ATTRIBUTES = 100
_NAMES = "custom attributes"
_LDAP_NAMES = "ldap attributes"
_USES = "attribute uses"
_ATTRIBUTE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")  # RFC 7643 §2.1


class AttributeType(StrEnum):
    """Who fills an attribute (IVANTI-069)."""

    IDP = "IDP"
    LDAP = "LDAP"


class UseKind(StrEnum):
    """What may refer to an attribute (IVANTI-074, IVANTI-099)."""

    POLICY = "policy"
    USER_GROUP = "user group"
    DEVICE_GROUP = "device group"
    APP_FILTER = "app filter"
    SPACE = "space"
    CERTIFICATE = "identity certificate configuration"
    SETTING = "provisioning setting"


class AttributeRefused(ValueError):
    """`code`: attribute_name_refused, attribute_exists, too_many_attributes, attribute_unknown, attribute_of_ldap."""

    def __init__(self, code: str, name: str) -> None:
        super().__init__(f"{name}: {code}")
        self.code = code
        self.name = name


@dataclass(frozen=True)
class CustomAttribute:
    """A row of the Custom Attributes table. `usage` is how the rest of the portal refers to it."""

    name: str
    usage: str
    type: AttributeType


@dataclass(frozen=True)
class Use:
    """Something in the portal that refers to an attribute."""

    kind: UseKind
    name: str


class CustomAttributes:
    """The custom attributes of one tenant, in the order in which they were made."""

    def __init__(self, values: TenantValues) -> None:
        self._values = values

    def names(self) -> tuple[str, ...]:
        """Those that SCIM fills."""
        kept: Any = self._values.get(_NAMES, [])
        return tuple(kept)

    def ldap_names(self) -> tuple[str, ...]:
        kept: Any = self._values.get(_LDAP_NAMES, [])
        return tuple(kept)

    def all(self) -> list[CustomAttribute]:
        idp = [_attribute(name, AttributeType.IDP) for name in self.names()]
        return idp + [_attribute(name, AttributeType.LDAP) for name in self.ldap_names()]

    def uses_of(self, name: str) -> list[Use]:
        kept: Any = self._values.get(_USES, {})
        return [Use(UseKind(kind), what) for kind, what in kept.get(name, [])]

    def add(self, name: str) -> None:
        if not _ATTRIBUTE_NAME.fullmatch(name):
            raise AttributeRefused("attribute_name_refused", name)
        if name.lower() in (other.lower() for other in (*self.names(), *self.ldap_names())):
            raise AttributeRefused("attribute_exists", name)
        if len(self.names()) >= MOST_ATTRIBUTES:
            raise AttributeRefused("too_many_attributes", name)
        self._values.put(_NAMES, [*self.names(), name])

    def remove(self, name: str) -> None:
        """Take it out of the table. Whoever calls sees to its uses and its values (IVANTI-099)."""
        if name in self.ldap_names():
            raise AttributeRefused("attribute_of_ldap", name)
        if name not in self.names():
            raise AttributeRefused("attribute_unknown", name)
        self._values.put(_NAMES, [other for other in self.names() if other != name])

    def note_ldap(self, names: Iterable[str]) -> None:
        """The LDAP server has attributes of these names."""
        known = self.ldap_names()
        new = [name for name in dict.fromkeys(names) if name not in known]
        if new:
            self._values.put(_LDAP_NAMES, [*known, *new])

    def set_uses(self, name: str, uses: Iterable[Use]) -> None:
        """What refers to the attribute from now on; other parts of the MDM, which are not here, would say it."""
        kept: Any = self._values.get(_USES, {})
        self._values.put(_USES, {**kept, name: [(use.kind, use.name) for use in uses]})


def _attribute(name: str, kind: AttributeType) -> CustomAttribute:
    return CustomAttribute(name, f"${{{name}}}", kind)
