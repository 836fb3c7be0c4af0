"""The documented wire sequences: method, target, query and body, in order (ENTRA-628…673)."""

import pytest

from scimulate.mock_servers.entra.log import Action, Status
from scimulate.mock_servers.entra.status import JobState
from tests.entra_endpoint import Rehearsal, error, message, rehearse

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
ADA_MATCH = ("GET", "/Users?filter=userName+eq+%22ada%40contoso.test%22", None)
OFF = message({"op": "Replace", "path": "active", "value": "False"})
ON = message({"op": "Replace", "path": "active", "value": "True"})


def created(name: str) -> tuple[str, str, object]:
    """The creation of a user who has a name and nothing else."""
    body = {
        "schemas": [CORE, ENTERPRISE],
        "externalId": name.lower(),
        "userName": f"{name.lower()}@contoso.test",
        "active": True,
        "displayName": name,
        "emails": [{"primary": True, "type": "work", "value": f"{name.lower()}@contoso.test"}],
        "name": {"givenName": name, "formatted": name},
        "meta": {"resourceType": "User"},
    }
    return ("POST", "/Users", body)


def created_group(group_id: str, name: str) -> tuple[str, str, object]:
    body = {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
        "externalId": group_id,
        "displayName": name,
        "members": [],
        "meta": {"resourceType": "Group"},
    }
    return ("POST", "/Groups", body)


def members(verb: str, *target_ids: str) -> object:
    return message({"op": verb, "path": "members", "value": [{"value": target_id} for target_id in target_ids]})


def group_match(name: str) -> tuple[str, str, object]:
    return ("GET", f"/Groups?excludedAttributes=members&filter=displayName+eq+%22{name}%22", None)


@pytest.fixture
def rehearsal() -> Rehearsal:
    return rehearse()


def started_with_ada(rehearsal: Rehearsal) -> str:
    ada = rehearsal.tenant.directory.create_user("Ada")
    rehearsal.application.assign(ada.id)
    rehearsal.application.start()
    rehearsal.endpoint.sent()
    return ada.id


def started_with_group(rehearsal: Rehearsal) -> tuple[str, str, str]:
    directory = rehearsal.tenant.directory
    ada, grace = directory.create_user("Ada"), directory.create_user("Grace")
    engineers = directory.create_group("Engineers", [ada.id, grace.id])
    rehearsal.application.assign(engineers.id)
    rehearsal.application.start()
    rehearsal.endpoint.sent()
    return ada.id, grace.id, engineers.id


def test_a_newly_assigned_user_is_looked_up_and_created(rehearsal: Rehearsal) -> None:  # ENTRA-629
    ada = rehearsal.tenant.directory.create_user("Ada")
    rehearsal.application.assign(ada.id)
    rehearsal.application.start()
    assert rehearsal.endpoint.sent_in_cycle() == [ADA_MATCH, created("Ada")]


def test_every_mapped_attribute_is_sent(rehearsal: Rehearsal) -> None:  # ENTRA-283…303
    ada = rehearsal.tenant.directory.create_user(
        "Ada Lovelace", "ada@contoso.test", job_title="Countess", department="Engines", employee_id="7",
        preferred_language="en-GB", office_location="12/1", street_address="1 Main St", city="London",
        state="LDN", postal_code="W1", country="GB", telephone_number="+1 1", mobile="+1 2", fax="+1 3",
    )  # fmt: skip
    rehearsal.application.assign(ada.id)
    rehearsal.application.start()
    assert rehearsal.endpoint.sent_in_cycle()[1][2] == {
        "schemas": [CORE, ENTERPRISE],
        "externalId": "ada",
        "userName": "ada@contoso.test",
        "active": True,
        "displayName": "Ada Lovelace",
        "title": "Countess",
        "emails": [{"primary": True, "type": "work", "value": "ada@contoso.test"}],
        "preferredLanguage": "en-GB",
        "name": {"givenName": "Ada", "familyName": "Lovelace", "formatted": "Ada Lovelace"},
        "addresses": [
            {
                "primary": False, "type": "work", "formatted": "12/1", "streetAddress": "1 Main St",
                "locality": "London", "region": "LDN", "postalCode": "W1", "country": "GB",
            }
        ],
        "phoneNumbers": [
            {"type": "work", "value": "+1 1"}, {"type": "mobile", "value": "+1 2"}, {"type": "fax", "value": "+1 3"},
        ],
        ENTERPRISE: {"employeeNumber": "7", "department": "Engines"},
        "meta": {"resourceType": "User"},
    }  # fmt: skip


