"""What runs on which database: the table, the page that shows it, and the files that it names."""

import pytest
from django.conf import settings

from tests.databases import IN_PART, LONGEST, ONLY_ON_SQLITE, TEST_OF_PART, runs_on_postgresql

PAGE = settings.BASE_DIR / "docs/tests.md"
NAMED = [*ONLY_ON_SQLITE, *IN_PART, *LONGEST]


@pytest.mark.parametrize("pattern", NAMED)
def test_what_is_named_is_there(pattern):
    assert list(settings.BASE_DIR.glob(pattern.replace("**", "**/")))


def test_the_page_shows_the_table():
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| `tests/")]
    assert rows == [f"| `{pattern}` | {why} |" for pattern, why in (ONLY_ON_SQLITE | IN_PART).items()]


@pytest.mark.parametrize(
    ("path", "fixtures", "is_marked", "runs"),
    [
        ("tests/dues/test_rules.py", set(), False, False),
        ("tests/dues/test_rules.py", {"django_db_setup", "django_db_blocker"}, False, False),  # every test has these
        ("tests/dues/payments/test_payment_list.py", {"as_user", "cast", "db"}, True, False),
        ("tests/dues/test_charging.py", {"cast", "db"}, False, True),
        ("tests/dues/test_charging.py", set(), True, True),
        ("tests/dues/charging/test_bases_views.py", {"cast", "db"}, True, False),
        ("tests/security/test_canaries.py", {"canaries"}, True, False),
        ("tests/members/test_api.py", {"client", "cast", "db"}, True, False),
        ("tests/test_look.py", {"page", "browser", "live_server", "transactional_db"}, True, False),
    ],
)
def test_only_what_asks_a_database_runs_on_postgresql(path, fixtures, is_marked, runs):
    assert runs_on_postgresql(path, fixtures, is_marked=is_marked) is runs


@pytest.mark.parametrize(
    ("name", "runs"),
    [
        ("test_everybody_is_answered_as_the_table_says", True),
        ("test_a_method_that_is_not_in_the_table_is_refused", False),
    ],
)
def test_of_the_policy_one_test_runs_on_postgresql(name, runs):
    fixtures = {"world", "django_db_blocker"}
    assert runs_on_postgresql("tests/test_policy.py", fixtures, is_marked=True, name=name) is runs


def test_a_part_is_run_though_the_other_files_of_its_folder_are_not():
    path, name = "tests/branchweb/demo/test_members.py", "test_the_command_prints_the_log_ins_of_the_contract"
    assert runs_on_postgresql(path, {"db"}, is_marked=True, name=name)
    assert not runs_on_postgresql(path, {"db"}, is_marked=True, name="test_another")
    assert not runs_on_postgresql(path.replace("members", "dues"), {"db"}, is_marked=True, name=name)


def test_the_tests_of_parts_are_there():
    for path, name in TEST_OF_PART.items():
        assert f"def {name}(" in (settings.BASE_DIR / path).read_text()
