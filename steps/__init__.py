"""How a sentence is carried out: one module for each actor, and the world that they share."""

pytest_plugins = (
    "scimulate.steps.rehearsal",
    "scimulate.steps.clock",
    "scimulate.steps.directory_events",
    "scimulate.steps.endpoint",
    "scimulate.steps.entra_administrator",
    "scimulate.steps.portal_administrator",
    "scimulate.steps.portal_drivers",
    "scimulate.steps.portal_visitor",
    "scimulate.steps.provisioning_service",
    "scimulate.steps.scim_client",
    # Last: it speaks of what the others define.
    "scimulate.steps.japanese",
)