def test_an_equal_user_in_the_target_is_linked_without_a_write(rehearsal: Rehearsal) -> None:  # ENTRA-630
    ada = rehearsal.tenant.directory.create_user("Ada")
    rehearsal.endpoint.put("Users", **created("Ada")[2])  # type: ignore[arg-type]
    rehearsal.application.assign(ada.id)
    rehearsal.application.start()
    assert rehearsal.endpoint.sent_in_cycle() == [ADA_MATCH]
    (entry,) = rehearsal.application.log.entries("Ada")
    assert (entry.action, entry.status, entry.error_code) == (Action.OTHER, Status.SKIPPED, "RedundantExport")


def test_a_differing_user_in_the_target_gets_only_the_differences(rehearsal: Rehearsal) -> None:  # ENTRA-631
    ada = rehearsal.tenant.directory.create_user("Ada", mobile="+1 2", job_title="Countess")
    held = {**created("Ada")[2], "title": "Clerk", "nickName": "ours to keep"}  # type: ignore[dict-item]
    target_id = rehearsal.endpoint.put("Users", **held)
    rehearsal.application.assign(ada.id)
    rehearsal.application.start()
    changes = message(
        {"op": "Replace", "path": "title", "value": "Countess"},
        {"op": "Add", "path": 'phoneNumbers[type eq "mobile"].value', "value": "+1 2"},
    )
    assert rehearsal.endpoint.sent_in_cycle() == [ADA_MATCH, ("PATCH", f"/Users/{target_id}", changes)]


def test_a_changed_attribute_is_read_and_replaced(rehearsal: Rehearsal) -> None:  # ENTRA-632
    ada = started_with_ada(rehearsal)
    rehearsal.tenant.directory.update_user(ada, display_name="Ada L", department="Engines", mail=None)
    changes = message(
        {"op": "Replace", "path": "displayName", "value": "Ada L"},
        {"op": "Add", "path": f"{ENTERPRISE}:department", "value": "Engines"},
    )
    assert rehearsal.next_cycle() == [("GET", "/Users/u1", None), ("PATCH", "/Users/u1", changes)]


LEAVING = {
    "unassigned": lambda r, ada: r.application.unassign(ada),
    "blocked": lambda r, ada: r.tenant.directory.update_user(ada, account_enabled=False),
    "soft-deleted": lambda r, ada: r.tenant.directory.delete_user(ada),
}
RETURNING = {
    "unassigned": lambda r, ada: r.application.assign(ada),
    "blocked": lambda r, ada: r.tenant.directory.update_user(ada, account_enabled=True),
    "soft-deleted": lambda r, ada: r.tenant.directory.restore_user(ada),
}


@pytest.mark.parametrize("how", LEAVING)
def test_a_leaving_user_is_disabled_and_a_returning_one_enabled(how: str, rehearsal: Rehearsal) -> None:
    """ENTRA-633, ENTRA-634."""
    ada = started_with_ada(rehearsal)
    LEAVING[how](rehearsal, ada)
    assert rehearsal.next_cycle() == [("GET", "/Users/u1", None), ("PATCH", "/Users/u1", OFF)]
    assert rehearsal.next_cycle() == []
    RETURNING[how](rehearsal, ada)
    assert rehearsal.next_cycle() == [("GET", "/Users/u1", None), ("PATCH", "/Users/u1", ON)]
    assert [entry.action for entry in rehearsal.application.log.entries("Ada")] == ["create", "disable", "update"]


