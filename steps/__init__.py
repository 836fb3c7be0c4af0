"""How a sentence is carried out: one module for each actor, and the world that they share."""

pytest_plugins = (
    "scimulate.steps.rehearsal",
    "scimulate.steps.clock",
    "scimulate.steps.directory_events",
    "scimulate.steps.endpoint",
    "scimulate.steps.endpoint_trouble",
    "scimulate.steps.entra_administrator",
    "scimulate.steps.entra_mapping",
    "scimulate.steps.entra_visitor",
    "scimulate.steps.listeners",
    "scimulate.steps.portal_administrator",
    "scimulate.steps.portal_configurator",
    "scimulate.steps.portal_auditor",
    "scimulate.steps.portal_drivers",
    "scimulate.steps.portal_people",
    "scimulate.steps.portal_visitor",
    "scimulate.steps.provisioning_log",
    "scimulate.steps.provisioning_service",
    "scimulate.steps.mdm_tenant",
    "scimulate.steps.okta_client",
    "scimulate.steps.scim_client",
    "scimulate.steps.token_bearer",
    # Last: it speaks of what the others define.
    "scimulate.steps.japanese",
)
