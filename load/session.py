"""The load inside Locust: the listeners that join worker and coordinator to Locust's runners.

Importing this imports Locust, which patches the whole process: only a locustfile may do so.
"""

import json
import logging
import os
import signal
import time
from functools import partial
from pathlib import Path
from typing import Any

import gevent  # type: ignore[import-untyped]
import gevent.select  # type: ignore[import-untyped]
from gevent.event import Event  # type: ignore[import-untyped]
from locust.env import Environment
from locust.runners import STATE_MISSING, MasterRunner, WorkerRunner

from scimulate.harness.faults import SettingsError
from scimulate.harness.journal import state_folder
from scimulate.load.coordinator import Coordinator
from scimulate.load.journal import LoadJournal, LoadRecord
from scimulate.load.lanes import crew, new_lane, read_target
from scimulate.load.options import read_options
from scimulate.load.order import (
    BEGIN,
    DONE,
    IDS,
    INTERRUPT,
    PHASE,
    PROGRESS,
    REMOVE,
    REMOVED,
    Order,
    deal,
)
from scimulate.load.progress import Reporter
from scimulate.load.report import closing_words, write_reports
from scimulate.load.result import LoadResult, conclude
from scimulate.load.settings import LoadSettings, read_flag
from scimulate.load.worker import Worker

LOCAL = "local"

logger = logging.getLogger("scimulate.load")


