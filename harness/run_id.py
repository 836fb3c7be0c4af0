"""The id of a run: eight letters of base 32, which no endpoint changes. It stands in every name that a run makes."""

import re
import secrets

ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
LENGTH = 8
RUN_ID = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")
RUN_ID_IN_WORDS = "eight characters of a-z and 2-7"


def new_run_id() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
