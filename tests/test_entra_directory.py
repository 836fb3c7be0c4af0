"""The directory of the mock Entra ID: names, searching, the recycle bin, changes, and that a seed repeats it."""

from datetime import timedelta

import httpx
import pytest

from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.entra.application import Application
from scimulate.mock_servers.entra.directory import Directory, DirectoryRefused, UnknownPrincipal
from scimulate.mock_servers.entra.mapping import mapped_user, user_document, value_at
from scimulate.mock_servers.entra.principals import User
from scimulate.mock_servers.entra.sample import fill_with_company, sample_directory
from tests.entra_endpoint import rehearse


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def directory(clock: VirtualClock) -> Directory:
    return Directory(clock)


def test_what_is_not_said_follows_from_the_display_name(directory: Directory) -> None:
    user = directory.create_user("Siobhán O'Brien")
    assert (user.user_principal_name, user.mail, user.mail_nickname, user.given_name, user.surname) == (
        "siobhan.obrien@contoso.test",
        "siobhan.obrien@contoso.test",
        "siobhan.obrien",
        "Siobhán",
        "O'Brien",
    )
    blank = directory.create_user("Ada", mail=None, given_name=None, mail_nickname=None)
    assert (blank.mail, blank.given_name, blank.surname, blank.mail_nickname) == (None, None, None, None)


@pytest.mark.parametrize("name", ["ada@contoso.test", "ADA@contoso.test"])
def test_a_user_principal_name_is_taken_once_in_any_letter_case(name: str, directory: Directory) -> None:
    ada = directory.create_user("Ada")
    with pytest.raises(DirectoryRefused, match="is taken"):
        directory.create_user("Ada the second", name)
    directory.delete_user(ada.id)
    with pytest.raises(DirectoryRefused, match="is taken"):
        directory.create_user("Ada the second", name)
    directory.purge_user(ada.id)
    assert directory.create_user("Ada the second", name).user_principal_name == name


@pytest.mark.parametrize("name", ["ada", "@contoso.test", "ada@", "a da@contoso.test"])
def test_a_user_principal_name_has_the_form_of_an_address(name: str, directory: Directory) -> None:
    with pytest.raises(DirectoryRefused, match="has the form"):
        directory.create_user("Ada", name)


def test_search_finds_starts_of_names_in_any_letter_case(directory: Directory) -> None:
    """SEED-043, SEED-058, NEG-36."""
    ada = directory.create_user("Ada Lovelace")
    grace = directory.create_user("Grace", "admiral@contoso.test")
    group = directory.create_group("Adventurers")
    assert directory.search("AD") == [ada, grace, group]
    assert directory.search("lovelace") == []
    assert directory.search("  ") == []
    directory.delete_user(ada.id)
    assert directory.search("ad") == [grace, group]


def test_a_deleted_user_can_be_restored_for_thirty_days(directory: Directory, clock: VirtualClock) -> None:
    """ENTRA-142."""
    ada, grace = directory.create_user("Ada"), directory.create_user("Grace")
    directory.delete_user(ada.id)
    directory.delete_user(grace.id)
    clock.advance(timedelta(days=29))
    assert directory.restore_user(grace.id) == grace
    directory.delete_user(grace.id)
    clock.advance(timedelta(days=1))
    assert [user.id for user in directory.deleted_users()] == [grace.id]
    with pytest.raises(UnknownPrincipal):
        directory.restore_user(ada.id)
    clock.advance(timedelta(days=29))
    assert directory.deleted_users() == []


def test_whoever_is_gone_is_nobodys_member_and_nobodys_manager(directory: Directory) -> None:
    ada, grace = directory.create_user("Ada"), directory.create_user("Grace")
    group = directory.create_group("Engineers", [ada.id, grace.id])
    directory.set_manager(grace.id, ada.id)
    before = directory.snapshot()
    directory.purge_user(ada.id)
    assert directory.group(group.id).members == (grace.id,)
    assert directory.user(grace.id).manager_id is None
    assert directory.changed_since(before.sequence) == {ada.id, grace.id, group.id}
    assert before.groups[group.id].members == (ada.id, grace.id)


def test_a_group_holds_each_member_once_and_never_itself(directory: Directory) -> None:
    ada = directory.create_user("Ada")
    group = directory.create_group("Engineers", [ada.id, ada.id])
    before = directory.snapshot().sequence
    assert directory.add_member(group.id, ada.id).members == (ada.id,)
    assert directory.changed_since(before) == frozenset()
    with pytest.raises(DirectoryRefused, match="member of itself"):
        directory.add_member(group.id, group.id)


def test_only_who_is_there_can_be_assigned_and_only_once() -> None:
    """SEED-044."""
    application: Application = (rehearsal := rehearse()).application
    ada = rehearsal.tenant.directory.create_user("Ada")
    application.assign(ada.id)
    application.assign(ada.id)
    assert [row.display_name for row in application.assignments()] == ["Ada"]
    with pytest.raises(UnknownPrincipal):
        application.assign("nobody")
    rehearsal.tenant.directory.delete_user(ada.id)
    with pytest.raises(DirectoryRefused, match="is deleted"):
        application.assign(ada.id)
    rehearsal.tenant.directory.purge_user(ada.id)
    assert application.assignments() == []


def test_the_suffix_of_a_guest_is_not_sent() -> None:
    """ENTRA-032."""
    guest = User("1", "Ada", "ada_fabrikam.test#EXT#@contoso.test")
    assert mapped_user(guest) == {"userName": "ada_fabrikam.test", "active": True, "displayName": "Ada"}


def test_every_mapped_value_is_found_again_where_it_was_put(directory: Directory) -> None:
    user = directory.create_user("Ada Lovelace", mobile="1", fax="2", city="London", department="Engines")
    values = mapped_user(user)
    document = user_document(values)
    assert {path: value_at(document, path) for path in values} == values
    shouted = {key.upper(): value for key, value in document.items()}
    assert value_at(shouted, "displayName") == "Ada Lovelace"


def test_the_same_seed_gives_the_same_requests() -> None:
    def told() -> list[tuple[str, httpx.URL, bytes]]:
        rehearsal = rehearse()
        fill_with_company(rehearsal.tenant.directory)
        sample_directory(rehearsal.tenant.directory, 20, 7)
        for group in rehearsal.tenant.directory.groups():
            rehearsal.application.assign(group.id)
        rehearsal.application.start()
        return [(request.method, request.url, request.content) for request in rehearsal.endpoint.requests]

    assert told() == told()
    assert len(told()) > 60
