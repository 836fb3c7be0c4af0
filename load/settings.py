"""What a load is told to do, checked before anything is sent; and the same as environment variables for Locust."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from scimulate.harness.faults import SettingsError
from scimulate.harness.run_id import RUN_ID, RUN_ID_IN_WORDS, new_run_id
from scimulate.harness.target import Target, is_loopback
from scimulate.mock_servers.entra.dialect import COMPLIANT_FLAG, Dialect

MODES = ("initial",)
PLANNED_MODES = ("incremental", "bulk", "spike", "soak", "throttled", "gallery")
LARGEST_DIRECTORY = 10_000_000
LANES = 32


def dialect_of(tenant_url: str) -> Dialect:
    """The flag in the Tenant URL chooses the compliant dialect (ENTRA-005)."""
    keys = [part.partition("=")[0].casefold() for part in urlsplit(tenant_url.strip()).query.split("&")]
    return Dialect.COMPLIANT if COMPLIANT_FLAG.casefold() in keys else Dialect.LEGACY


@dataclass(frozen=True)
class LoadSettings:
    """`rate` is in requests per second over all processes; None is as fast as the lanes go."""

    target: Target
    users: int
    groups: int = 0
    mode: str = "initial"
    rate: float | None = None
    processes: int = 1
    lanes: int = LANES
    """Requests under way at a time, over all processes."""
    seed: int = 1
    run_id: str = field(default_factory=new_run_id)
    dialect: Dialect = Dialect.LEGACY
    keep: bool = False
    yes_this_endpoint: bool = False
    p99_limit_ms: float = 1000.0
    """The longest p99 from planned start that passes."""
    state_dir: Path = Path()

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            known = "is not available yet" if self.mode in PLANNED_MODES else "is unknown"
            raise SettingsError("mode", f"{self.mode} {known}; available now: {', '.join(MODES)}")
        _check_range("users", self.users, 1, LARGEST_DIRECTORY)
        _check_range("groups", self.groups, 0, LARGEST_DIRECTORY)
        _check_range("processes", self.processes, 1, 256)
        _check_range("lanes", self.lanes, self.processes, 10_000)
        if self.rate is not None and not 0 < self.rate < 1_000_000:
            raise SettingsError("rate", f"must be more than 0 requests per second, or max; not {self.rate:g}")
        if not RUN_ID.fullmatch(self.run_id):
            raise SettingsError("run_id", f"must be {RUN_ID_IN_WORDS}")
        if self.target.read_only:
            raise SettingsError("read_only", "a load writes; it cannot be read-only")
        if self.target.proxy is not None:
            raise SettingsError("proxy", "a load goes straight to the endpoint; unset SCIMULATE_PROXY")
        host = urlsplit(self.target.url).hostname or ""
        if not is_loopback(host) and not self.yes_this_endpoint:
            message = (
                f"{host} is not this machine; give --yes-this-endpoint if it may be loaded with {self.users} users"
            )
            raise SettingsError("url", message)

    def to_environment(self) -> dict[str, str]:
        """Everything that Locust's processes need to know. Secrets travel only this way."""
        target = self.target
        given: dict[str, object | None] = {
            "URL": target.url,
            "TOKEN": target.token,
            "TIMEOUT": target.timeout.total_seconds(),
            "CA_FILE": target.ca_file and target.ca_file.absolute(),
            "CLIENT_CERT": target.client_cert and target.client_cert.absolute(),
            "INSECURE": int(target.insecure),
            "HEADER": "\n".join(f"{name}={value}" for name, value in target.headers),
            "USERS": self.users,
            "GROUPS": self.groups,
            "RATE": self.rate,
            "SEED": self.seed,
            "RUN_ID": self.run_id,
            "DIALECT": self.dialect.value,
            "KEEP": int(self.keep),
            "YES_THIS_ENDPOINT": int(self.yes_this_endpoint),
            "P99_LIMIT_MS": self.p99_limit_ms,
            "STATE_DIR": self.state_dir.absolute(),
        }
        return {f"SCIMULATE_{name}": str(value) for name, value in given.items() if value not in (None, "")}


def read_rate(text: str) -> float | None:
    """`max`, or requests per second."""
    if text.strip().lower() == "max":
        return None
    try:
        return float(text)
    except ValueError:
        raise SettingsError("rate", f"must be a number of requests per second, or max; not {text!r}") from None


def read_flag(environ: Mapping[str, str], name: str) -> bool:
    return environ.get(name, "").lower() in ("1", "true")


def _check_range(setting: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise SettingsError(setting, f"must be between {least} and {most:,}; not {value}")
