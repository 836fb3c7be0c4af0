"""What a portal says when it does not do what was asked: a status, a code for programs, a sentence for people.

PortalRefused
"""

from scimulate.mock_servers.language import Language, load_labels


class PortalRefused(Exception):
    """What was asked is not done. The sentence is the label `refused.<code>`, with `values` in its placeholders."""

    def __init__(self, status: int, code: str, **values: object) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.values = values

    def __str__(self) -> str:
        return self.sentence_in(Language.ENGLISH)

    def sentence_in(self, language: Language) -> str:
        return load_labels().text(f"refused.{self.code}", language, **self.values)
