"""The licence of the tenant, which decides whether groups can be assigned."""

from enum import StrEnum


class Plan(StrEnum):
    """The licence of the tenant. Groups can be assigned with P1 and with P2 (IVANTI-060, NEG-35)."""

    FREE = "free"
    P1 = "p1"
    P2 = "p2"
