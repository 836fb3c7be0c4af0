"""Text made ready for a comparison that disregards letter case (RFC 7644 §5 and §7.8).

The rules are those of PRECIS for user names: width and case are mapped, then the text is composed. Case goes to lower
case and is not folded, as RFC 8265 §3.3.2 says where RFC 7613 left the choice: "straße" and "strasse" are two names.
"""

import unicodedata

_WIDTHS = ("<wide>", "<narrow>")


def without_case(text: str) -> str:
    """The form in which two texts are equal that differ in letter case, width or composition alone."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", "".join(map(_of_usual_width, text)).lower())


def _of_usual_width(character: str) -> str:
    form = unicodedata.decomposition(character)
    return unicodedata.normalize("NFKC", character) if form.startswith(_WIDTHS) else character
