"""What the vendor's Support switches for a tenant: SCIM provisioning, asked for by a ticket (SEED-010, SEED-012).

Provisioning is on for a new tenant: newer pages of the documented product do not speak of a ticket.
"""

from scimulate.mock_servers.tenant_values import TenantValues

_FLAG = "scim provisioning is on"


class Support:
    """The feature flag of one tenant."""

    def __init__(self, values: TenantValues) -> None:
        self._values = values

    @property
    def scim_is_on(self) -> bool:
        return self._values.get(_FLAG, True) is True

    def switch_scim(self, *, on: bool) -> None:
        self._values.put(_FLAG, on)
