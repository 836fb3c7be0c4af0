"""Users and groups of the directory, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict


@dataclass(frozen=True)
class User:
    """A user; `deleted_at` is set while the user is in the recycle bin."""

    id: str
    display_name: str
    user_principal_name: str
    mail: str | None = None
    mail_nickname: str | None = None
    given_name: str | None = None
    surname: str | None = None
    job_title: str | None = None
    department: str | None = None
    employee_id: str | None = None
    preferred_language: str | None = None
    office_location: str | None = None
    street_address: str | None = None
    city: str | None = None
    state: str | None = None
    postal_code: str | None = None
    country: str | None = None
    telephone_number: str | None = None
    mobile: str | None = None
    fax: str | None = None
    company_name: str | None = None
    employee_type: str | None = None
    extension_attribute1: str | None = None
    account_enabled: bool = True
    manager_id: str | None = None
    deleted_at: datetime | None = None

    @property
    def is_active(self) -> bool:
        return self.account_enabled and self.deleted_at is None


@dataclass(frozen=True)
class Group:
    """A security group; `members` are the ids of users and groups, in the order they were added."""

    id: str
    display_name: str
    members: tuple[str, ...] = ()


Principal = User | Group


class UserDetails(TypedDict, total=False):
    """What may be said about a user besides the names; `None` clears a value."""

    job_title: str | None
    department: str | None
    employee_id: str | None
    preferred_language: str | None
    office_location: str | None
    street_address: str | None
    city: str | None
    state: str | None
    postal_code: str | None
    country: str | None
    telephone_number: str | None
    mobile: str | None
    fax: str | None
    company_name: str | None
    employee_type: str | None
    extension_attribute1: str | None
    account_enabled: bool
    manager_id: str | None


class UserChanges(UserDetails, total=False):
    """What may change about a user."""

    display_name: str
    user_principal_name: str
    mail: str | None
    mail_nickname: str | None
    given_name: str | None
    surname: str | None


@dataclass(frozen=True)
class Snapshot:
    """The directory at one moment; `sequence` is the number of the last change in it."""

    users: Mapping[str, User]
    groups: Mapping[str, Group]
    sequence: int
