"""`scimulate compare`: what became of each requirement."""

import json
from pathlib import Path

import pytest

from scimulate.cli import main
from scimulate.cli.compare import Comparison, compared


def written(folder: Path, verdicts: dict[str, str]) -> str:
    folder.mkdir()
    rows = [{"requirement": name, "verdict": verdict} for name, verdict in verdicts.items()]
    (folder / "result.json").write_text(json.dumps({"format": "scimulate-result/1", "requirements": rows}))
    return str(folder)


def test_every_fate_of_a_requirement() -> None:
    before = {"A": "failed", "B": "passed", "C": "failed", "D": "passed", "E": "not_tested", "G": "passed"}
    after = {
        "A": "passed",
        "B": "warning",
        "C": "failed",
        "D": "info",
        "E": "failed",
        "F": "passed",
        "G": "not_applicable",
    }
    assert compared(before, after) == Comparison(
        fixed=("A",), broken=("B",), new=("E", "F"), gone=("G",), new_and_red=("E",)
    )


def test_what_broke_makes_the_exit_code_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = written(tmp_path / "a", {"A": "passed"}), written(tmp_path / "b", {"A": "failed"})
    assert [main.run(["compare", good, bad]), main.run(["compare", bad, good])] == [1, 0]
    assert capsys.readouterr().out == (
        "fixed: 0\nbroken: 1\n  A  passed -> failed\nnew: 0\ngone: 0\n"
        "fixed: 1\n  A  failed -> passed\nbroken: 0\nnew: 0\ngone: 0\n"
    )


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "cannot be read"),
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "is not a result"),
        ('{"format": "x"}', "is not a result"),
        ('{"format": "scimulate-result/1"}', "is not a whole result"),
        ('{"format": "scimulate-result/1", "requirements": {}}', "is not a whole result"),
        ('{"format": "scimulate-result/1", "requirements": ["A"]}', "is not a whole result"),
        ('{"format": "scimulate-result/1", "requirements": [{"requirement": "A"}]}', "is not a whole result"),
        (
            '{"format": "scimulate-result/1", "requirements": [{"requirement": "A", "verdict": {}}]}',
            "is not a whole result",
        ),
        (
            '{"format": "scimulate-result/1", "requirements": [{"requirement": 1, "verdict": "passed"}]}',
            "is not a whole result",
        ),
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_file_that_is_no_result_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None, problem: str
) -> None:
    file = tmp_path / "result.json"
    if content is not None:
        file.write_text(content)
    code = main.run(["compare", str(file), str(file)])
    shown = capsys.readouterr()
    assert (code, shown.out, shown.err.count("\n")) == (2, "", 1)
    assert shown.err.startswith(f"scimulate: {file}: {problem}")
