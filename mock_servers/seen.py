"""What a page showed when its form was opened: two pages that were open at once do not overwrite each other unseen."""

import hashlib
from collections.abc import Mapping

import orjson


def seen_mark(shown: Mapping[str, object]) -> str:
    """What the form of a page carries as `seen`: another mark for other values."""
    return hashlib.sha256(orjson.dumps(shown, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]
