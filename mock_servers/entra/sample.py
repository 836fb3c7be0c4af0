"""Directories to play with: a small company that is always the same, and any number of people from a seed."""

import random
from dataclasses import dataclass

from scimulate.mock_servers.entra.directory import Directory
from scimulate.mock_servers.entra.principals import User

_DEPARTMENTS = ("Engineering", "Research", "Operations", "Support", "Finance")
_GIVEN_NAMES = (
    "Ada",
    "Grace",
    "Linus",
    "Edsger",
    "Barbara",
    "Alan",
    "Radia",
    "Donald",
    "Frances",
    "Ken",
    "Mary",
    "Niklaus",
)
_SURNAMES = (
    "Meyer",
    "Okafor",
    "Tanaka",
    "Silva",
    "Novak",
    "Haddad",
    "Larsen",
    "Moreau",
    "Kaur",
    "Rossi",
    "Lindgren",
    "Byrne",
)
_PEOPLE_IN_A_GROUP = 50


@dataclass(frozen=True)
class _Person:
    name: str
    job_title: str
    department: str
    manager: str | None = None


_COMPANY = (
    _Person("Ada Lovelace", "Director of Engineering", "Engineering"),
    _Person("Grace Hopper", "Compiler Engineer", "Engineering", "Ada Lovelace"),
    _Person("Linus Torvalds", "Kernel Engineer", "Engineering", "Ada Lovelace"),
    _Person("Margaret Hamilton", "Software Engineer", "Engineering", "Ada Lovelace"),
    _Person("Edsger Dijkstra", "Head of Research", "Research"),
    _Person("Barbara Liskov", "Researcher", "Research", "Edsger Dijkstra"),
    _Person("Aiko Mori", "Researcher", "Research", "Edsger Dijkstra"),
    _Person("Radia Perlman", "Head of Operations", "Operations"),
    _Person("Ken Thompson", "System Administrator", "Operations", "Radia Perlman"),
    _Person("Frances Allen", "Network Engineer", "Operations", "Radia Perlman"),
    _Person("Siobhán O'Brien", "Field Engineer", "Operations", "Radia Perlman"),
    _Person("José Núñez", "Field Engineer", "Operations", "Radia Perlman"),
)


def fill_with_company(directory: Directory) -> None:
    """A dozen people with their managers, and a group for each of their three departments."""
    people: dict[str, User] = {}
    for number, person in enumerate(_COMPANY, 1):
        people[person.name] = directory.create_user(
            person.name,
            job_title=person.job_title,
            department=person.department,
            employee_id=f"{1000 + number}",
            manager_id=people[person.manager].id if person.manager else None,
        )
    for department in ("Engineering", "Research", "Operations"):
        directory.create_group(department, [user.id for user in people.values() if user.department == department])


def sample_directory(directory: Directory, people: int, seed: int) -> None:
    """Fill a directory with so many people and a group for every fifty; the same seed gives the same ones."""
    chance = random.Random(f"sample {seed}")
    ids: list[str] = []
    for number in range(1, people + 1):
        given_name, surname = chance.choice(_GIVEN_NAMES), chance.choice(_SURNAMES)
        user = directory.create_user(
            f"{given_name} {surname} {number}",
            f"{given_name}.{surname}.{number}@contoso.test".lower(),
            given_name=given_name,
            surname=surname,
            department=chance.choice(_DEPARTMENTS),
            employee_id=f"{number:07}",
            manager_id=chance.choice(ids) if ids and chance.random() < 0.8 else None,
        )
        ids.append(user.id)
    for number, start in enumerate(range(0, people, _PEOPLE_IN_A_GROUP), 1):
        directory.create_group(f"Team {number}", ids[start : start + _PEOPLE_IN_A_GROUP])
