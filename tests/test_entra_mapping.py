"""The attribute mapping that an administrator edits: its rows, what is refused, and what is sent afterwards."""

import pytest

from scimulate.mock_servers.entra.attribute_mappings import AttributeMappings, MappingRefused
from scimulate.mock_servers.entra.cycle import CycleKind
from scimulate.mock_servers.entra.mapping import SOURCES, USER_MAPPING, AttributeMapping
from tests.entra_endpoint import Rehearsal, message, rehearse

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
CUSTOM = "urn:ietf:params:scim:schemas:extension:ivanti:2.0:User"


@pytest.fixture
def rehearsal() -> Rehearsal:
    return rehearse()


def test_the_default_mapping_is_the_documented_one() -> None:
    """ENTRA-283…304, in the order of the portal's table."""
    assert [(row.target, row.source) for row in USER_MAPPING][:4] == [
        ("userName", "userPrincipalName"),
        ("active", 'Switch([IsSoftDeleted], , "False", "True", "True", "False")'),
        ("displayName", "displayName"),
        ("title", "jobTitle"),
    ]
    assert [row.target for row in USER_MAPPING][-3:] == [
        f"{ENTERPRISE}:employeeNumber",
        f"{ENTERPRISE}:department",
        f"{ENTERPRISE}:manager",
    ]
    assert len(USER_MAPPING) == 22
    assert {row.source for row in USER_MAPPING} <= set(SOURCES)


@pytest.mark.parametrize(
    ("source", "target", "code"),
    [
        ("companyName", "title", "target_mapped"),
        ("companyName", "TITLE", "target_mapped"),
        ("jobTitle", "nickName", "source_mapped"),
        ("shoeSize", "nickName", "source_unknown"),
        ("companyName", f"{CUSTOM}:costCenter", "target_not_listed"),
        ("companyName", "id", "target_not_listed"),
        ("", "", "source_unknown"),
    ],
)
def test_a_row_that_cannot_be_is_refused(source: str, target: str, code: str) -> None:
    """IVANTI-039, ENTRA-315."""
    mappings = AttributeMappings(lambda: None)
    with pytest.raises(MappingRefused) as refused:
        mappings.add(source, target)
    assert refused.value.code == code
    assert mappings.rows() == USER_MAPPING


@pytest.mark.parametrize(("target", "code"), [("userName", "matching_needed"), ("shoeSize", "target_not_mapped")])
def test_a_deletion_that_cannot_be_is_refused_whole(target: str, code: str) -> None:
    """ENTRA-313."""
    mappings = AttributeMappings(lambda: None)
    with pytest.raises(MappingRefused) as refused:
        mappings.remove("title", target)
    assert refused.value.code == code
    assert mappings.rows() == USER_MAPPING


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("costCenter", "attribute_malformed"),
        (f"{CUSTOM}:", "attribute_malformed"),
        (f"{CUSTOM}:cost center", "attribute_malformed"),
        (f"{CUSTOM}:{'c' * 200}", "attribute_malformed"),
        (f"{ENTERPRISE}:DEPARTMENT", "attribute_listed"),
    ],
)
def test_an_attribute_that_cannot_be_listed_is_refused(path: str, code: str) -> None:
    """ENTRA-320."""
    mappings = AttributeMappings(lambda: None)
    before = mappings.attributes()
    with pytest.raises(MappingRefused) as refused:
        mappings.add_attribute(path)
    assert refused.value.code == code
    assert mappings.attributes() == before


def test_a_custom_attribute_is_listed_mapped_and_sent(rehearsal: Rehearsal) -> None:
    """IVANTI-035, IVANTI-038."""
    application = rehearsal.application
    application.mappings.add_attribute(f" {CUSTOM}:costCenter ")
    application.mappings.add("extensionAttribute1", f"{CUSTOM}:costcenter")
    assert application.mappings.rows()[-1] == AttributeMapping("extensionAttribute1", f"{CUSTOM}:costCenter")
    ada = rehearsal.tenant.directory.create_user("Ada", extension_attribute1="R-42")
    application.assign(ada.id)
    application.start()
    (_, _, body) = rehearsal.endpoint.sent_in_cycle()[-1]
    assert isinstance(body, dict)
    assert body["schemas"] == ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE, CUSTOM]
    assert body[CUSTOM] == {"costCenter": "R-42"}
    rehearsal.tenant.directory.update_user(ada.id, extension_attribute1="R-43")
    assert rehearsal.next_cycle()[-1][2] == message({"op": "Replace", "path": f"{CUSTOM}:costCenter", "value": "R-43"})


def test_what_is_no_longer_mapped_is_neither_sent_nor_removed(rehearsal: Rehearsal) -> None:
    """IVANTI-026, IVANTI-051."""
    directory, application = rehearsal.tenant.directory, rehearsal.application
    ada = directory.create_user("Ada", job_title="Mathematician", department="Analysis")
    application.assign(ada.id)
    application.start()
    rehearsal.endpoint.sent()
    application.mappings.remove("title")
    directory.update_user(ada.id, job_title="Countess", department="Engines")
    assert rehearsal.next_cycle()[-1][2] == message(
        {"op": "Replace", "path": f"{ENTERPRISE}:department", "value": "Engines"}
    )
    (user,) = rehearsal.endpoint.resources["Users"].values()
    assert user["title"] == "Mathematician"


def test_without_their_mappings_neither_manager_nor_active_is_sent(rehearsal: Rehearsal) -> None:
    """ENTRA-252."""
    directory, application = rehearsal.tenant.directory, rehearsal.application
    application.mappings.remove(f"{ENTERPRISE}:manager", "active")
    ada, grace = directory.create_user("Ada"), directory.create_user("Grace")
    directory.set_manager(grace.id, ada.id)
    application.assign(ada.id, grace.id)
    application.start()
    assert [method for method, _, _ in rehearsal.endpoint.sent_in_cycle()] == ["GET", "POST"] * 2
    assert rehearsal.endpoint.users() == {"ada@contoso.test": None, "grace@contoso.test": None}
    application.unassign(grace.id)
    assert rehearsal.next_cycle() == []


def test_after_a_change_of_the_mapping_everybody_is_looked_at_again(rehearsal: Rehearsal) -> None:
    """ENTRA-234, ENTRA-235."""
    application = rehearsal.application
    application.assign(rehearsal.tenant.directory.create_user("Ada").id)
    application.start()
    rehearsal.endpoint.sent()
    assert rehearsal.next_cycle() == []
    application.mappings.remove("title")
    assert rehearsal.next_cycle() == [("GET", "/Users/u1", None)]
    cycle = application.status().last_cycle
    assert cycle is not None
    assert cycle.kind is CycleKind.INITIAL
    assert rehearsal.next_cycle() == []
    application.mappings.restore()
    assert application.mappings.rows() == USER_MAPPING
