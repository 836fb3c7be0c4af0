"""What a run will do, decided and checked before anything is sent or written."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Self

from scimulate.cli.baseline import Accepted, expired, read_baseline
from scimulate.cli.child import FEATURES, clean_environment
from scimulate.cli.child_variables import SELECT
from scimulate.cli.endpoint import run_id_of, state_folder_of, target_of, token_of, variables_of, warn
from scimulate.cli.selection import is_chosen
from scimulate.cli.settings import Settings
from scimulate.harness.catalogue import load_catalogue
from scimulate.harness.catalogue_views import scenarios_by_requirement
from scimulate.harness.faults import SettingsError
from scimulate.harness.profile import Profile, load_profile
from scimulate.harness.run_id import new_run_id
from scimulate.harness.runfolder import run_folder
from scimulate.harness.target import Target


@dataclass(frozen=True)
class Plan:
    run_id: str
    seed: int
    started: datetime
    profile: Profile
    target: Target | None
    """The endpoint under test; None means the bundled servers."""
    variables: Mapping[str, str] = field(repr=False)
    """What the child is told, the token among it."""
    out: Path
    state: Path
    workers: int
    dry_run: bool
    fail_on: str
    accepted: tuple[Accepted, ...]

    @property
    def folder(self) -> Path:
        """The run folder: what the child writes, and nobody keeps."""
        return run_folder(self.state, self.run_id)

    @property
    def secrets(self) -> tuple[str, ...]:
        return self.target.secrets if self.target is not None else ()

    def for_target(self, target: Target) -> Self:
        """The same, for the endpoint with the token that was fetched for it."""
        return replace(self, target=target, variables={**self.variables, "SCIMULATE_TOKEN": target.token})

    def environment(self) -> dict[str, str]:
        return clean_environment(os.environ, self.variables)


def plan_run(settings: Settings) -> Plan:
    """Raises SettingsError for everything that cannot work."""
    profile = load_profile(settings.given("profile"))
    select = settings.several("select")
    _refuse_what_cannot_be_selected(select, profile)
    accepted = _baseline_of(settings)
    out = _out_of(settings)
    token = token_of(settings)
    bundled = settings.text("url") is None
    run_id = run_id_of(settings) or new_run_id()
    state = state_folder_of(settings)
    most = settings.whole("max-requests")
    dry_run = settings.is_on("dry-run")
    variables = {
        **({} if bundled else variables_of(settings, token)),
        "SCIMULATE_RUN_ID": run_id,
        "SCIMULATE_SEED": str(settings.whole("seed")),
        "SCIMULATE_PROFILE": profile.name,
        "SCIMULATE_RUN_FOLDER": str(run_folder(state, run_id)),
        # What the bundled servers hold goes with them, and a dry run makes nothing: nobody needs their journals.
        "SCIMULATE_STATE_DIR": str(run_folder(state, run_id) / "state" if bundled or dry_run else state),
        **({"SCIMULATE_MAX_REQUESTS": str(most)} if most is not None else {}),
        **({"SCIMULATE_READ_ONLY": "1"} if settings.is_on("read-only") else {}),
        **({SELECT: "\n".join(select)} if select else {}),
    }
    return Plan(
        run_id=run_id,
        seed=int(variables["SCIMULATE_SEED"]),
        started=datetime.now(UTC),
        profile=profile,
        target=None if bundled else target_of(variables),
        variables=variables,
        out=out,
        state=state,
        workers=settings.whole("workers") or 0,
        dry_run=dry_run,
        fail_on=settings.given("fail-on"),
        accepted=accepted,
    )


def _refuse_what_cannot_be_selected(select: tuple[str, ...], profile: Profile) -> None:
    if not select:
        return
    tags_of: dict[str, list[str]] = {}
    for tag, nodes in scenarios_by_requirement(FEATURES).items():
        for node in nodes:
            tags_of.setdefault(node, []).append(tag)
    for term in select:
        chosen = [tags for node, tags in tags_of.items() if is_chosen([term], tags, node)]
        _refuse_unknown(term, chosen)
        refuse_other_release(term, chosen, profile)


def _refuse_unknown(term: str, chosen: list[list[str]]) -> None:
    """A word that fits no scenario is a slip of the pen, unless it is a requirement that no scenario proves yet."""
    if not chosen and term.casefold() not in {identifier.casefold() for identifier in load_catalogue()}:
        raise SettingsError(
            "select", f"{term!r} fits no scenario; give a requirement id, a tag such as smoke, or a feature path"
        )


def refuse_other_release(term: str, chosen: list[list[str]], profile: Profile) -> None:
    """Scenarios of another release are asked for in vain, by their tag or by a feature of that release (NEG-60)."""
    others = [profile.other_release(tags) for tags in chosen]
    by_tag = profile.other_release([term.casefold().strip().removeprefix("@")])
    other = by_tag or (others[0] if others and all(others) else None)
    if other is not None:
        problem = f"{term!r} is about release {other.release}, and the profile {profile.name} judges {profile.release}"
        raise SettingsError("select", f"{problem}; give --profile {other.name}")


def _baseline_of(settings: Settings) -> tuple[Accepted, ...]:
    path = settings.text("baseline")
    if path is None:
        return ()
    accepted = read_baseline(Path(path))
    unknown = [line.id for line in accepted if line.id not in load_catalogue()]
    if unknown:
        raise SettingsError("baseline", f"{path} accepts {unknown[0]}, which is no requirement")
    for line in expired(accepted, date.today()):
        warn(f"baseline: {line.id} expired on {line.expires} and does not count any more ({line.owner})")
    return accepted


def _out_of(settings: Settings) -> Path:
    """The folder for the results, which can be made and written to. It is made when there is something to write."""
    out = Path(settings.given("out")).absolute()
    nearest = next(folder for folder in (out, *out.parents) if os.path.lexists(folder))
    if not nearest.is_dir():
        raise SettingsError("out", f"{nearest} is not a folder")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise SettingsError("out", f"{nearest} cannot be written to")
    return out
