"""Names are compared without letter case, width and composition, and with nothing else taken from them."""

import pytest

from scimulate.mock_servers.scim.letter_case import without_case


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("Ada", "ada"),
        ("E\u0301MILE", "\u00e9mile"),
        ("\u00c9MILE", "\u00e9mile"),
        ("\uff21\uff24\uff21", "ada"),
        ("\uff76\uff9e", "\u30ac"),
        ("Stra\u00dfe", "stra\u00dfe"),
        ("\ufb01", "\ufb01"),
        ("x\u00b2", "x\u00b2"),
        ("\u03a3", "\u03c3"),
    ],
    ids=["ASCII", "composed", "in capitals", "wide", "narrow with its mark", "sharp s", "ligature", "square", "sigma"],
)
def test_a_text_without_case(text: str, form: str) -> None:
    assert without_case(text) == form
    assert without_case(form) == form
