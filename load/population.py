"""Directories by the million: a user or a group is a pure function of (seed, index), so nothing is ever stored.

Faker serves as a source of name tables only; asking it for people one by one is a hundred times slower.
"""

import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256

from scimulate.mock_servers.entra.principals import Group, User

DOMAIN = "contoso.test"
LARGEST_GROUP = 1_000
DEPARTMENTS = ("Engineering", "Finance", "Human Resources", "Legal", "Marketing", "Operations", "Research", "Sales")

_ALL_BITS = (1 << 64) - 1


@dataclass(frozen=True)
class Population:
    """A directory of `users` people and `groups` groups. `mark` is in every name, so that strangers are told apart."""

    seed: int
    users: int
    groups: int
    mark: str

    def user(self, index: int) -> User:
        _check(index, self.users, "user")
        dice = _Dice(self.seed, index, "user")
        tables = _tables()
        given_name = dice.choose(tables.given_names)
        surname = dice.choose(tables.surnames)
        nickname = f"{_plain(given_name)}.{_plain(surname)}.{index}.{self.mark}"
        return User(
            id=dice.object_id(),
            display_name=f"{given_name} {surname}",
            user_principal_name=f"{nickname}@{DOMAIN}",
            mail=f"{nickname}@{DOMAIN}",
            mail_nickname=nickname,
            given_name=given_name,
            surname=surname,
            job_title=dice.choose(tables.job_titles),
            department=dice.choose(DEPARTMENTS),
            employee_id=f"E{index:08}",
            preferred_language="en-US",
            city=dice.choose(tables.cities),
            telephone_number=f"+1 555 {dice.below(10_000_000):07}",
        )

    def group(self, index: int) -> Group:
        """The group without its members: they may be many, and are asked for with `members`."""
        _check(index, self.groups, "group")
        dice = _Dice(self.seed, index, "group")
        name = f"{dice.choose(DEPARTMENTS)} {dice.choose(_tables().cities)} {index} {self.mark}"
        return Group(id=dice.object_id(), display_name=name)

    def members(self, index: int) -> list[int]:
        """The indices of a group's members: distinct, spread over the directory, overlapping with other groups'.

        Sizes are spread evenly over the orders of magnitude, from one member to `LARGEST_GROUP` or everyone. A stride
        that shares no divisor with the number of users visits nobody twice, and needs no memory.
        """
        _check(index, self.groups, "group")
        if self.users == 0:
            return []
        dice = _Dice(self.seed, index, "members")
        largest = min(self.users, LARGEST_GROUP)
        size = min(largest, int(math.exp(dice.fraction() * math.log(largest + 1))))
        first, stride = dice.below(self.users), 1 + dice.below(self.users)
        while math.gcd(stride, self.users) != 1:
            stride += 1
        return [(first + stride * step) % self.users for step in range(size)]


def mark_of(run_id: str, seed: int) -> str:
    """The mark of a full-directory load, in the shape of a scenario's mark."""
    return f"{run_id}s{seed}x{sha256(b'load').hexdigest()[:6]}"


def share(total: int, worker: int, workers: int) -> range:
    """The indices below `total` that belong to one of `workers`: each to exactly one, and evenly."""
    if not 0 <= worker < workers:
        raise ValueError(f"worker {worker} of {workers} does not exist")
    return range(total * worker // workers, total * (worker + 1) // workers)


@dataclass(frozen=True)
class _Tables:
    given_names: tuple[str, ...]
    surnames: tuple[str, ...]
    job_titles: tuple[str, ...]
    cities: tuple[str, ...]


@cache
def _tables() -> _Tables:
    from faker.providers.address.de_DE import Provider as GermanPlaces
    from faker.providers.job import Provider as Jobs
    from faker.providers.person.de_DE import Provider as German
    from faker.providers.person.en_US import Provider as American
    from faker.providers.person.es_ES import Provider as Spanish
    from faker.providers.person.fr_FR import Provider as French

    people = (American, German, French, Spanish)
    return _Tables(
        given_names=_nameable(name for provider in people for name in provider.first_names),
        surnames=_nameable(name for provider in people for name in provider.last_names),
        job_titles=tuple(dict.fromkeys(Jobs.jobs)),
        cities=tuple(dict.fromkeys(GermanPlaces.cities)),
    )


def _nameable(names: Iterable[str]) -> tuple[str, ...]:
    """Each name once, without those of which a user principal name would keep nothing."""
    return tuple(name for name in dict.fromkeys(names) if _plain(name))


@cache
def _plain(name: str) -> str:
    """The name as a user principal name can carry it: lower-case ASCII letters."""
    folded = unicodedata.normalize("NFKD", name.replace("ß", "ss"))
    return "".join(letter for letter in folded.lower() if letter.isascii() and letter.isalpha())


class _Dice:
    """Chance as a function of its arguments (splitmix64); seeding `random.Random` per user costs ten times as much."""

    def __init__(self, seed: int, index: int, kind: str) -> None:
        start = int.from_bytes(kind.encode().ljust(8)[:8], "big")
        self._state = _mix(_mix(start ^ (seed & _ALL_BITS)) + index)

    def next(self) -> int:
        self._state = (self._state + 0x9E3779B97F4A7C15) & _ALL_BITS
        return _mix(self._state)

    def below(self, limit: int) -> int:
        return self.next() % limit

    def fraction(self) -> float:
        return self.next() / (_ALL_BITS + 1)

    def object_id(self) -> str:
        digits = f"{self.next():016x}{self.next():016x}"
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"

    def choose(self, table: Sequence[str]) -> str:
        return table[self.next() % len(table)]


def _mix(value: int) -> int:
    value &= _ALL_BITS
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _ALL_BITS
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _ALL_BITS
    return value ^ (value >> 31)


def _check(index: int, total: int, kind: str) -> None:
    if not 0 <= index < total:
        raise IndexError(f"{kind} {index} is not one of {total}")
