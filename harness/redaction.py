"""Takes secrets out of everything that is written or shown: plain, or in the forms in which they travel."""

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

BLOCK = 1 << 20
PORTAL_TOKEN = re.compile(r"scimt_[0-9A-Za-z]{46}")
"""The tokens of the bundled portal can be told by their form, whoever made them."""
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
    return tuple(sorted((form for form in forms if len(form) >= LEAST_LENGTH), key=lambda form: (-len(form), form)))


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
        for secret in secrets:
            self.learn(secret)

    def learn(self, secret: str) -> None:
        if len(secret) < LEAST_LENGTH or secret in self._secrets:
            return
        self._secrets.add(secret)
        forms = {*self._forms, *forms_of(secret)}
        self._forms = tuple(sorted(forms, key=lambda form: (-len(form), form)))

    def text(self, text: str) -> str:
        """`text` without secrets, and without the values of members that are secrets by their name."""
        text = self.known(text)
        text = PORTAL_TOKEN.sub(REDACTED, text)
        text = SECRET_MEMBER.sub(rf'\1"{REDACTED}"', text)
        return SECRET_FIELD.sub(rf"\1{REDACTED}", text)

    def known(self, text: str) -> str:
        """`text` without the secrets of the run, otherwise as it is."""
        for form in self._forms:
            if form in text:
                text = text.replace(form, REDACTED)
        return text

    def header(self, name: str, value: str) -> str:
        """A header's value as it may be shown; of a credential only the scheme."""
        if name.lower() not in SECRET_HEADERS:
            return self.text(value)
        scheme = SCHEME.match(value)
        return f"{scheme.group(1)} {REDACTED}" if scheme else REDACTED

    @property
    def forms(self) -> tuple[bytes, ...]:
        return tuple(form.encode("utf-8", "replace") for form in self._forms)


def scan(folder: Path, secrets: Iterable[str]) -> list[Path]:
    """The files below `folder` in whose content or name one of `secrets` stands, in any of its forms."""
    redactor = Redactor(secrets)
    forms = redactor.forms
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return [path for path in files if _holds(path, forms) or redactor.known(path.name) != path.name]


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