def test_a_user_deleted_for_good_while_managed_is_deleted(rehearsal: Rehearsal) -> None:  # ENTRA-635
    ada = started_with_ada(rehearsal)
    rehearsal.tenant.directory.purge_user(ada)
    assert rehearsal.next_cycle() == [("DELETE", "/Users/u1", None)]
    assert rehearsal.next_cycle() == []


def test_a_user_deleted_for_good_after_unassignment_is_left_alone(rehearsal: Rehearsal) -> None:  # ENTRA-636
    ada = started_with_ada(rehearsal)
    rehearsal.application.unassign(ada)
    rehearsal.next_cycle()
    rehearsal.tenant.directory.purge_user(ada)
    assert rehearsal.next_cycle() == []


def test_a_manager_is_set_and_removed_by_a_write_of_its_own(rehearsal: Rehearsal) -> None:  # ENTRA-637, ENTRA-673
    ada = started_with_ada(rehearsal)
    grace = rehearsal.tenant.directory.create_user("Grace")
    rehearsal.application.assign(grace.id)
    rehearsal.next_cycle()
    rehearsal.tenant.directory.set_manager(ada, grace.id)
    path = f"{ENTERPRISE}:manager"
    added = message({"op": "Add", "path": path, "value": "u2"})
    assert rehearsal.next_cycle() == [("GET", "/Users/u1", None), ("PATCH", "/Users/u1", added)]
    rehearsal.tenant.directory.update_user(ada, manager_id=None)
    removed = message({"op": "Replace", "path": path, "value": ""})
    assert rehearsal.next_cycle() == [("GET", "/Users/u1", None), ("PATCH", "/Users/u1", removed)]


def test_references_follow_after_all_users(rehearsal: Rehearsal) -> None:  # ENTRA-190, ENTRA-221
    directory = rehearsal.tenant.directory
    ada, grace = directory.create_user("Ada"), directory.create_user("Grace")
    directory.set_manager(ada.id, grace.id)
    rehearsal.application.assign(ada.id)
    rehearsal.application.assign(grace.id)
    rehearsal.application.start()
    added = message({"op": "Add", "path": f"{ENTERPRISE}:manager", "value": "u2"})
    told = rehearsal.endpoint.sent_in_cycle()
    assert [(method, target) for method, target, _ in told] == [
        ADA_MATCH[:2], ("POST", "/Users"),
        ("GET", "/Users?filter=userName+eq+%22grace%40contoso.test%22"), ("POST", "/Users"),
        ("PATCH", "/Users/u1"),
    ]  # fmt: skip
    assert told[-1][2] == added


def test_a_manager_out_of_scope_is_left_out(rehearsal: Rehearsal) -> None:  # ENTRA-638
    directory = rehearsal.tenant.directory
    grace = directory.create_user("Grace")
    ada = directory.create_user("Ada", manager_id=grace.id)
    rehearsal.application.assign(ada.id)
    rehearsal.application.start()
    assert rehearsal.endpoint.sent_in_cycle() == [ADA_MATCH, created("Ada")]
    (entry,) = rehearsal.application.log.entries("Ada")
    assert (entry.action, entry.status, entry.error_code) == (
        Action.CREATE, Status.WARNING, "UnableToResolveReferenceAttributeValue",
    )  # fmt: skip
    rehearsal.application.assign(grace.id)
    assert [method for method, _, _ in rehearsal.next_cycle()] == ["GET", "POST"]


def test_an_assigned_group_comes_after_its_members_and_before_the_membership(rehearsal: Rehearsal) -> None:
    """ENTRA-639."""
    directory = rehearsal.tenant.directory
    ada, grace = directory.create_user("Ada"), directory.create_user("Grace")
    engineers = directory.create_group("Engineers", [ada.id, grace.id])
    rehearsal.application.assign(engineers.id)
    rehearsal.application.start()
    assert rehearsal.endpoint.sent_in_cycle() == [
        ADA_MATCH,
        created("Ada"),
        ("GET", "/Users?filter=userName+eq+%22grace%40contoso.test%22", None),
        created("Grace"),
        group_match("Engineers"),
        created_group(engineers.id, "Engineers"),
        ("PATCH", "/Groups/g3", members("Add", "u1", "u2")),
    ]


