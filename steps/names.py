"""The names of a feature, made one scenario's own, so that nobody else at the endpoint bears them."""

import re
from dataclasses import dataclass

_DOMAIN = re.compile(r"[@_]contoso\.test", re.IGNORECASE)
"""As it stands in an address, and in the user name of a guest (ENTRA-032)."""


@dataclass(frozen=True)
class Names:
    """`mark` carries the run id and the seed; it is the same for the same scenario, seed and run id."""

    mark: str

    def real(self, text: str) -> str:
        """ada@contoso.test becomes ada.<mark>@contoso.test, in the letter case it is written in."""
        return _DOMAIN.sub(lambda found: self._marked(found.group()), text)

    def _marked(self, domain: str) -> str:
        mark = self.mark.upper() if domain.isupper() else self.mark
        return f".{mark}{domain}"

    def user_name(self, name: str) -> str:
        """The user principal name of a person called `name`."""
        return self.real(f"{name.lower()}@contoso.test")

    def group(self, name: str) -> str:
        """The display name of a group called `name`. Names that begin alike still do."""
        first, blank, rest = name.partition(" ")
        return f"{first} {self.mark.upper() if name.isupper() else self.mark}{blank}{rest}"
