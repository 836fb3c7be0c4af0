"""Users and groups through the portal, the licence, the kinds of application, its settings, and the log to take."""

import csv
import io
import re

import pytest

from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.entra.application import ProvisioningRefused
from scimulate.mock_servers.entra.licence import Plan
from scimulate.mock_servers.entra.log_export import COLUMNS
from scimulate.mock_servers.entra.tenant import EntraTenant
from tests.entra_endpoint import BASE, TOKEN, Endpoint, error, rehearse
from tests.entra_portal_site import Browser, company


@pytest.fixture
def endpoint() -> Endpoint:
    return Endpoint()


@pytest.fixture
def tenant(endpoint: Endpoint) -> EntraTenant:
    return company(endpoint)


@pytest.fixture
def browser(tenant: EntraTenant) -> Browser:
    return Browser(tenant).sign_in()


def found_ids(page: str) -> list[str]:
    return re.findall(r'id="found-([^"]+)"', page)


def test_without_a_hit_nothing_can_be_selected(browser: Browser) -> None:
    """SEED-043, NEG-36."""
    page = browser.get(f"{browser.create_application()}/add-assignment?search=zebedee").text
    assert found_ids(page) == []
    assert 'id="select" disabled' in page
    assert 'id="assign" disabled' in page
    assert "zebedee" in page


def test_cancelling_before_assign_assigns_nobody(browser: Browser, tenant: EntraTenant) -> None:
    """SEED-044, NEG-36: what is selected is kept nowhere but on the page."""
    app, ada = browser.create_application(), tenant.directory.user_named("Ada Lovelace")
    selected = browser.get(f"{app}/add-assignment?principal:{ada.id}=on").text
    assert f'id="chosen-{ada.id}"' in selected
    assert f'id="cancel" href="{app}/users-and-groups"' in selected
    assert f"assignment-{ada.id}" not in browser.get(f"{app}/users-and-groups").text


def test_several_searches_fill_one_selection(browser: Browser, tenant: EntraTenant) -> None:
    app = browser.create_application()
    ada, grace = (tenant.directory.user_named(name) for name in ("Ada Lovelace", "Grace Hopper"))
    both = {f"principal:{ada.id}": "on", f"principal:{grace.id}": "on"}
    assert found_ids(browser.get(f"{app}/add-assignment", params={**both, "search": "ada"}).text) == []
    browser.post(f"{app}/add-assignment", data=both)
    (application,) = tenant.applications()
    assert [row.display_name for row in application.assignments()] == ["Ada Lovelace", "Grace Hopper"]


def test_assigning_or_removing_nobody_is_refused(browser: Browser) -> None:
    app = browser.create_application()
    for path in ("add-assignment", "users-and-groups/remove"):
        assert 'data-code="nobody_selected"' in browser.post(f"{app}/{path}").text


def test_of_several_of_which_one_is_unknown_none_is_assigned(browser: Browser, tenant: EntraTenant) -> None:
    app, ada = browser.create_application(), tenant.directory.user_named("Ada Lovelace")
    answer = browser.post(f"{app}/add-assignment", data={f"principal:{ada.id}": "on", "principal:nobody": "on"})
    assert answer.status_code == 404
    (application,) = tenant.applications()
    assert application.assignments() == []


def test_groups_of_one_name_are_told_apart_by_their_id(browser: Browser, tenant: EntraTenant) -> None:
    """SEED-058."""
    first, second = tenant.directory.create_group("Sales"), tenant.directory.create_group("Sales")
    page = browser.get(f"{browser.create_application()}/add-assignment?search=sales").text
    assert found_ids(page) == [first.id, second.id]
    assert f"<code>{second.id}</code>" in page


@pytest.mark.parametrize(("plan", "assigned"), [(Plan.FREE, False), (Plan.P1, True), (Plan.P2, True)])
def test_groups_can_be_assigned_with_p1_and_p2(plan: Plan, assigned: bool) -> None:
    """NEG-35, IVANTI-060."""
    tenant = EntraTenant(clock=VirtualClock(), transport=Endpoint().transport(), plan=plan)
    application, group = tenant.create_application("MDM"), tenant.directory.create_group("Sales")
    ada = tenant.directory.create_user("Ada")
    application.assign(ada.id)
    if assigned:
        application.assign(group.id)
    else:
        with pytest.raises(ProvisioningRefused, match="P1 or P2 is needed"):
            application.assign(ada.id, group.id)
    kinds = ["User", "Group"] if assigned else ["User"]
    assert [row.kind for row in application.assignments()] == kinds


def test_the_plan_is_chosen_in_the_portal_and_named_where_groups_are_missing(
    browser: Browser, tenant: EntraTenant
) -> None:
    """NEG-35."""
    app, group = browser.create_application(), tenant.directory.group_named("Research")
    assert 'id="saved"' in browser.post("/portal/licences", data={"plan": "free"}).text
    page = browser.get(f"{app}/add-assignment?search=res").text
    assert 'data-code="plan_needed"' in page
    assert re.search(rf'name="principal:{group.id}"[^>]* disabled>', page)
    answer = browser.post(f"{app}/add-assignment", data={f"principal:{group.id}": "on"})
    assert (answer.status_code, 'data-code="plan_needed"' in answer.text) == (409, True)
    assert browser.put("/portal/api/licences", json={"plan": "p9"}).json()["code"] == "unknown_plan"
    assert browser.put("/portal/api/licences", json={"plan": "p2"}).json() == {"plan": "p2"}
    assert browser.post(f"{app}/add-assignment", data={f"principal:{group.id}": "on"}).status_code == 200