class Session:
    """What one Locust process holds of the run that is going on."""

    def __init__(self) -> None:
        self.coordinator: Coordinator | None = None
        self._environment: Environment | None = None
        self._ended = Event()
        self._ended.set()
        self._interrupted = False
        self._stopped_from_outside = False

    @property
    def environment(self) -> Environment:
        assert self._environment is not None
        return self._environment

    @property
    def runner(self) -> Any:
        return self.environment.runner

    @property
    def is_coordinating(self) -> bool:
        return not isinstance(self.runner, WorkerRunner)

    def on_init(self, environment: Environment, **_: Any) -> None:
        self._environment = environment
        runner: Any = environment.runner
        if not isinstance(runner, MasterRunner):
            for name, listener in ((BEGIN, self._begin), (PHASE, self._phase), (REMOVE, self._remove)):
                runner.register_message(name, listener)
        if not isinstance(runner, WorkerRunner):
            for name, listener in ((PROGRESS, self._progress), (DONE, self._done), (REMOVED, self._removed)):
                runner.register_message(name, listener)
            runner.register_message(INTERRUPT, lambda **_: self.interrupt())
            gevent.spawn(self._watch_parent)
        runner.register_message(IDS, self._ids)
        gevent.signal_handler(signal.SIGINT, self.interrupt)

    def on_test_start(self, **_: Any) -> None:
        crew.disband()
        self._interrupted = False
        self._stopped_from_outside = False

    def on_spawning_complete(self, user_count: int, **_: Any) -> None:
        if self.is_coordinating and user_count and self._ended.is_set():
            self._ended.clear()
            gevent.spawn(self._coordinate)

    def on_test_stopping(self, **_: Any) -> None:
        """The Stop button and SIGTERM come by here before any lane is stopped: first, what was made is removed."""
        self.on_quitting()
        if crew.worker is not None:
            crew.worker.close()
        crew.ready.set()

    def on_quitting(self, **_: Any) -> None:
        if self.is_coordinating and not self._ended.is_set() and self.coordinator is not None:
            self._stopped_from_outside = True
            self.coordinator.interrupt()
            self._ended.wait()

    def interrupt(self) -> None:
        """Ctrl-C: the first ends the run and removes what it made; another one ends the process."""
        first, self._interrupted = not self._interrupted, True
        if first and self.is_coordinating and self.coordinator is not None and not self._ended.is_set():
            self.coordinator.interrupt()
        elif first and crew.worker is not None and not self.is_coordinating:
            self.runner.send_message(INTERRUPT, {})
        else:
            os.kill(os.getpid(), signal.SIGTERM)

    def _watch_parent(self) -> None:
        """The command that started this process holds the other end of a pipe: when it dies, the run is interrupted."""
        pipe = os.environ.get("SCIMULATE_PARENT_PIPE")
        if pipe:
            gevent.select.select([int(pipe)], [], [])
            self.interrupt()

    def _begin(self, environment: Environment, msg: Any, **_: Any) -> None:
        crew.target = read_target(environment)
        order = Order.from_message(msg.data)
        crew.worker = Worker(order, self._send, partial(new_lane, environment))
        crew.ready.set()

    def _phase(self, msg: Any, **_: Any) -> None:
        if crew.worker is not None:
            crew.worker.begin_phase(msg.data["phase"])

    def _remove(self, msg: Any, **_: Any) -> None:
        if crew.worker is not None:
            crew.worker.remove(msg.data["everything"])

    def _ids(self, msg: Any, **_: Any) -> None:
        if self.coordinator is not None and "node" in msg.data:
            self.coordinator.on_ids(msg.data)
        elif crew.worker is not None:
            crew.worker.borrow(msg.data["ids"])

    def _send(self, name: str, data: dict[str, Any]) -> None:
        self.runner.send_message(name, data)

    def _progress(self, msg: Any, **_: Any) -> None:
        if self.coordinator is not None:
            self.coordinator.on_progress(msg.node_id, msg.data)

    def _done(self, msg: Any, **_: Any) -> None:
        if self.coordinator is not None:
            self.coordinator.on_done(msg.node_id, msg.data)

    def _removed(self, msg: Any, **_: Any) -> None:
        if self.coordinator is not None:
            self.coordinator.on_removed(msg.node_id, msg.data)

    def _coordinate(self) -> None:
        try:
            self._run(read_options(self.environment, os.environ))
        except SettingsError as problem:
            logger.error("%s", problem)
            self.environment.process_exit_code = 2
        finally:
            self._ended.set()
            if not self._stopped_from_outside:
                gevent.spawn(self._stop_locust)

    def _stop_locust(self) -> None:
        """Headless, the process ends; with a page it stays, for another run."""
        if self._is_headless:
            self.runner.quit()
        else:
            self.runner.stop()
            logger.info("the load has ended")

    def _run(self, settings: LoadSettings) -> None:
        lanes = self._lanes()
        coordinator = Coordinator(deal(settings, list(lanes)), self._tell, self._alive)
        only_remove = read_flag(os.environ, "SCIMULATE_LOAD_REMOVE")
        record = LoadRecord(
            settings.run_id, settings.target.url, settings.seed, settings.users, settings.groups, settings.keep
        )
        journal = LoadJournal.write(state_folder(os.environ), record)
        self.coordinator = coordinator
        reporter = Reporter()
        gevent.spawn(self._show_progress, coordinator, reporter)
        if only_remove:
            coordinator.run_removal()
        else:
            coordinator.run(settings.keep)
        self._report_progress(coordinator, reporter)
        ending = coordinator.ending
        journal.close(finished=not (settings.keep or ending.left or ending.lost_workers))
        result = conclude(settings, coordinator.started_at, len(lanes), sum(lanes.values()), coordinator.phases, ending)
        self._hand_over(result)

    def _hand_over(self, result: LoadResult) -> None:
        self.environment.process_exit_code = result.exit_code
        path = os.environ.get("SCIMULATE_LOAD_RESULT")
        if path:
            Path(path).write_text(json.dumps(result.to_json()), encoding="utf-8")
            return
        out = Path(os.environ["SCIMULATE_OUT"]) if os.environ.get("SCIMULATE_OUT") else None
        if out is not None:
            write_reports(result, out)
        for threshold in result.thresholds:
            level = logging.INFO if threshold.passed else logging.ERROR
            logger.log(level, "%s: %s (limit %g)", threshold.name, threshold.value, threshold.limit)
        for line in closing_words(result, out):
            logger.info("%s", line)

    @property
    def _is_headless(self) -> bool:
        options = self.environment.parsed_options
        return options is None or bool(options.headless)

    def _lanes(self) -> dict[str, int]:
        """The workers that have lanes, and how many."""
        if isinstance(self.runner, MasterRunner):
            return {node.id: node.user_count for node in self.runner.clients.all if node.user_count}
        return {LOCAL: self.runner.user_count}

    def _alive(self) -> set[str]:
        if isinstance(self.runner, MasterRunner):
            return {node.id for node in self.runner.clients.all if node.state != STATE_MISSING}
        return {LOCAL}

    def _tell(self, name: str, data: dict[str, Any], node: str) -> None:
        self.runner.send_message(name, data, client_id=node)

    def _show_progress(self, coordinator: Coordinator, reporter: Reporter) -> None:
        while not self._ended.is_set():
            self._report_progress(coordinator, reporter)
            gevent.sleep(0.5)

    def _report_progress(self, coordinator: Coordinator, reporter: Reporter) -> None:
        for progress in reporter.look(coordinator.phases, time.monotonic()):
            if os.environ.get("SCIMULATE_LOAD_RESULT"):
                print(progress.to_line(), flush=True)


session = Session()
