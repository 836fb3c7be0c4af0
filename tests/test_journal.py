"""The journal: what is announced is kept, and what is left can be told, by any process and after any end."""

import errno
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scimulate.harness.alive import is_alive
from scimulate.harness.faults import HarnessError, SettingsError
from scimulate.harness.journal import Intent, Journal, Resource, RunHeader, journal_path, state_folder

STARTED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
USERS = "http://127.0.0.1:1/scim/v2/Users"


def opened(folder: Path, run_id: str = "k3f9x2ab") -> Journal:
    return Journal.open(run_id, state_dir=folder, url="http://127.0.0.1:1/scim/v2", seed=7, started=STARTED)


def test_the_journal_tells_what_is_left_last_first(tmp_path: Path) -> None:
    with opened(tmp_path) as journal:
        first, second, third, fourth = (journal.intend(n, USERS, {"userName": f"u{n}"}) for n in (1, 2, 3, 4))
        journal.created(first, USERS, "a")
        journal.created(second, USERS, "b")
        journal.created(third, USERS, "c")
        journal.refused(fourth)
        lost = journal.intend(5, USERS, {"userName": "u5"})
        journal.removed(USERS, "b")
        expected = ([Resource(USERS, "c"), Resource(USERS, "a")], [Intent(lost, 5, USERS, {"userName": "u5"})])
        assert journal.pending() == expected
        assert journal.counts() == (3, 1)
    with Journal.load(journal_path(tmp_path, "k3f9x2ab")) as again:
        assert again.pending() == expected
        assert again.header == RunHeader("k3f9x2ab", "http://127.0.0.1:1/scim/v2", 7, STARTED.isoformat())


def test_a_process_knows_what_another_created(tmp_path: Path) -> None:
    with opened(tmp_path) as mine, opened(tmp_path) as other:
        assert not mine.owns(USERS, "a")
        other.created(other.intend(1, USERS, {}), USERS, "a")
        assert mine.owns(USERS, "a")
        assert not mine.owns(USERS.replace("Users", "Groups"), "a")
        other.removed(USERS, "a")
        assert mine.pending() == ([], [])
        assert mine.owns(USERS, "a")


def test_an_id_that_is_a_secret_is_known_and_never_written(tmp_path: Path) -> None:
    with opened(tmp_path) as mine, opened(tmp_path) as other:
        mine.keep_out(lambda id: "canary" in id)
        mine.created(mine.intend(1, USERS, {"userName": "ada"}), USERS, "canary-1")
        assert mine.owns(USERS, "canary-1")
        assert mine.pending() == ([Resource(USERS, "canary-1")], [])
        (intent,) = other.pending()[1]
        assert (intent.number, other.pending()[0]) == (1, [])
        mine.removed(USERS, "canary-1")
        assert (mine.pending(), other.pending()) == (([], []), ([], []))
        assert mine.counts() == (1, 1)
        assert "canary" not in mine.path.read_text()


def test_the_announcement_is_on_disk_before_anything_else_happens(tmp_path: Path) -> None:
    with opened(tmp_path) as journal:
        journal.intend(9, USERS, {"userName": "ada"})
        rows = [json.loads(line) for line in journal.path.read_text().splitlines() if line]
    assert [(row["kind"], row.get("number"), row.get("marks")) for row in rows] == [
        ("run", None, None),
        ("intent", 9, {"userName": "ada"}),
    ]


def test_a_torn_line_costs_itself_only(tmp_path: Path) -> None:
    with opened(tmp_path) as journal:
        with journal.path.open("ab") as file:
            file.write(b'{"kind":"created","key":"x","coll')
        key = journal.intend(1, USERS, {})
        journal.created(journal.intend(2, USERS, {}), USERS, "a")
    with Journal.load(journal.path) as again:
        assert again.pending() == ([Resource(USERS, "a")], [Intent(key, 1, USERS, {})])


def test_an_id_that_is_given_again_is_there_again(tmp_path: Path) -> None:
    with opened(tmp_path) as journal, opened(tmp_path) as other:
        journal.created(journal.intend(1, USERS, {}), USERS, "a")
        journal.removed(USERS, "a")
        assert journal.pending() == ([], [])
        journal.created(journal.intend(2, USERS, {}), USERS, "a")
        assert journal.pending() == ([Resource(USERS, "a")], [])
        assert other.pending() == ([Resource(USERS, "a")], [])


