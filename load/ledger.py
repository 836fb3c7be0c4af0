"""What a worker knows about its share of the directory: what it tried to create, and under which ids it exists."""

from dataclasses import dataclass, field


@dataclass
class Side:
    """The users or the groups of a share. An object is *tried* once it is there, or before it is first written."""

    indices: range
    ids: dict[int, str] = field(default_factory=dict)
    tried: set[int] = field(default_factory=set)
    doubles: dict[int, list[str]] = field(default_factory=dict)
    """Further ids of an object that the endpoint stored twice, found by reading back."""
    read_back: set[int] = field(default_factory=set)
    """Objects whose `ids` and `doubles` are all there is to remove."""


@dataclass
class Ledger:
    """One worker's users and groups, and the ids of other workers' users that its groups need."""

    users: Side
    groups: Side
    borrowed: dict[int, str] = field(default_factory=dict)

    def user_id(self, index: int) -> str | None:
        return self.users.ids.get(index) or self.borrowed.get(index)

    def expect_everything(self) -> None:
        """After a run whose workers are gone: anything of the share may exist."""
        self.users.tried.update(self.users.indices)
        self.groups.tried.update(self.groups.indices)
