"""Provision on demand: one object at once, what it says, and that the cycles go on as if nothing had been."""

from datetime import timedelta

import pytest

from scimulate.mock_servers.entra.application import ProvisioningRefused
from scimulate.mock_servers.entra.connection import CredentialsRefused
from scimulate.mock_servers.entra.log import Action, Status
from tests.entra_endpoint import PROBE, Rehearsal, error, message, rehearse
from tests.entra_portal_site import Browser

ADA_MATCH = ("GET", "/Users?filter=userName+eq+%22ada%40contoso.test%22", None)


@pytest.fixture
def rehearsal() -> Rehearsal:
    return rehearse()


def assigned(rehearsal: Rehearsal, *names: str) -> list[str]:
    ids = [rehearsal.tenant.directory.create_user(name).id for name in names]
    rehearsal.application.assign(*ids)
    return ids


def test_one_user_is_provisioned_at_once_and_nobody_else(rehearsal: Rehearsal) -> None:
    """ENTRA-264, ENTRA-266, ENTRA-647, IVANTI-038."""
    ada, _ = assigned(rehearsal, "Ada", "Grace")
    result = rehearsal.application.provision_on_demand(ada)
    assert result.test is None
    (entry,) = result.entries
    assert (entry.action, entry.status) == (Action.CREATE, Status.SUCCESS)
    assert [step.kind for step in entry.steps] == ["import", "scoping", "matching", "export"]
    assert ("userName", "", "ada@contoso.test") in [(p.name, p.old, p.new) for p in entry.modified_properties]
    sent = rehearsal.endpoint.sent()
    assert sent[:3] == [*PROBE, ADA_MATCH]
    assert [method for method, _, _ in sent[3:]] == ["POST"]
    assert rehearsal.endpoint.users() == {"ada@contoso.test": True}
    assert rehearsal.application.log.entries() == [entry]


def test_the_cycles_go_on_as_they_would_have(rehearsal: Rehearsal) -> None:
    """SEED-066: nothing of it counts as a cycle."""
    ada, _ = assigned(rehearsal, "Ada", "Grace")
    application = rehearsal.application
    application.start()
    rehearsal.endpoint.sent()
    before = application.status()
    rehearsal.clock.advance(timedelta(minutes=20))
    rehearsal.tenant.directory.update_user(ada, job_title="Countess")
    application.provision_on_demand(ada)
    assert application.status() == before
    assert rehearsal.endpoint.sent()[-1] == (
        "PATCH",
        "/Users/u1",
        message({"op": "Add", "path": "title", "value": "Countess"}),
    )
    rehearsal.clock.advance(timedelta(minutes=20))
    assert rehearsal.endpoint.sent_in_cycle() == [("GET", "/Users/u1", None)]


def test_the_flag_of_the_tenant_url_does_not_count() -> None:
    """ENTRA-007, ENTRA-270."""
    rehearsal = rehearse(flag="?aadOptscim062020")
    (ada,) = assigned(rehearsal, "Ada")
    rehearsal.application.provision_on_demand(ada)
    rehearsal.endpoint.sent()
    rehearsal.tenant.directory.update_user(ada, job_title="Countess")
    rehearsal.application.provision_on_demand(ada)
    assert rehearsal.endpoint.sent()[-1][2] == message({"op": "Add", "path": "title", "value": "Countess"})


def test_whoever_is_up_to_date_is_in_scope_and_skipped(rehearsal: Rehearsal) -> None:
    (ada,) = assigned(rehearsal, "Ada")
    rehearsal.application.provision_on_demand(ada)
    (entry,) = rehearsal.application.provision_on_demand(ada).entries
    assert [(step.kind, step.status, step.description) for step in entry.steps] == [
        ("import", Status.SUCCESS, "read from the directory"),
        ("scoping", Status.SUCCESS, "in scope"),
        ("matching", Status.SUCCESS, "linked"),
        ("export", Status.SKIPPED, "the target equals the source"),
    ]
    browser = Browser(rehearsal.tenant).sign_in()
    page = f"/portal/applications/{rehearsal.application.id}/logs/{entry.id}"
    shown = browser.get(page, headers={"Accept-Language": "ja"}).text
    assert [word for word in ("スコープ内です", "ターゲットはソースと一致しています") if word not in shown] == []
    assert "the target equals" not in shown