def test_lines_of_several_processes_do_not_mix(tmp_path: Path) -> None:
    program = (
        "import sys; from datetime import datetime; from pathlib import Path\n"
        "from scimulate.harness.journal import Journal\n"
        "with Journal.open('k3f9x2ab', state_dir=Path(sys.argv[1]), url='', seed=1, started=datetime.now()) as j:\n"
        "    for n in range(100): j.created(j.intend(n, 'c', {'userName': 'u' * 500}), 'c', sys.argv[2] + str(n))\n"
    )
    workers = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path), name]) for name in "ab"]
    assert [worker.wait(30) for worker in workers] == [0, 0]
    with Journal.load(journal_path(tmp_path, "k3f9x2ab")) as journal:
        assert {resource.id for resource in journal.pending()[0]} == {f"{w}{n}" for w in "ab" for n in range(100)}
        assert journal.pending()[1] == []


def test_a_run_is_alive_as_long_as_one_of_its_processes(tmp_path: Path) -> None:
    with opened(tmp_path) as journal:
        program = (
            "import sys; from pathlib import Path; from scimulate.harness.journal import Journal\n"
            "journal = Journal.load(Path(sys.argv[1])); print('open', flush=True); sys.stdin.read()\n"
        )
        with subprocess.Popen(
            [sys.executable, "-c", program, str(journal.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as worker:
            assert worker.stdout is not None
            assert worker.stdout.readline() == b"open\n"
            journal.close()
            assert is_alive(journal.path)
            worker.kill()
        assert not is_alive(journal.path)


def test_two_who_ask_at_once_do_not_take_each_other_for_the_run(tmp_path: Path) -> None:
    with opened(tmp_path) as journal:
        path = journal.path
    with ThreadPoolExecutor(4) as askers:
        assert not any(askers.map(is_alive, [path] * 4_000))


@pytest.mark.parametrize("fault", ["full", "part"])
def test_what_cannot_be_noted_is_not_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    write = os.write

    def half(handle: int, content: bytes) -> int:
        if fault == "full":
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(handle, content[: len(content) // 2])

    with opened(tmp_path) as journal:
        with monkeypatch.context() as full:
            full.setattr(os, "write", half)
            with pytest.raises(HarnessError) as refused:
                journal.intend(1, USERS, {"userName": "ada"})
        key = journal.intend(2, USERS, {"userName": "grace"})
        assert journal.pending() == ([], [Intent(key, 2, USERS, {"userName": "grace"})])
        path = journal.path
    assert str(refused.value) == (
        f"the journal {path} cannot be written: No space left on device; "
        "make room, or name another folder by SCIMULATE_STATE_DIR"
    )
    with Journal.load(path) as again:
        assert again.pending() == ([], [Intent(key, 2, USERS, {"userName": "grace"})])


def test_a_discarded_journal_leaves_no_file(tmp_path: Path) -> None:
    journal = opened(tmp_path)
    journal.discard()
    assert list((tmp_path / "journals").iterdir()) == []


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "journals").write_text("a file where the folder should be")
    with pytest.raises(SettingsError, match=r"state-dir: cannot write .*SCIMULATE_STATE_DIR names another folder"):
        opened(tmp_path)
    with pytest.raises(SettingsError, match="run-id: must be letters and digits only"):
        opened(tmp_path, "../escape")


def test_a_journal_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        Journal.load(tmp_path / "none.jsonl")
    assert str(refused.value) == f"journal: cannot open {tmp_path}/none.jsonl: No such file or directory"


def test_a_file_that_is_no_journal_is_named(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("hello\n")
    with Journal.load(path) as journal, pytest.raises(SettingsError, match="is not the journal of a run"):
        _ = journal.header


def test_the_state_folder_is_the_users_unless_told_otherwise(tmp_path: Path) -> None:
    assert state_folder({"SCIMULATE_STATE_DIR": str(tmp_path)}) == tmp_path
    assert state_folder({}).name == "scimulate"
