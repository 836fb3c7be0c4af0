"""What the portal asks of a tenant's users and user groups. Ids are those that SCIM clients see.

DirectoryRefused
├── UserUnknown         no user has this id
├── UserNameTaken       another user has this name, whatever its case
└── UserStillEnabled    only a disabled user may be removed by hand
"""

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")


class DirectoryRefused(Exception):
    """The directory cannot do what was asked."""


class UserUnknown(DirectoryRefused):
    """No user has this id."""


class UserNameTaken(DirectoryRefused):
    """Another user has this name, whatever its case."""


class UserStillEnabled(DirectoryRefused):
    """Only a disabled user may be removed by hand."""


@dataclass(frozen=True)
class UserRow:
    """A user as the Users page shows one. `groups` is how many groups hold the user."""

    id: str
    display_name: str
    user_name: str
    email: str
    source: str
    status: str
    groups: int


@dataclass(frozen=True)
class GroupRow:
    """A group as the User Groups page shows one. `members` is how many users it holds."""

    id: str
    name: str
    source: str
    members: int


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some of the rows, and how many there are in all."""

    total: int
    rows: list[T]


class Directory(Protocol):
    """The users and user groups of one tenant, as the portal sees them."""

    def users_page(self, *, search: str, offset: int, limit: int) -> Page[UserRow]:
        """Users, disabled ones too, whose display name, user name or e-mail contains `search`, whatever its case."""
        ...

    def groups_page(self, *, search: str, offset: int, limit: int) -> Page[GroupRow]:
        """Groups whose name starts with `search`, whatever its case (IVANTI-081)."""
        ...

    def user_row(self, user_id: str) -> UserRow | None: ...

    def group_row(self, group_id: str) -> GroupRow | None: ...

    def groups_of_user(self, user_id: str) -> list[GroupRow]: ...

    def members_of_group(self, group_id: str) -> list[UserRow]: ...

    def create_local_user(self, *, user_name: str, display_name: str, email: str) -> UserRow:
        """An enabled user of source "Local"; raises `UserNameTaken`."""
        ...

    def remove_user(self, user_id: str) -> UserRow:
        """Remove for good, memberships included (IVANTI-058); raises `UserUnknown` or `UserStillEnabled`."""
        ...
