"""What `--select` chooses: a scenario is chosen when one of the terms fits it."""

from collections.abc import Iterable
from fnmatch import fnmatchcase


def is_chosen(terms: Iterable[str], tags: Iterable[str], node: str) -> bool:
    """`node` is a node id below the package: `features/portal/token_limit.feature::A third token is refused`."""
    marks = [tag.casefold() for tag in tags]
    return any(_fits(term.casefold().strip().removeprefix("@"), marks, node.casefold()) for term in terms)


def _fits(term: str, tags: list[str], node: str) -> bool:
    if any(tag == term or fnmatchcase(tag, term) for tag in tags):
        return True
    path, _, title = node.partition("::")
    wanted, _, wanted_title = term.partition("::")
    wanted = "features/" + wanted.rstrip("/").removeprefix("./").removeprefix("features").removeprefix("/")
    wanted = wanted.rstrip("/")
    if wanted_title and not title.startswith(wanted_title):
        return False
    return path in (wanted, f"{wanted}.feature") or path.startswith(wanted + "/")
