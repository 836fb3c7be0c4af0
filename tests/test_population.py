"""Directories that are functions of (seed, index)."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scimulate.load.population import LARGEST_GROUP, Population, mark_of, share
from scimulate.mock_servers.entra.principals import Group, User

MARK = mark_of("k3f9x2ab", 1)
TEN_MILLION = Population(seed=1, users=10_000_000, groups=1_000_000, mark=MARK)


def test_a_user_is_the_same_wherever_it_is_asked_for() -> None:
    user = TEN_MILLION.user(734_512)
    nickname = user.mail_nickname
    assert user == User(
        id=user.id,
        display_name=f"{user.given_name} {user.surname}",
        user_principal_name=f"{nickname}@contoso.test",
        mail=f"{nickname}@contoso.test",
        mail_nickname=nickname,
        given_name=user.given_name,
        surname=user.surname,
        job_title=user.job_title,
        department=user.department,
        employee_id="E00734512",
        preferred_language="en-US",
        city=user.city,
        telephone_number=user.telephone_number,
    )
    assert MARK == "k3f9x2abs1x0cf67f"
    assert Population(seed=1, users=800_000, groups=0, mark=MARK).user(734_512) == user


def test_another_seed_has_other_people() -> None:
    other = Population(seed=2, users=100, groups=10, mark=MARK)
    same = [index for index in range(100) if other.user(index) == TEN_MILLION.user(index)]
    assert same == []


def test_names_are_unique_and_carry_the_mark() -> None:
    names = [TEN_MILLION.user(index).user_principal_name for index in range(3000)]
    assert len(set(names)) == 3000
    assert all(name.isascii() and name.endswith(f".{index}.{MARK}@contoso.test") for index, name in enumerate(names))


def test_display_names_are_not_only_ascii() -> None:
    assert any(not TEN_MILLION.user(index).display_name.isascii() for index in range(300))


def test_a_group_has_a_name_with_the_mark_and_an_object_id() -> None:
    group = TEN_MILLION.group(5)
    assert group == Group(id=group.id, display_name=group.display_name)
    assert group.display_name.endswith(f" 5 {MARK}")
    assert [len(part) for part in group.id.split("-")] == [8, 4, 4, 4, 12]


@given(users=st.integers(1, 5_000), group=st.integers(0, 99), seed=st.integers(0, 1 << 70))
def test_members_are_distinct_users_of_the_directory(users: int, group: int, seed: int) -> None:
    members = Population(seed, users, 100, MARK).members(group)
    assert 1 <= len(members) <= min(users, LARGEST_GROUP)
    assert len(set(members)) == len(members)
    assert all(0 <= member < users for member in members)


def test_groups_vary_in_size_and_overlap() -> None:
    population = Population(seed=1, users=2_000, groups=200, mark=MARK)
    groups = [set(population.members(group)) for group in range(200)]
    sizes = sorted(len(group) for group in groups)
    assert sizes[0] < 5
    assert sizes[-1] > 500
    assert any(first & second for first, second in pairwise(groups))


def test_a_directory_without_users_has_empty_groups() -> None:
    assert Population(seed=1, users=0, groups=1, mark=MARK).members(0) == []


@given(total=st.integers(0, 10_000_000), workers=st.integers(1, 64))
def test_every_index_belongs_to_exactly_one_worker(total: int, workers: int) -> None:
    shares = [share(total, worker, workers) for worker in range(workers)]
    assert shares[0].start == 0
    assert shares[-1].stop == total
    assert all(before.stop == after.start for before, after in pairwise(shares))
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


@pytest.mark.parametrize(("worker", "workers"), [(2, 2), (-1, 2), (0, 0)])
def test_a_worker_who_does_not_exist_has_no_share(worker: int, workers: int) -> None:
    with pytest.raises(ValueError, match="does not exist"):
        share(100, worker, workers)


@pytest.mark.parametrize(
    "ask", [lambda p: p.user(3), lambda p: p.user(-1), lambda p: p.group(1), lambda p: p.members(1)]
)
def test_nobody_outside_the_directory(ask: object) -> None:
    assert callable(ask)
    with pytest.raises(IndexError, match="is not one of"):
        ask(Population(seed=1, users=3, groups=1, mark=MARK))
