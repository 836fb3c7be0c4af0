"""Takes secrets out of everything that is written or shown: plain, or in the forms in which they travel.

A secret that is an ordinary word is taken out of what goes to and comes from an endpoint, and of nothing else: a text
of ours would hold it by chance.
"""

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

REDACTED = "[redacted]"
LEAST_LENGTH = 6
"""A shorter value is looked for in headers only: it would be found by chance in any text."""
LEAST_TELLING_LENGTH = 12
LEAST_TELLING_LENGTH_WITHOUT_DIGITS = 24

BLOCK = 1 << 20
BUNDLED_SECRET = re.compile(r"scim[tac]_[0-9A-Za-z]{46}")
"""Provisioning tokens, access tokens and client secrets of the bundled servers can be told by their form."""
SECRET_MEMBER = re.compile(
    r'("(?:access_token|refresh_token|id_token|client_secret|client_assertion|token|secretToken|password)"\s*:\s*)'
    r'"(?:[^"\\]|\\.)*"',
    re.IGNORECASE,
)
SECRET_FIELD = re.compile(
    r"((?:^|[?&;])(?:access_token|refresh_token|client_secret|client_assertion|password|token)=)[^&\s\"'<>]+",
    re.IGNORECASE | re.MULTILINE,
)
SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"})
SCHEME = re.compile(r"(Bearer|Basic) +(?=\S)", re.IGNORECASE)


def is_telling(secret: str) -> bool:
    """Whether `secret` can be told from ordinary text, where it stands: long enough, and more than words."""
    has_digit = any(character.isdigit() for character in secret)
    return len(secret) >= (LEAST_TELLING_LENGTH if has_digit else LEAST_TELLING_LENGTH_WITHOUT_DIGITS)


def forms_of(secret: str) -> tuple[str, ...]:
    """The ways in which `secret` may stand in a text, the longest first."""
    escaped = json.dumps(secret)[1:-1]
    forms = {
        secret,
        quote(secret, safe=""),
        quote(secret, safe="").replace("%", "%25"),
        quote_plus(secret),
        re.sub("%..", lambda found: found.group().lower(), quote(secret, safe="")),
        escaped,
        escaped.replace("/", "\\/"),
        json.dumps(secret, ensure_ascii=False)[1:-1],
        json.dumps(escaped)[1:-1],
        html.escape(secret),
        repr(secret)[1:-1],
        *_base64_forms(secret.encode()),
    }
    return _longest_first(form for form in forms if len(form) >= LEAST_LENGTH)


def _base64_forms(secret: bytes) -> Iterator[str]:
    """What base64 makes of `secret` wherever it begins in a longer value: the letters its own bits decide alone."""
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + secret + b"\0\0").decode()
        own = coded[-(-8 * before // 6) : 8 * (before + len(secret)) // 6]
        yield own
        yield own.replace("+", "-").replace("/", "_")


class Redactor:
    """Knows the secrets of a run; more may be learned while it goes on."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets: set[str] = set()
        self._forms: tuple[str, ...] = ()
        self._telling: tuple[str, ...] = ()
        for secret in secrets:
            self.learn(secret)

    def learn(self, secret: str) -> None:
        if len(secret) < LEAST_LENGTH or secret in self._secrets:
            return
        self._secrets.add(secret)
        forms = forms_of(secret)
        self._forms = _longest_first({*self._forms, *forms})
        if is_telling(secret):
            self._telling = _longest_first({*self._telling, *forms})

    def text(self, text: str) -> str:
        """What an endpoint was told or has answered, without secrets and the values that are secrets by their name."""
        return _without_named(_without(self._forms, text))

    def of_ours(self, text: str) -> str:
        """The same for a text of our own, which holds a secret that is an ordinary word by chance."""
        return _without_named(_without(self._telling, text))

    def finds_one(self, text: str) -> bool:
        """True when a secret of the run stands in `text`, beyond chance."""
        return any(form in text for form in self._telling)

    def header(self, name: str, value: str) -> str:
        """A header's value as it may be shown; of a credential only the scheme."""
        if name.lower() not in SECRET_HEADERS:
            return self.text(value)
        scheme = SCHEME.match(value)
        return f"{scheme.group(1)} {REDACTED}" if scheme else REDACTED

    @property
    def searched_for(self) -> tuple[bytes, ...]:
        return tuple(form.encode("utf-8", "replace") for form in self._telling)


def _longest_first(forms: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(forms, key=lambda form: (-len(form), form)))


def _without(forms: Iterable[str], text: str) -> str:
    for form in forms:
        if form in text:
            text = text.replace(form, REDACTED)
    return text


def _without_named(text: str) -> str:
    text = BUNDLED_SECRET.sub(REDACTED, text)
    text = SECRET_MEMBER.sub(rf'\1"{REDACTED}"', text)
    return SECRET_FIELD.sub(rf"\1{REDACTED}", text)


def scan(paths: Iterable[Path], secrets: Iterable[str]) -> list[Path]:
    """Those of the files in whose content or name one of `secrets` stands, in any of its forms."""
    redactor = Redactor(secrets)
    files = sorted(path for path in paths if path.is_file() and not path.is_symlink())
    return [path for path in files if redactor.finds_one(path.name) or _holds(path, redactor.searched_for)]


def _holds(path: Path, forms: tuple[bytes, ...]) -> bool:
    overlap = max(map(len, forms), default=0)
    end = b""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            text = end + block
            if any(form in text for form in forms):
                return True
            end = text[-overlap:]
    return False
