"""Roles of the portal and what each may do (IVANTI-088), as a table."""

from enum import Enum, StrEnum, auto


class Role(StrEnum):
    SYSTEM_MANAGEMENT = "System Management"
    SYSTEM_READ_ONLY = "System Read Only"
    USER_MANAGEMENT = "User Management"
    USER_READ_ONLY = "User Read Only"
    SUPPORT = "Support"
    """The vendor's operations team, which switches features on for a tenant (SEED-010, IVANTI-095)."""


class Permission(Enum):
    SEE_SYSTEM = auto()
    """Tokens, settings, custom attributes, migration."""
    CHANGE_SYSTEM = auto()
    SEE_USERS = auto()
    """Users and user groups."""
    CHANGE_USERS = auto()
    SEE_AUDIT = auto()
    SEE_TICKETS = auto()
    """What Support was asked for, and whether SCIM provisioning is on."""
    SWITCH_FEATURES = auto()
    """Approve tickets, and switch SCIM provisioning on and off."""


GRANTS: dict[Role, frozenset[Permission]] = {
    Role.SYSTEM_MANAGEMENT: frozenset(
        {Permission.SEE_SYSTEM, Permission.CHANGE_SYSTEM, Permission.SEE_AUDIT, Permission.SEE_TICKETS}
    ),
    Role.SYSTEM_READ_ONLY: frozenset({Permission.SEE_SYSTEM, Permission.SEE_AUDIT, Permission.SEE_TICKETS}),
    Role.USER_MANAGEMENT: frozenset({Permission.SEE_USERS, Permission.CHANGE_USERS, Permission.SEE_AUDIT}),
    Role.USER_READ_ONLY: frozenset({Permission.SEE_USERS, Permission.SEE_AUDIT}),
    Role.SUPPORT: frozenset({Permission.SWITCH_FEATURES, Permission.SEE_AUDIT, Permission.SEE_TICKETS}),
}