def test_an_application_for_sign_in_only_offers_manual_and_no_credentials(browser: Browser) -> None:
    """NEG-28."""
    app = browser.create_application(type="app registration")
    edit = browser.get(f"{app}/edit").text
    assert re.findall(r'<option value="(Automatic|Manual)"', edit) == ["Manual"]
    assert "tenant_url" not in edit
    assert 'data-mode="Manual"' in browser.get(f"{app}/provisioning").text
    api = app.replace("/portal/", "/portal/api/")
    for answer in (
        browser.put(f"{api}/credentials", json={"tenantUrl": BASE, "secretToken": TOKEN}),
        browser.post(f"{api}/connection-test", json={"tenantUrl": BASE, "secretToken": TOKEN}),
        browser.post(f"{api}/start", json={}),
        browser.put(f"{api}/scope", json={"scope": "ALL"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "manual_only")
    assert re.findall(
        r'<option value="(Automatic|Manual)"', browser.get(f"{browser.create_application()}/edit").text
    ) == ["Automatic"]


def test_the_scope_is_chosen_before_the_test_and_saved_with_the_credentials(
    browser: Browser, tenant: EntraTenant
) -> None:
    """IVANTI-022."""
    app = browser.create_application()
    (application,) = tenant.applications()
    form = {"tenant_url": BASE, "secret_token": TOKEN, "scope": "ALL", "notification_email": "ada@contoso.test"}
    tested = browser.edit(app, {**form, "act": "test"}).text
    assert '<option value="ALL" selected>' in tested
    assert application.scope == "Sync only assigned users and groups"
    refused = browser.edit(app, {**form, "secret_token": "wrong", "act": "save"}).text
    assert 'id="not-saved"' in refused
    assert application.scope == "Sync only assigned users and groups"
    browser.edit(app, {**form, "act": "save"})
    assert application.scope == "Sync all users and groups"
    assert application.settings.notification_email == "ada@contoso.test"
    bad = browser.edit(app, {**form, "notification_email": "nobody", "act": "save"})
    assert (bad.status_code, 'data-code="bad_email"' in bad.text) == (400, True)


def test_a_quarantine_is_notified_once(browser: Browser, tenant: EntraTenant, endpoint: Endpoint) -> None:
    """ENTRA-281."""
    app, clock = browser.create_application(), tenant.clock
    (application,) = tenant.applications()
    form = {"tenant_url": BASE, "secret_token": TOKEN, "notification_email": "a@b.test", "send_on_failure": "on"}
    browser.edit(app, {**form, "act": "save"})
    endpoint.fault = lambda request: error(401)
    browser.post(f"{app}/provisioning/start")
    for _ in range(12):
        browser.post("/portal/clock/advance")
    assert [(sent.to, sent.at) for sent in application.notifications] == [("a@b.test", application.notifications[0].at)]
    assert clock.now() > application.notifications[0].at
    assert 'id="notifications"' in browser.get(f"{app}/provisioning").text


def test_the_log_can_be_taken_along_without_its_cells_becoming_formulas(
    browser: Browser, tenant: EntraTenant, endpoint: Endpoint
) -> None:
    """IVANTI-053."""
    app, user = browser.create_application(), tenant.directory.create_user("=cmd()", "mallory@contoso.test")
    (application,) = tenant.applications()
    application.save_credentials(BASE, TOKEN)
    application.assign(user.id)
    application.start()
    (entry,) = application.log.entries()
    text = browser.get(f"{app}/logs.csv").content.decode("utf-8-sig")
    heading, row = csv.reader(io.StringIO(text))
    assert tuple(heading) == COLUMNS
    assert row[:9] == [
        entry.id,
        entry.activity_at.isoformat(),
        entry.cycle_id,
        "create",
        "success",
        "",
        "",
        user.id,
        "'=cmd()",
    ]
    (document,) = browser.get(f"{app}/logs.json?status=success").json()
    assert (document["id"], document["sourceName"]) == (entry.id, "=cmd()")
    assert {"displayName": "userName", "oldValue": "", "newValue": "mallory@contoso.test"} in document[
        "modifiedProperties"
    ]
    assert browser.get(f"{app}/logs.json?status=failure").json() == []
    assert browser.get(f"{app}/logs?since=yesterday").status_code == 400


@pytest.mark.parametrize(
    ("query", "hits"),
    [
        ("since=2026-01-05&until=2026-01-05", 1),
        ("since=2026-01-06", 0),
        ("until=2026-01-04", 0),
        ("action=create", 1),
        ("action=delete", 0),
        ("identity=ADA", 1),
        ("source_id=none", 0),
        ("target_id=u1", 1),
        ("target_id=u2", 0),
    ],
)
def test_the_log_is_filtered(query: str, hits: int) -> None:
    rehearsal = rehearse()
    rehearsal.application.assign(rehearsal.tenant.directory.create_user("Ada").id)
    rehearsal.application.start()
    browser = Browser(rehearsal.tenant).sign_in()
    assert len(browser.get(f"/portal/api/applications/{rehearsal.application.id}/log?{query}").json()) == hits