def test_a_member_added_later_is_created_and_added(rehearsal: Rehearsal) -> None:  # ENTRA-640
    _, _, engineers = started_with_group(rehearsal)
    linus = rehearsal.tenant.directory.create_user("Linus")
    rehearsal.tenant.directory.add_member(engineers, linus.id)
    assert rehearsal.next_cycle() == [
        ("GET", "/Users?filter=userName+eq+%22linus%40contoso.test%22", None),
        created("Linus"),
        ("GET", "/Groups/g3?excludedAttributes=members", None),
        ("PATCH", "/Groups/g3", members("Add", "u4")),
    ]


def test_a_removed_member_is_disabled_and_removed(rehearsal: Rehearsal) -> None:  # ENTRA-641
    ada, _, engineers = started_with_group(rehearsal)
    rehearsal.tenant.directory.remove_member(engineers, ada)
    assert rehearsal.next_cycle() == [
        ("GET", "/Users/u1", None),
        ("PATCH", "/Users/u1", OFF),
        ("GET", "/Groups/g3?excludedAttributes=members", None),
        ("PATCH", "/Groups/g3", members("Remove", "u1")),
    ]


def test_a_renamed_group_keeps_its_anchor(rehearsal: Rehearsal) -> None:  # ENTRA-642
    _, _, engineers = started_with_group(rehearsal)
    rehearsal.tenant.directory.rename_group(engineers, "Makers")
    renamed = message({"op": "Replace", "path": "displayName", "value": "Makers"})
    assert rehearsal.next_cycle() == [
        ("GET", "/Groups/g3?excludedAttributes=members", None),
        ("PATCH", "/Groups/g3", renamed),
    ]


@pytest.mark.parametrize("how", ["unassigned", "deleted"])
def test_a_group_that_leaves_is_deleted_after_its_users(how: str, rehearsal: Rehearsal) -> None:  # ENTRA-643
    ada, _, engineers = started_with_group(rehearsal)
    rehearsal.application.assign(ada)
    if how == "unassigned":
        rehearsal.application.unassign(engineers)
    else:
        rehearsal.tenant.directory.delete_group(engineers)
    assert rehearsal.next_cycle() == [
        ("GET", "/Users/u2", None),
        ("PATCH", "/Users/u2", OFF),
        ("DELETE", "/Groups/g3", None),
    ]


def test_a_cycle_without_changes_is_a_probe_only(rehearsal: Rehearsal) -> None:  # ENTRA-644
    started_with_group(rehearsal)
    assert rehearsal.next_cycle() == []


def test_a_restart_reads_what_is_linked_and_sends_differences(rehearsal: Rehearsal) -> None:  # ENTRA-645
    started_with_group(rehearsal)
    rehearsal.endpoint.resources["Users"]["u2"]["displayName"] = "changed in the target"
    rehearsal.application.restart()
    assert rehearsal.endpoint.sent_in_cycle() == [
        ("GET", "/Users/u1", None),
        ("GET", "/Users/u2", None),
        ("PATCH", "/Users/u2", message({"op": "Replace", "path": "displayName", "value": "Grace"})),
        ("GET", "/Groups/g3?excludedAttributes=members", None),
    ]


def test_a_filtered_list_answered_404_leads_to_quarantine(rehearsal: Rehearsal) -> None:  # ENTRA-648
    ada = rehearsal.tenant.directory.create_user("Ada")
    rehearsal.application.assign(ada.id)
    rehearsal.endpoint.fault = lambda request: error(404)
    rehearsal.application.start()
    assert rehearsal.endpoint.sent() == [("GET", "/Users?filter=userName+eq+%22<guid>%22", None)]
    status = rehearsal.application.status()
    assert (status.state, status.quarantine_reason) == (JobState.QUARANTINE, "EncounteredQuarantineException")


