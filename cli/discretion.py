"""What a command says when it fails holds no secret, whoever put it into the words of the error."""

import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from scimulate.harness.faults import HarnessError, TargetUnreachable
from scimulate.harness.redaction import Redactor


@contextmanager
def discreet(secrets: Iterable[str]) -> Iterator[None]:
    """An error that quotes a secret leaves as one that does not, without the errors behind it."""
    try:
        yield
    except Exception as problem:
        redactor = Redactor(secrets)
        if not redactor.finds_one("".join(traceback.format_exception(problem))):
            raise
        if isinstance(problem, TargetUnreachable):
            raise TargetUnreachable(redactor.of_ours(str(problem))) from None
        raise HarnessError(redactor.of_ours(f"{type(problem).__name__}: {problem}")) from None
