"""Text that an endpoint chose, made harmless to look at: nothing in it can steer a terminal, an editor or a parser."""

import re

# C0 but tab and line feed, DEL, C1, lone surrogates, what XML 1.0 excludes, and what reorders or hides text.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)


def printable(text: str) -> str:
    """Every character that could do harm is shown by its escape, `\\u001b`, which JSON text may hold too."""
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def one_line(text: str, limit: int = 200) -> str:
    """The same, on one line and no longer than `limit`."""
    flat = " ".join(printable(text).split())
    return flat if len(flat) <= limit else f"{flat[: limit - 1]}…"