def test_a_revoked_token_leads_to_quarantine_without_object_entries(rehearsal: Rehearsal) -> None:  # ENTRA-649
    ada = started_with_ada(rehearsal)
    rehearsal.tenant.directory.update_user(ada, display_name="Ada L")
    rehearsal.endpoint.fault = lambda request: error(401)
    entries = rehearsal.application.log.entries()
    rehearsal.clock.advance_to(rehearsal.application.status().next_cycle_at or rehearsal.clock.now())
    assert rehearsal.endpoint.sent() == [("GET", "/Users?filter=userName+eq+%22<guid>%22", None)]
    status = rehearsal.application.status()
    assert (status.state, status.quarantine_reason) == (JobState.QUARANTINE, "EncounteredQuarantineException")
    assert rehearsal.application.log.entries() == entries


def test_a_conflict_is_retried_in_the_next_cycle(rehearsal: Rehearsal) -> None:  # ENTRA-650
    ada = rehearsal.tenant.directory.create_user("Ada")
    rehearsal.application.assign(ada.id)
    rehearsal.endpoint.fault = lambda request: error(409) if request.method == "POST" else None
    rehearsal.application.start()
    assert rehearsal.endpoint.sent_in_cycle() == [ADA_MATCH, created("Ada")]
    (entry,) = rehearsal.application.log.entries("Ada")
    assert (entry.action, entry.status, entry.error_code) == (Action.CREATE, Status.FAILURE, "EntryConflict")
    rehearsal.endpoint.fault = lambda request: None
    assert rehearsal.next_cycle() == [ADA_MATCH, created("Ada")]
    assert rehearsal.next_cycle() == []


def test_the_compliant_dialect_merges_replacements_after_value_filters() -> None:  # ENTRA-652
    rehearsal = rehearse(flag="?aadOptscim062020")
    ada = started_with_ada(rehearsal)
    rehearsal.tenant.directory.update_user(ada, display_name="Ada L", given_name="Augusta", mail="a@contoso.test")
    changes = message(
        {"op": "replace", "path": 'emails[type eq "work"].value', "value": "a@contoso.test"},
        {
            "op": "replace",
            "value": {"displayName": "Ada L", "name.givenName": "Augusta", "name.formatted": "Augusta"},
        },
    )
    assert rehearsal.next_cycle() == [("GET", "/Users/u1", None), ("PATCH", "/Users/u1", changes)]


def test_the_compliant_dialect_removes_a_member_by_value_filter() -> None:  # ENTRA-653
    rehearsal = rehearse(flag="/?aadOptscim062020")
    ada, grace, engineers = started_with_group(rehearsal)
    rehearsal.application.assign(ada)
    rehearsal.application.assign(grace)
    rehearsal.tenant.directory.remove_member(engineers, ada)
    removed = message({"op": "remove", "path": 'members[value eq "u1"]'})
    assert rehearsal.next_cycle() == [
        ("GET", "/Groups/g3?excludedAttributes=members", None),
        ("PATCH", "/Groups/g3", removed),
    ]


def test_the_compliant_dialect_disables_with_a_path_and_a_boolean() -> None:  # ENTRA-136, §3.7
    rehearsal = rehearse(flag="?aadOptscim062020")
    rehearsal.application.unassign(started_with_ada(rehearsal))
    off = message({"op": "replace", "path": "active", "value": False})
    assert rehearsal.next_cycle() == [("GET", "/Users/u1", None), ("PATCH", "/Users/u1", off)]


def test_members_of_a_nested_group_are_left_out(rehearsal: Rehearsal) -> None:  # ENTRA-655
    directory = rehearsal.tenant.directory
    ada, grace = directory.create_user("Ada"), directory.create_user("Grace")
    backend = directory.create_group("Backend", [grace.id])
    engineers = directory.create_group("Engineers", [ada.id, backend.id])
    rehearsal.application.assign(engineers.id)
    rehearsal.application.start()
    assert rehearsal.endpoint.sent_in_cycle() == [
        ADA_MATCH,
        created("Ada"),
        group_match("Engineers"),
        created_group(engineers.id, "Engineers"),
        ("PATCH", "/Groups/g2", members("Add", "u1")),
    ]


