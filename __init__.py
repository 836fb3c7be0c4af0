"""scimulate rehearses Microsoft Entra ID provisioning against any SCIM 2.0 endpoint."""
