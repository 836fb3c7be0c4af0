"""What one tenant's requests are answered by: its policy, its limits, and the attributes that its users have."""

from dataclasses import dataclass
from typing import Self

from scimulate.mock_servers.scim.limits import Limits
from scimulate.mock_servers.scim.policy import Policy
from scimulate.mock_servers.scim.schema import GROUP, ResourceType, user_type


@dataclass(frozen=True)
class Rules:
    """Made once for a policy, the limits and the custom attributes of a tenant, and used until one of them changes."""

    policy: Policy
    custom_names: tuple[str, ...]
    limits: Limits
    user: ResourceType
    group: ResourceType = GROUP

    @classmethod
    def of(cls, policy: Policy, custom_names: tuple[str, ...], limits: Limits) -> Self:
        user = user_type(
            custom_names,
            flattened_names=policy.flattened_names,
            passwords=policy.supported.change_password_supported,
        )
        return cls(policy, custom_names, limits, user)

    @property
    def types(self) -> tuple[ResourceType, ResourceType]:
        return self.user, self.group
