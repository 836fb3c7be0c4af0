"""The custom attributes of a tenant: defined in the portal, filled over SCIM, and deleted only (IVANTI-037).

AttributeRefused    the name cannot be taken; or the attribute is in use, or unknown
"""

import re
from typing import Any

from scimulate.mock_servers.tenant_values import TenantValues

IVANTI_URN = "urn:ietf:params:scim:schemas:extension:ivanti:2.0:User"
ATTRIBUTE_TYPE = "IDP"
MOST_ATTRIBUTES = 100
_NAME = "custom attributes"
_ATTRIBUTE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")  # RFC 7643 §2.1


class AttributeRefused(ValueError):
    """`code` says why: attribute_name_refused, attribute_exists, attribute_unknown, attribute_in_use, …"""

    def __init__(self, code: str, name: str) -> None:
        super().__init__(f"{name}: {code}")
        self.code = code
        self.name = name


class CustomAttributes:
    """The names of one tenant's custom attributes, in the order in which they were made."""

    def __init__(self, values: TenantValues) -> None:
        self._values = values

    def names(self) -> tuple[str, ...]:
        kept: Any = self._values.get(_NAME, [])
        return tuple(kept)

    def add(self, name: str) -> None:
        if not _ATTRIBUTE_NAME.fullmatch(name):
            raise AttributeRefused("attribute_name_refused", name)
        if name.lower() in (other.lower() for other in self.names()):
            raise AttributeRefused("attribute_exists", name)
        if len(self.names()) >= MOST_ATTRIBUTES:
            raise AttributeRefused("too_many_attributes", name)
        self._values.put(_NAME, [*self.names(), name])

    def remove(self, name: str) -> None:
        if name not in self.names():
            raise AttributeRefused("attribute_unknown", name)
        self._values.put(_NAME, [other for other in self.names() if other != name])
