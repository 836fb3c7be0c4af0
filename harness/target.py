"""The endpoint under test and how it may be spoken to. Everything is checked here, before anything is sent.

A value that may be a secret (the token, a header, a URL with a password in it) is never shown in a message.
"""

import ipaddress
import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Self
from urllib.parse import SplitResult, urlsplit, urlunsplit

import httpx

from scimulate.harness.faults import SettingsError

PATCH_FLAG = "aadoptscim062020"
"""The flag that administrators append to the Tenant URL; it is for Entra and never sent (ENTRA-586)."""

EXAMPLE = "https://scim.example.com/scim/v2"
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
HOST_LIKE = re.compile(rf"(?:localhost|(?:{LABEL}\.)+{LABEL}|{LABEL}(?=[:/]))(?::\d+)?(?:/\S*)?")
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
HEADER_VALUE = re.compile(r"[\t\x20-\x7e]+")
SECRET_HEADER = re.compile(r"auth|key|token|secret|cookie|pass|session|sign|credential", re.IGNORECASE)


@dataclass(frozen=True)
class OAuth:
    """A client credentials grant: where the token is fetched, and for whom."""

    token_url: str
    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True)
class Target:
    url: str
    """The SCIM base URL, normalised: no query, no trailing slash."""
    token: str = field(default="", repr=False)
    timeout: timedelta = timedelta(seconds=30)
    """For a whole exchange, from the connection to the last byte of the answer."""
    pace: timedelta = timedelta(0)
    """The least time between the starts of two requests of a run."""
    max_requests: int | None = None
    read_only: bool = False
    ca_file: Path | None = None
    client_cert: Path | None = None
    """A PEM file that holds the client's certificate and its key."""
    insecure: bool = False
    proxy: str | None = field(default=None, repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    oauth: OAuth | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "url", normalised_base(self.url))
        if not self.token.isprintable() or not self.token.isascii():
            raise SettingsError("token", "holds a line break or a character that a header cannot carry")
        if self.timeout <= timedelta(0):
            raise SettingsError("timeout", "must be more than 0 seconds")
        if self.pace < timedelta(0):
            raise SettingsError("pace", "must be 0 milliseconds or more")
        if self.max_requests is not None and self.max_requests < 1:
            raise SettingsError("max-requests", "must be 1 or more")
        _check_headers(self.headers)
        _check_proxy(self.proxy)
        if self.oauth is not None:
            _check_absolute("oauth-token-url", self.oauth.token_url)
        if self.ca_file is not None or self.client_cert is not None:
            self.tls()

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """The target that the `SCIMULATE_*` variables describe. The URL must be among them."""
        read = _Reader(environ)
        return cls(
            url=read.text("URL") or "",
            token=(read.text("TOKEN") or "").strip(),
            timeout=read.number("TIMEOUT", lambda seconds: timedelta(seconds=seconds), "seconds", "30"),
            pace=read.number("PACE", lambda thousandths: timedelta(milliseconds=thousandths), "milliseconds", "0"),
            max_requests=read.whole("MAX_REQUESTS"),
            read_only=read.flag("READ_ONLY"),
            ca_file=read.path("CA_FILE"),
            client_cert=read.path("CLIENT_CERT"),
            insecure=read.flag("INSECURE"),
            proxy=read.text("PROXY"),
            headers=read.headers("HEADER"),
            oauth=read.oauth(),
        )

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every value that must be found in no artifact."""
        found = [self.token]
        found += [value for name, value in self.headers if SECRET_HEADER.search(name)]
        if self.oauth is not None:
            found.append(self.oauth.client_secret)
        if self.proxy is not None:
            found.append(httpx.URL(self.proxy).password)
        return tuple(dict.fromkeys(value for value in found if value))

    def is_at(self, url: httpx.URL) -> bool:
        """True for an address of the endpoint's own origin, the only place where its secrets may go."""
        return url.copy_with(raw_path=b"/", fragment=None) == httpx.URL(self.url).copy_with(raw_path=b"/")

    def tls(self) -> ssl.SSLContext:
        """How certificates are checked. Only the settings count, never variables such as SSL_CERT_FILE."""
        return _tls(self.insecure, self.ca_file, self.client_cert)


@cache
def _tls(insecure: bool, ca_file: Path | None, client_cert: Path | None) -> ssl.SSLContext:
    """Made once for each settings: reading the list of authorities takes 20 ms."""
    context = httpx.create_ssl_context(trust_env=False)
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if ca_file is not None:
        _load("ca-file", ca_file, "certificates", lambda path: context.load_verify_locations(cafile=path))
    if client_cert is not None:
        _load("client-cert", client_cert, "a certificate and its key", lambda path: _load_own(context, path))
    return context