@pytest.mark.parametrize("state", ["not assigned", "disabled", "deleted"])
def test_who_is_out_of_scope_is_skipped_and_it_is_said(state: str, rehearsal: Rehearsal) -> None:
    """ENTRA-267."""
    ada = rehearsal.tenant.directory.create_user("Ada")
    if state != "not assigned":
        rehearsal.application.assign(ada.id)
    if state == "disabled":
        rehearsal.tenant.directory.update_user(ada.id, account_enabled=False)
    if state == "deleted":
        rehearsal.tenant.directory.delete_user(ada.id)
    (entry,) = rehearsal.application.provision_on_demand(ada.id).entries
    assert (entry.action, entry.status) == (Action.OTHER, Status.SKIPPED)
    assert rehearsal.endpoint.sent() == PROBE


def test_an_unassigned_user_is_disabled(rehearsal: Rehearsal) -> None:
    """ENTRA-267."""
    (ada,) = assigned(rehearsal, "Ada")
    rehearsal.application.provision_on_demand(ada)
    rehearsal.application.unassign(ada)
    (entry,) = rehearsal.application.provision_on_demand(ada).entries
    assert (entry.action, entry.status) == (Action.DISABLE, Status.SUCCESS)
    assert rehearsal.endpoint.users() == {"ada@contoso.test": False}


def test_a_group_brings_the_chosen_members_and_leaves_the_others(rehearsal: Rehearsal) -> None:
    """ENTRA-189, ENTRA-264."""
    directory, application = rehearsal.tenant.directory, rehearsal.application
    people = [directory.create_user(name).id for name in ("Ada", "Grace", "Linus")]
    group = directory.create_group("Engineering", people)
    application.assign(group.id)
    application.provision_on_demand(group.id, people[:1])
    assert rehearsal.endpoint.members("Engineering") == ["ada@contoso.test"]
    application.provision_on_demand(group.id, people[1:2])
    assert rehearsal.endpoint.members("Engineering") == ["ada@contoso.test", "grace@contoso.test"]
    application.provision_on_demand(group.id)
    assert rehearsal.endpoint.members("Engineering") == ["ada@contoso.test", "grace@contoso.test"]
    assert set(rehearsal.endpoint.users()) == {"ada@contoso.test", "grace@contoso.test"}


def test_a_group_that_is_not_assigned_is_skipped(rehearsal: Rehearsal) -> None:
    group = rehearsal.tenant.directory.create_group("Engineering")
    (entry,) = rehearsal.application.provision_on_demand(group.id).entries
    assert (entry.action, entry.status) == (Action.OTHER, Status.SKIPPED)


def test_more_members_than_five_and_strangers_are_refused(rehearsal: Rehearsal) -> None:
    directory = rehearsal.tenant.directory
    people = [directory.create_user(f"Person {number}").id for number in range(7)]
    group = directory.create_group("Engineering", people[:6])
    rehearsal.application.assign(group.id)
    for members, code in ((people[:6], "on_demand_members"), (people[6:], "on_demand_no_member")):
        with pytest.raises(ProvisioningRefused) as refused:
            rehearsal.application.provision_on_demand(group.id, members)
        assert refused.value.code == code
    assert rehearsal.endpoint.sent() == []


def test_a_failed_connection_is_the_first_step_and_no_quarantine(rehearsal: Rehearsal) -> None:
    """ENTRA-266."""
    (ada,) = assigned(rehearsal, "Ada")
    rehearsal.endpoint.fault = lambda request: error(401)
    result = rehearsal.application.provision_on_demand(ada)
    assert result.test is not None
    assert "401" in result.test.message
    assert result.entries == ()
    assert rehearsal.application.status().quarantine_reason == ""


def test_a_cycle_that_is_asked_for_meanwhile_follows(rehearsal: Rehearsal) -> None:
    ada, _ = assigned(rehearsal, "Ada", "Grace")
    application = rehearsal.application
    calls: list[object] = []

    def start_once(request: object) -> None:
        if not calls:
            calls.append(request)
            application.start()
            with pytest.raises(ProvisioningRefused):
                application.provision_on_demand(ada)

    rehearsal.endpoint.after = start_once
    application.provision_on_demand(ada)
    assert rehearsal.endpoint.users() == {"ada@contoso.test": True, "grace@contoso.test": True}


def test_it_needs_saved_credentials() -> None:
    rehearsal = rehearse()
    application = rehearsal.tenant.create_application("another")
    ada = rehearsal.tenant.directory.create_user("Ada")
    with pytest.raises(ProvisioningRefused, match="Admin credentials are required"):
        application.provision_on_demand(ada.id)
    with pytest.raises(CredentialsRefused):
        application.save_credentials("nowhere", "token")
