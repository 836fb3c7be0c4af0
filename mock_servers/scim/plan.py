"""What the database can answer of a filter by itself: a tree in, a condition in SQL out.

Knows the columns of `resource` and no rows. Made of filters that `predicate` has accepted: it refuses nothing.
"""

from dataclasses import dataclass

from scimulate.mock_servers.scim.filter import Filter
from scimulate.mock_servers.scim.policy import Policy
from scimulate.mock_servers.scim.schema import ResourceType


@dataclass(frozen=True)
class Plan:
    """A condition that every visible resource of the filter fulfils.

    It stands in `SELECT … FROM resource WHERE tenant = ?1 AND kind = ?2 AND hidden = 0 AND ({where})`: `?1` is the
    tenant there and within `where`, whose own parameters are plain `?`, in the order of `parameters`.
    """

    where: str
    parameters: tuple[str, ...]
    exact: bool
    """The condition is the filter: its rows need no other look. Else the evaluator confirms each of them."""
    narrow: bool
    """An index leads to a few rows, whatever the size of the directory."""


def plan_of(tree: Filter, resource_type: ResourceType, policy: Policy) -> Plan | None:
    """The condition, or None where no column tells anything about the filter."""
    return None
