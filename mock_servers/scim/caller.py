"""Who sends a request: what its credential says of it."""

from typing import NamedTuple


class Caller(NamedTuple):
    """The subject that a credential stands for. `user_name` is the user whom the credential is bound to, if any."""

    vendor: str
    user_name: str | None = None
    reads_only: bool = False
