"""OAuth access tokens of a tenant: its clients, its token endpoint, and what a token opens."""