def test_more_than_a_hundred_members_travel_in_batches(rehearsal: Rehearsal) -> None:  # ENTRA-610
    directory = rehearsal.tenant.directory
    everybody = [directory.create_user(f"User {number}").id for number in range(205)]
    rehearsal.application.assign(directory.create_group("Everybody", everybody).id)
    rehearsal.application.start()
    patches = [body for method, _, body in rehearsal.endpoint.sent() if method == "PATCH"]
    assert [len(body["Operations"][0]["value"]) for body in patches] == [100, 100, 5]  # type: ignore[index]
    assert len(rehearsal.endpoint.members("Everybody")) == 205


def test_requests_carry_the_documented_headers(rehearsal: Rehearsal) -> None:  # ENTRA-017…022
    ada = rehearsal.tenant.directory.create_user("Ada")
    rehearsal.application.assign(ada.id)
    rehearsal.application.start()
    post = rehearsal.endpoint.requests[-1]
    headers = dict(post.headers)
    assert headers.pop("content-length") == str(len(post.content))
    assert headers.pop("accept-encoding")
    assert headers == {
        "host": "mdm.contoso.test",
        "accept": "application/scim+json",
        "adscimversion": "5.0",
        "authorization": "Bearer token-of-contoso",
        "connection": "keep-alive",
        "content-type": "application/scim+json",
    }


def test_a_user_who_came_back_can_leave_again(rehearsal: Rehearsal) -> None:  # ENTRA-143, ENTRA-144
    ada = started_with_ada(rehearsal)
    for body, change in ((OFF, "unassign"), (ON, "assign"), (OFF, "unassign")):
        getattr(rehearsal.application, change)(ada)
        assert rehearsal.next_cycle() == [("GET", "/Users/u1", None), ("PATCH", "/Users/u1", body)]


def test_a_member_deleted_for_good_is_not_removed_from_the_group_as_well(rehearsal: Rehearsal) -> None:
    """ENTRA-253: with the resource its membership is gone."""
    ada, _, _ = started_with_group(rehearsal)
    rehearsal.tenant.directory.purge_user(ada)
    assert rehearsal.next_cycle() == [
        ("DELETE", "/Users/u1", None),
        ("GET", "/Groups/g3?excludedAttributes=members", None),
    ]


def test_blank_source_values_are_not_sent(rehearsal: Rehearsal) -> None:  # ENTRA-096
    ada = rehearsal.tenant.directory.create_user("Ada", job_title="", department=None)
    rehearsal.application.assign(ada.id)
    rehearsal.application.start()
    assert rehearsal.endpoint.sent_in_cycle() == [ADA_MATCH, created("Ada")]
    rehearsal.tenant.directory.update_user(ada.id, mail="", job_title="")
    assert rehearsal.next_cycle() == [("GET", "/Users/u1", None)]


def test_the_compliant_dialect_adds_with_a_path_after_value_filters() -> None:  # ENTRA-134, ENTRA-135, ENTRA-595
    rehearsal = rehearse(flag="?aadOptscim062020")
    ada = started_with_ada(rehearsal)
    rehearsal.tenant.directory.update_user(
        ada, display_name="Ada L", job_title="Countess", mobile="+1 2", account_enabled=True
    )
    changes = message(
        {"op": "add", "path": 'phoneNumbers[type eq "mobile"].value', "value": "+1 2"},
        {"op": "add", "path": "title", "value": "Countess"},
        {"op": "replace", "value": {"displayName": "Ada L"}},
    )
    assert rehearsal.next_cycle() == [("GET", "/Users/u1", None), ("PATCH", "/Users/u1", changes)]


def test_a_restart_that_forgot_the_links_matches_everything_again(rehearsal: Rehearsal) -> None:  # ENTRA-646
    started_with_group(rehearsal)
    rehearsal.application.forget_links()
    rehearsal.application.restart()
    assert rehearsal.endpoint.sent_in_cycle() == [
        ADA_MATCH,
        ("GET", "/Users?filter=userName+eq+%22grace%40contoso.test%22", None),
        group_match("Engineers"),
        ("PATCH", "/Groups/g3", members("Add", "u1", "u2")),
    ]
