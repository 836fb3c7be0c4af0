"""What the mock Entra ID does not do. Its sentence is the label `refused.<code>`, in the reader's language.

EntraRefused
    DirectoryRefused        (directory.py) a change of the directory
        UnknownPrincipal
    ProvisioningRefused     provisioning or assigning, as things stand
    MappingRefused          (attribute_mappings.py) a change of the mapping
    ApplicationRefused      (tenant.py) an application that cannot be made
"""

from scimulate.mock_servers.language import Language, load_labels


class EntraRefused(Exception):
    """`code` is for programs, `values` fill the placeholders of the sentence."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values

    def __str__(self) -> str:
        return load_labels().text(f"refused.{self.code}", Language.ENGLISH, **self.values)


class ProvisioningRefused(EntraRefused):
    """Provisioning, or assigning, as things stand (SEED-039, NEG-34, NEG-35)."""
