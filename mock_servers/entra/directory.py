"""The directory of the mock Entra ID: users, groups, and a numbered log of what changed.

It knows nothing of applications or endpoints. `snapshot()` and `changed_since()` are what a cycle works from, so a
change made while a cycle runs belongs to the next one (ENTRA-227).

    DirectoryRefused
        UnknownPrincipal
"""

import random
import threading
import unicodedata
import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Final, Unpack

from scimulate.mock_servers.clock import Clock
from scimulate.mock_servers.entra.principals import Group, Principal, Snapshot, User, UserChanges, UserDetails
from scimulate.mock_servers.entra.refused import EntraRefused

__all__ = ["Directory", "DirectoryRefused", "Group", "Principal", "UnknownPrincipal", "User"]

RECYCLE_TIME = timedelta(days=30)
DOMAIN = "contoso.test"
FROM_NAME: Final = "\0from the display name"


class DirectoryRefused(EntraRefused):
    """The directory stays as it was."""


class UnknownPrincipal(DirectoryRefused):
    """No user or group has this id or name."""


class Directory:
    """Users and groups of one Entra tenant. Safe to call from several threads."""

    def __init__(self, clock: Clock, seed: int = 1) -> None:
        self._clock = clock
        self._random = random.Random(f"directory {seed}")
        self._users: dict[str, User] = {}
        self._groups: dict[str, Group] = {}
        self._changes: list[str] = []
        self._names: dict[str, str] = {}
        self._awaits_purge = False
        self._lock = threading.RLock()

    def snapshot(self) -> Snapshot:
        with self._lock:
            return Snapshot(dict(self._users), dict(self._groups), len(self._changes))

    def changed_since(self, sequence: int) -> frozenset[str]:
        """The ids of users and groups that changed after `sequence`, purged and deleted ones included."""
        with self._lock:
            return frozenset(self._changes[sequence:])

    def users(self) -> list[User]:
        """All users outside the recycle bin, oldest first."""
        with self._lock:
            return [user for user in self._users.values() if user.deleted_at is None]

    def deleted_users(self) -> list[User]:
        with self._lock:
            return [user for user in self._users.values() if user.deleted_at is not None]

    def groups(self) -> list[Group]:
        with self._lock:
            return list(self._groups.values())

    def user(self, user_id: str) -> User:
        with self._lock:
            if user_id not in self._users:
                raise UnknownPrincipal("directory_user_unknown")
            return self._users[user_id]

    def group(self, group_id: str) -> Group:
        with self._lock:
            if group_id not in self._groups:
                raise UnknownPrincipal("directory_group_unknown")
            return self._groups[group_id]

    def principal(self, principal_id: str) -> Principal:
        with self._lock:
            return self._users[principal_id] if principal_id in self._users else self.group(principal_id)

    def user_named(self, name: str) -> User:
        """The user with this display name or user principal name, in the recycle bin or not."""
        wanted = name.casefold()
        with self._lock:
            for user in self._users.values():
                if wanted in (user.display_name.casefold(), user.user_principal_name.casefold()):
                    return user
        raise UnknownPrincipal("directory_user_not_named", name=name)

    def group_named(self, name: str) -> Group:
        with self._lock:
            for group in self._groups.values():
                if group.display_name.casefold() == name.casefold():
                    return group
        raise UnknownPrincipal("directory_group_not_named", name=name)

    def search(self, text: str) -> list[Principal]:
        """Users and groups whose display name or user principal name starts with `text` (SEED-043, SEED-058)."""
        start = text.strip().casefold()
        if not start:
            return []
        users: list[Principal] = [
            user
            for user in self.users()
            if user.display_name.casefold().startswith(start) or user.user_principal_name.casefold().startswith(start)
        ]
        return users + [group for group in self.groups() if group.display_name.casefold().startswith(start)]

    def create_user(
        self,
        display_name: str,
        user_principal_name: str | None = None,
        *,
        mail: str | None = FROM_NAME,
        mail_nickname: str | None = FROM_NAME,
        given_name: str | None = FROM_NAME,
        surname: str | None = FROM_NAME,
        **details: Unpack[UserDetails],
    ) -> User:
        """Create a user. What is not given follows from the display name; `None` leaves it blank."""
        display_name = _display_name(display_name)
        principal_name = user_principal_name or f"{_local_part(display_name)}@{DOMAIN}"
        first, _, last = display_name.partition(" ")
        with self._lock:
            self._claim(principal_name)
            self._check_manager(details.get("manager_id"))
            user = User(
                id=self._new_id(),
                display_name=display_name,
                user_principal_name=principal_name,
                mail=principal_name if mail == FROM_NAME else mail,
                mail_nickname=principal_name.partition("@")[0] if mail_nickname == FROM_NAME else mail_nickname,
                given_name=first if given_name == FROM_NAME else given_name,
                surname=(last or None) if surname == FROM_NAME else surname,
                **details,
            )
            self._names[principal_name.casefold()] = user.id
            self._put_user(user)
            return user

    def update_user(self, user_id: str, **changes: Unpack[UserChanges]) -> User:
        with self._lock:
            user = self.user(user_id)
            if "display_name" in changes:
                changes["display_name"] = _display_name(changes["display_name"])
            self._check_manager(changes.get("manager_id"))
            new_name = changes.get("user_principal_name", user.user_principal_name)
            if new_name.casefold() != user.user_principal_name.casefold():
                self._claim(new_name)
                del self._names[user.user_principal_name.casefold()]
                self._names[new_name.casefold()] = user_id
            return self._put_user(replace(user, **changes))

    def set_manager(self, user_id: str, manager_id: str) -> User:
        return self.update_user(user_id, manager_id=manager_id)

    def delete_user(self, user_id: str) -> User:
        """Move a user to the recycle bin, from which it disappears for good after 30 days (ENTRA-142)."""
        with self._lock:
            user = self.user(user_id)
            if user.deleted_at is not None:
                return user
            deleted = self._put_user(replace(user, deleted_at=self._clock.now()))
            self._await_purge()
            return deleted

    def restore_user(self, user_id: str) -> User:
        with self._lock:
            return self._put_user(replace(self.user(user_id), deleted_at=None))

    def purge_user(self, user_id: str) -> None:
        """Delete a user for good, with its memberships; whom it managed has no manager afterwards."""
        with self._lock:
            user = self.user(user_id)
            del self._users[user_id]
            del self._names[user.user_principal_name.casefold()]
            self._changes.append(user_id)
            self._forget_member(user_id)
            for other in list(self._users.values()):
                if other.manager_id == user_id:
                    self._put_user(replace(other, manager_id=None))

    def create_group(self, display_name: str, members: Iterable[str] = ()) -> Group:
        """Create a group. Two groups may share a display name, as in Entra ID (SEED-058)."""
        with self._lock:
            chosen = tuple(dict.fromkeys(members))
            for member in chosen:
                self.principal(member)
            return self._put_group(Group(self._new_id(), _display_name(display_name), chosen))

    def rename_group(self, group_id: str, display_name: str) -> Group:
        with self._lock:
            return self._put_group(replace(self.group(group_id), display_name=_display_name(display_name)))

    def add_member(self, group_id: str, principal_id: str) -> Group:
        with self._lock:
            group = self.group(group_id)
            if self.principal(principal_id).id == group_id:
                raise DirectoryRefused("member_of_itself")
            if principal_id in group.members:
                return group
            return self._put_group(replace(group, members=(*group.members, principal_id)))

    def remove_member(self, group_id: str, principal_id: str) -> Group:
        with self._lock:
            group = self.group(group_id)
            if principal_id not in group.members:
                return group
            return self._put_group(replace(group, members=tuple(m for m in group.members if m != principal_id)))

    def delete_group(self, group_id: str) -> None:
        with self._lock:
            self.group(group_id)
            del self._groups[group_id]
            self._changes.append(group_id)
            self._forget_member(group_id)

    def _new_id(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def _put_user(self, user: User) -> User:
        self._users[user.id] = user
        self._changes.append(user.id)
        return user

    def _put_group(self, group: Group) -> Group:
        self._groups[group.id] = group
        self._changes.append(group.id)
        return group

    def _claim(self, principal_name: str) -> None:
        local, at, domain = principal_name.partition("@")
        if not (local and at and domain) or any(character.isspace() for character in principal_name):
            raise DirectoryRefused("principal_name_malformed", domain=DOMAIN)
        if principal_name.casefold() in self._names:
            raise DirectoryRefused("principal_name_taken", name=principal_name)

    def _check_manager(self, manager_id: str | None) -> None:
        if manager_id is not None:
            self.user(manager_id)

    def _forget_member(self, principal_id: str) -> None:
        for group in list(self._groups.values()):
            if principal_id in group.members:
                self.remove_member(group.id, principal_id)

    def _await_purge(self) -> None:
        """One appointment for the whole recycle bin."""
        if self._awaits_purge:
            return
        ends = [user.deleted_at + RECYCLE_TIME for user in self._users.values() if user.deleted_at is not None]
        if ends:
            self._awaits_purge = True
            self._clock.call_at(min(ends), self._purge_due)

    def _purge_due(self) -> None:
        with self._lock:
            self._awaits_purge = False
            now = self._clock.now()
            for user in list(self._users.values()):
                if user.deleted_at is not None and user.deleted_at + RECYCLE_TIME <= now:
                    self.purge_user(user.id)
            self._await_purge()


def _display_name(value: str) -> str:
    if not value.strip():
        raise DirectoryRefused("display_name_empty")
    return value.strip()


def _local_part(display_name: str) -> str:
    """ "Ada Lovelace" gives "ada.lovelace": what a user principal name can hold of a display name."""
    plain = unicodedata.normalize("NFKD", display_name).encode("ascii", "ignore").decode().lower()
    words = ["".join(c for c in word if c.isalnum() or c in "-_") for word in plain.replace(".", " ").split()]
    return ".".join(word for word in words if word) or f"user{len(display_name)}"
