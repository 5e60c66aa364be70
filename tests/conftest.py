"""What every test may ask for. Servers and browsers are made when first asked for and end with the run."""

import gc
import subprocess
from collections.abc import Callable, Generator, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client, TransactionTestCase
from django.utils import timezone
from playwright.sync_api import Browser, Page, sync_playwright

from members.models import User
from members.pages.listing import Column
from tests import browsers, databases, emptying, lists, migrated_database, processes, servers
from tests.cast import TODAY, Cast, make_cast
from tests.kept_cast import KEPT
from tests.made_again import made_again

TransactionTestCase._fixture_teardown = emptying.empty_append_only_tables_too


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Tens of thousands of tests stay until the end: looking for garbage among them, again and again, finds none."""
    gc.disable()
    collected = yield
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()
    return collected


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Generator[None, None, None]:
    """Whatever opens a browser or asks a database is marked so, without having to remember it; see tests/databases.py.

    The longest files come first, then those with slow tests: a file is run by one worker, and the last ones have to be
    short. Sorted last of all, for pytest-django puts whatever commits behind everything that doesn't.
    """
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if "browser" in fixtures:
            item.add_marker(pytest.mark.browser)
        if databases.asks_a_database(fixtures, is_marked=item.get_closest_marker("django_db") is not None):
            item.add_marker(pytest.mark.database)
    if connection.vendor == "postgresql" and not named_by_hand(config):
        left = [item for item in items if not differs_on_postgresql(item)]
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if differs_on_postgresql(item)]
    yield
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    longest = {settings.BASE_DIR / name: at for at, name in enumerate(databases.LONGEST)}
    items.sort(key=lambda item: longest.get(item.path, len(longest) + (item.path not in slow)))


def named_by_hand(config: pytest.Config) -> bool:
    """Whether somebody asked for a file or a test: then it runs, wherever."""
    return any(".py" in argument for argument in config.args)


def differs_on_postgresql(item: pytest.Item) -> bool:
    path = item.path.relative_to(settings.BASE_DIR).as_posix()
    is_marked = item.get_closest_marker("django_db") is not None
    fixtures, name = set(getattr(item, "fixturenames", ())), getattr(item, "originalname", item.name)
    return databases.runs_on_postgresql(path, fixtures, is_marked=is_marked, name=name)


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_modify_db_settings_parallel_suffix: None) -> bool:
    """Whether tests begin with a copy, which is made here: always but on a PostgreSQL of somebody's own."""
    if connection.vendor == "postgresql":
        return migrated_database.copy_on_server(connection)
    migrated_database.copy_to(Path(settings.DATABASES["default"]["TEST"]["NAME"]))
    return True


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """Limits are counted in the cache by a user's number, and every test's users begin with the same ones."""
    cache.clear()


@pytest.fixture(autouse=True)
def cells_ask_no_query(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a list shows or exports came with its rows; and a workbook takes words, numbers and days."""
    monkeypatch.setattr(Column, "cell", lists.without_a_query(Column.cell))
    monkeypatch.setattr(Column, "plain", lists.plainly(lists.without_a_query(Column.plain)))


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """The REDIS_URL of a Redis of this run's own."""
    with servers.redis_server() as url:
        yield url


@pytest.fixture
def installation(transactional_db: None, redis_server: str, tmp_path: Path) -> dict[str, str]:
    """The environment of real processes on this test's database: `tests.processes` starts them."""
    return processes.installation(redis_server, tmp_path)


@pytest.fixture
def celery_worker_process(installation: dict[str, str], tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A real worker over a real Redis; tasks that the test sends go to it. Its log is `tmp_path / "worker.log"`."""
    with (
        processes.tasks_sent_to(installation["REDIS_URL"]),
        processes.worker(installation, tmp_path / "worker.log") as worker,
    ):
        yield worker


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = browsers.launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, live_server: object) -> Iterator[Page]:
    """An empty tab at 1280 px on the live server. Fails when a script or the security policy complains."""
    context = browsers.new_context(browser, str(live_server))
    page = context.new_page()
    problems = browsers.problems_of(page)
    yield page
    context.close()
    assert problems == []


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    KEPT.blocker = django_db_blocker
    yield
    KEPT.close()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    KEPT.get_ready(item)


@pytest.fixture
def cast(db: None) -> Cast:
    """One small county with neighbours whose rows could leak; see tests/cast.py."""
    return KEPT.again() if KEPT.atomic else made_again(make_cast)


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> date:
    """The day that pages take for today: the cast's, whenever the test runs."""
    monkeypatch.setattr(timezone, "localdate", lambda *moment: TODAY)
    return TODAY


@pytest.fixture
def as_user(client: Client) -> Callable[[User], Client]:
    """Log the client in: `as_user(cast.secretary).get(…)`."""

    def log_in(user: User) -> Client:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return log_in
