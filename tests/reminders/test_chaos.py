"""Real worker, clocks, broker, web server and mail server; killed, emptied and stopped at any moment.

Nothing is lost, nothing stands twice in an inbox, at most one mail a kill is uncertain and says so, and pages answer.
With the unique keys taken out the same count fails.

`KILLS=100` in the environment kills as often as is asked for; then the broker is emptied 10 times and stopped for a
minute. Usually it is a few times, and some seconds.
"""

import contextlib
import http.client
import os
import re
import signal
import socketserver
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import time as time_of_day
from random import Random

import pytest
import redis
from django.conf import settings
from django.db import connection

from members.models import Member
from reminders.choices import MessageKind, MessageState
from reminders.messages.services import program_wordings
from reminders.models import Attempt, Message, Preference, Release
from tests import processes, servers
from tests.cast import make_cast, make_member, make_user
from tests.scripts.test_run import free_port
from tests.world import session_of

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

KILLS = int(os.environ.get("KILLS", "3"))
FLUSHES = int(os.environ.get("FLUSHES", max(1, KILLS // 10)))
SECONDS_WITHOUT_REDIS = int(os.environ.get("SECONDS_WITHOUT_REDIS", 60 if KILLS >= 100 else 3))
MESSAGES_A_KILL = 30
SECONDS_A_KILL = 5.0
SECONDS_TO_FINISH = 60
MIDNIGHT = time_of_day()


# --- The surroundings -------------------------------------------------------------------------------------------------
@dataclass
class Postbox:
    """A mail server that takes its time, and what it has taken: Message-ID → how often."""

    port: int = 0
    taken: Counter = field(default_factory=Counter)


@contextlib.contextmanager
def postbox() -> Iterator[Postbox]:
    box = Postbox()

    class Clerk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError):
                self.say("220 here")
                while line := self.rfile.readline():
                    command = line[:4].upper()
                    if command != b"DATA":
                        self.say("221 bye" if command == b"QUIT" else "250 ok")
                        continue
                    self.say("354 go on")
                    self.take()

        def take(self) -> None:
            mail = b""
            while not mail.endswith(b"\r\n.\r\n"):
                if not (line := self.rfile.readline()):
                    return
                mail += line
            time.sleep(0.01)
            box.taken[re.search(rb"Message-ID: <([^@]+)@", mail)[1].decode()] += 1
            time.sleep(0.01)
            self.say("250 taken")

        def say(self, sentence: str) -> None:
            self.wfile.write(f"{sentence}\r\n".encode())

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Clerk) as server:
        box.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield box
        server.shutdown()


@dataclass
class Reader:
    """Somebody who reads pages all the time. What wasn't answered well is in `problems`."""

    port: int
    session: str
    stop: threading.Event = field(default_factory=threading.Event)
    pages: int = 0
    slowest: float = 0
    problems: list[str] = field(default_factory=list)

    def read(self) -> None:
        while not self.stop.wait(0.1):
            for page in ("/", "/messages/mine/", "/account/login/"):
                began = time.monotonic()
                status = self.ask(page)
                self.slowest = max(self.slowest, time.monotonic() - began)
                self.pages += 1
                if status not in (200, 302):
                    self.problems.append(f"{page} {status}")

    def ask(self, page: str) -> int:
        visit = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with contextlib.closing(visit):
            visit.request("GET", page, headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={self.session}"})
            return visit.getresponse().status


@contextlib.contextmanager
def reader(environment, tmp_path) -> Iterator[Reader]:
    port = free_port()
    web = ["gunicorn", "branchweb.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "2", "--no-control-socket"]
    somebody = Reader(port, session_of(make_user("reader")))
    with processes.process(
        *web, environment={**environment, "BRANCHWEB_DEBUG": "1"}, until="Booting worker", log=tmp_path / "web.log"
    ):
        reading = threading.Thread(target=somebody.read)
        reading.start()
        try:
            yield somebody
        finally:
            somebody.stop.set()
            reading.join()


@contextlib.contextmanager
def clock_process(environment, tmp_path, name: str) -> Iterator[None]:
    beat = ["celery", "--app", "tests.reminders.chaos", "beat", "--pidfile=", "--schedule", str(tmp_path / name)]
    log = tmp_path / f"{name}.log"
    with processes.process(*beat, "--loglevel", "INFO", environment=environment, until="beat: Starting", log=log):
        yield


@contextlib.contextmanager
def chaos_worker(environment, tmp_path, life: int):
    """Each life has a log of its own; the name stays, so that it knows what it was sending."""
    options = ["--concurrency", "2", "--loglevel", "INFO", "--hostname", "one@chaos", "--without-mingle"]
    command = ["celery", "--app", "tests.reminders.chaos", "worker", *options]
    with processes.process(
        *command, environment=environment, until=" ready.", log=tmp_path / f"worker-{life}.log"
    ) as started:
        yield started


# --- The people -------------------------------------------------------------------------------------------------------
def make_people(*, with_mail: bool) -> None:
    """Some who read it in Branchweb, some who get a mail, some who are called; none of them minds the hour."""
    cast = make_cast()
    program_wordings()
    Release.objects.create(organization=cast.branch, kind=MessageKind.DUES, released_by=cast.secretary)
    for number in range(12):
        by_mail = with_mail and number % 3 == 0
        member = make_member(f"党员{number}", cast.branch, email=f"m{number}@example.com" if by_mail else "")
        if not by_mail:
            make_user(f"account{number}", member=member)
    Preference.objects.bulk_create(
        Preference(member=member, quiet_from=MIDNIGHT, quiet_until=MIDNIGHT) for member in Member.objects.all()
    )


# --- The torment ------------------------------------------------------------------------------------------------------
def run_chaos(
    installation, tmp_path, *, kills: int, flushes: int, seconds_without_redis: float
) -> tuple[Postbox, Reader]:
    """Until everything is planned and nothing waits any more."""
    number, random = (kills + 1) * MESSAGES_A_KILL, Random(52)  # noqa: S311
    with contextlib.ExitStack() as stack:
        box = stack.enter_context(postbox())
        folder = stack.enter_context(servers.folder_of_redis())
        broker = contextlib.ExitStack()
        stack.callback(broker.close)
        url = broker.enter_context(servers.redis_in(folder))
        environment = {
            **installation, "REDIS_URL": url,
            "BRANCHWEB_EMAIL_HOST": "127.0.0.1", "BRANCHWEB_EMAIL_PORT": str(box.port),
            "CHAOS_BEGAN": str(time.time()), "CHAOS_NUMBER": str(number),
            "CHAOS_SECONDS": str((kills + 1) * SECONDS_A_KILL),
        }  # fmt: skip
        somebody = stack.enter_context(reader(environment, tmp_path))
        for name in ("first", "second"):
            stack.enter_context(clock_process(environment, tmp_path, name))
        for life in range(kills):
            with chaos_worker(environment, tmp_path, life) as worker:
                time.sleep(random.uniform(0.2, 1.5))
                if life % max(1, kills // flushes) == 0:
                    redis.Redis.from_url(url).flushall()
                if life == kills // 2:
                    broker.close()
                    time.sleep(seconds_without_redis)
                    broker.enter_context(servers.redis_in(folder))
                    time.sleep(1)
                os.killpg(worker.pid, signal.SIGKILL)
        with chaos_worker(environment, tmp_path, kills):
            wait_until_done(number)
        return box, somebody


def wait_until_done(number: int) -> None:
    deadline = time.monotonic() + SECONDS_TO_FINISH + number / MESSAGES_A_KILL * SECONDS_A_KILL
    moving = (MessageState.READY, MessageState.SENDING)
    while time.monotonic() < deadline:
        planned = Message.objects.values("about").distinct().count()
        if planned == number and not Message.objects.filter(state__in=moving).exists():
            return
        time.sleep(0.3)
    states = Counter(Message.objects.values_list("state", "channel"))
    raise AssertionError(f"{number} messages were to go out, but {states}")


def count(number: int) -> tuple[set[str], list[str]]:
    """Which messages are lost, and which are there more than once."""
    there = Counter(Message.objects.values_list("about", flat=True))
    return {str(one) for one in range(number)} - set(there), [about for about, times in there.items() if times > 1]


def test_whatever_happens_nothing_is_lost_or_doubled_and_pages_answer(installation, tmp_path):
    make_people(with_mail=True)
    box, somebody = run_chaos(
        installation, tmp_path, kills=KILLS, flushes=FLUSHES, seconds_without_redis=SECONDS_WITHOUT_REDIS
    )

    number = (KILLS + 1) * MESSAGES_A_KILL
    assert count(number) == (set(), [])
    states = Counter(Message.objects.values_list("channel", "state"))
    in_app = {state for channel, state in states if channel == "in_app"}
    assert in_app == {MessageState.SENT}
    mails = Message.objects.filter(channel="email")
    sent = {str(key) for key in mails.filter(state=MessageState.SENT).values_list("pk", flat=True)}
    unknown = {str(key) for key in mails.filter(state=MessageState.UNKNOWN).values_list("pk", flat=True)}
    report(states, box, somebody)
    assert len(sent) + len(unknown) == mails.count()
    assert sent <= set(box.taken) <= sent | unknown
    assert set(box.taken.values()) <= {1}
    assert len(unknown) <= 2 * KILLS  # two hands, each of which may have been sending one
    assert Attempt.objects.filter(result="unknown").count() == len(unknown)
    assert somebody.problems == []
    assert somebody.pages > KILLS


def report(states, box: Postbox, somebody: Reader) -> None:
    print(f"\n{connection.vendor}: {KILLS} kills, {FLUSHES} × FLUSHALL, {SECONDS_WITHOUT_REDIS} s without Redis")  # noqa: T201
    print(f"{dict(states)}, {len(box.taken)} mails taken; {somebody.pages} pages, slowest {somebody.slowest:.1f} s")  # noqa: T201


@contextlib.contextmanager
def keys_taken_out() -> Iterator[None]:
    """An outbox without its primary and its unique key, in place of the real one."""
    execute("ALTER TABLE reminders_message RENAME TO message_with_keys")
    execute("CREATE TABLE reminders_message AS SELECT * FROM message_with_keys WHERE 1 = 0")
    try:
        yield
    finally:
        execute("DROP TABLE reminders_message", "ALTER TABLE message_with_keys RENAME TO reminders_message")


def execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def test_without_the_keys_the_same_count_fails(installation, tmp_path):
    make_people(with_mail=False)
    with keys_taken_out():
        run_chaos(installation, tmp_path, kills=5, flushes=1, seconds_without_redis=0)
        lost, doubled = count(6 * MESSAGES_A_KILL)

    assert lost == set()
    assert doubled != []