def normalised_base(url: str) -> str:
    """The SCIM base URL as paths are appended to it; raises SettingsError for one that cannot work."""
    parts = _check_absolute("url", url.strip())
    host = parts.hostname or ""
    if parts.scheme == "http" and not is_loopback(host):
        better = urlunsplit(("https", parts.netloc, parts.path, "", ""))
        raise SettingsError("url", f"plain http is accepted for loopback only; did you mean {better}?")
    asked = [part for part in parts.query.split("&") if part and part.partition("=")[0].lower() != PATCH_FLAG]
    if asked:
        raise SettingsError("url", f"must not carry a query; give the SCIM base URL alone, like {EXAMPLE}")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def is_loopback(host: str) -> bool:
    if host.lower() == "localhost" or host.lower().endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check_absolute(setting: str, url: str) -> SplitResult:
    if not url:
        raise SettingsError(setting, f"is empty; give a URL like {EXAMPLE}")
    try:
        parts = urlsplit(url)
        port_is_good = parts.port != 0
        httpx.URL(url)
    except (ValueError, httpx.InvalidURL) as problem:
        if "://" not in url:
            raise SettingsError(setting, _no_scheme(url)) from None
        raise SettingsError(setting, f"is not a URL ({_reason(problem)}); expected one like {EXAMPLE}") from None
    if parts.scheme not in ("http", "https"):
        if "://" in url:
            raise SettingsError(setting, f"the scheme must be https, not {parts.scheme}; expected a URL like {EXAMPLE}")
        raise SettingsError(setting, _no_scheme(url))
    if parts.username is not None or parts.password is not None:
        raise SettingsError(setting, "must not carry a user name or a password; the token is given by SCIMULATE_TOKEN")
    if not parts.hostname or not port_is_good or any(letter.isspace() for letter in url):
        raise SettingsError(setting, f"has no usable host or port; expected a URL like {EXAMPLE}")
    if "#" in url:
        raise SettingsError(setting, "must not carry a fragment (the part from # on)")
    return parts


def _no_scheme(url: str) -> str:
    """A value that does not look like a host may be a token in the wrong place: it is not shown."""
    if not HOST_LIKE.fullmatch(url):
        return f"has no scheme; expected a URL like {EXAMPLE}"
    host = url.partition("/")[0].partition(":")[0]
    return f"has no scheme; did you mean {'http' if is_loopback(host) else 'https'}://{url}?"


def _reason(problem: Exception) -> str:
    """The kind of problem only: the parsers' own words repeat the URL."""
    return "its port is not a number below 65536" if "port" in str(problem).lower() else "it cannot be read"


def _check_headers(headers: tuple[tuple[str, str], ...]) -> None:
    for name, value in headers:
        if not HEADER_NAME.fullmatch(name) or not HEADER_VALUE.fullmatch(value):
            raise SettingsError("header", "must be Name=value in visible ASCII characters, without a line break")
        if _setting(name) in ("authorization", "host", "content-length", "transfer-encoding"):
            raise SettingsError("header", f"{name} cannot be set this way; the token is given by SCIMULATE_TOKEN")


def _check_proxy(proxy: str | None) -> None:
    if proxy is None:
        return
    try:
        url = httpx.URL(proxy)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme not in ("http", "https") or not url.host:
        raise SettingsError("proxy", "must be an http or https URL, like http://proxy.example.com:3128")


def _load(setting: str, path: Path, content: str, load: Callable[[Path], None]) -> None:
    try:
        load(path)
    except ssl.SSLError:
        raise SettingsError(setting, f"{path} does not hold {content} in PEM form") from None
    except OSError as problem:
        raise SettingsError(setting, f"cannot read {path}: {problem.strerror or 'unreadable'}") from None


def _load_own(context: ssl.SSLContext, path: Path) -> None:
    context.load_cert_chain(path, password=_no_password)


def _no_password() -> str:
    """Without it OpenSSL would stop and ask on the terminal."""
    raise SettingsError("client-cert", "the key is protected by a password; give a file with a plain key")


def _setting(name: str) -> str:
    return name.lower().replace("_", "-")


class _Reader:
    """Reads settings from variables; the message of a bad one names the variable."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def text(self, name: str) -> str | None:
        return self._environ.get(f"SCIMULATE_{name}") or None

    def flag(self, name: str) -> bool:
        value = (self.text(name) or "0").lower()
        if value not in ("0", "1", "true", "false"):
            raise SettingsError(_setting(name), f"SCIMULATE_{name} must be 1 or 0, not {value!r}")
        return value in ("1", "true")

    def path(self, name: str) -> Path | None:
        value = self.text(name)
        return None if value is None else Path(value)

    def number(self, name: str, make: Callable[[float], timedelta], unit: str, default: str) -> timedelta:
        value = self.text(name) or default
        try:
            return make(float(value))
        except (ValueError, OverflowError):
            raise SettingsError(_setting(name), f"SCIMULATE_{name} must be a number of {unit}, not {value!r}") from None

    def whole(self, name: str) -> int | None:
        value = self.text(name)
        if value is not None and not value.isdecimal():
            raise SettingsError(_setting(name), f"SCIMULATE_{name} must be a whole number, not {value!r}")
        return None if value is None else int(value)

    def headers(self, name: str) -> tuple[tuple[str, str], ...]:
        lines = [line for line in (self.text(name) or "").splitlines() if line.strip()]
        if not all("=" in line for line in lines):
            raise SettingsError("header", f"each line of SCIMULATE_{name} must be Name=value")
        return tuple((line.partition("=")[0].strip(), line.partition("=")[2].strip()) for line in lines)

    def oauth(self) -> OAuth | None:
        names = ("OAUTH_TOKEN_URL", "OAUTH_CLIENT_ID", "OAUTH_CLIENT_SECRET")
        url, client, secret = (self.text(name) for name in names)
        if url is None and client is None and secret is None:
            return None
        if url is None or client is None or secret is None:
            missing = next(name for name in names if self.text(name) is None)
            raise SettingsError(_setting(missing), f"is missing: OAuth needs SCIMULATE_{missing} as well")
        return OAuth(url, client, secret)
