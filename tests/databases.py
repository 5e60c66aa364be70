"""What of the suite runs on PostgreSQL too: everything that asks a database, less what is named here.

docs/tests.md shows the same table to readers; tests/infrastructure/test_databases.py keeps them alike.
"""

from fnmatch import fnmatch

ONLY_ON_SQLITE = {
    "tests/**test_*view*.py": "What pages say and do. PostgreSQL is asked by each page once, in tests/test_policy.py",
    "tests/**test_*browser*.py": "What a browser makes of a page",
    "tests/branchweb/test_crawl.py": "Where pages lead and what they say; each is asked in tests/test_policy.py",
    "tests/branchweb/demo/test_[!g]*.py": "What stands in the demo; PostgreSQL makes it once",
    "tests/security/test_canaries.py": "Who is shown what is decided above the database; scope is compared on both",
    "tests/branchweb/test_untraced.py": "What no log, session or answer says; no row is asked for it",
    "tests/security/test_every_answer.py": "Headers and tokens of answers",
    "tests/supervision/letters/test_letter_floods.py": "Counted in the memory of each process",
    "tests/test_ways.py": "Which files something passes; what the database answers is asked elsewhere",
}
"""Pattern of the file → why PostgreSQL can't differ there, or where it is asked instead."""
IN_PART = {
    "tests/assessment/dashboard/test_figure_records.py": "What the statements count; SQLite also opens the tiles",
    "tests/assessment/dashboard/test_rollups_follow.py": "Each act by itself; SQLite also in random order",
    "tests/branchweb/demo/test_members.py": "The whole demo is made once",
    "tests/dues/books/test_ledger_machine.py": "The machine plays; that it would notice faults is seen on SQLite",
    "tests/test_policy.py": "Of each line of the table the first who is let in, so that every page is opened once",
}
TEST_OF_PART = {
    "tests/assessment/dashboard/test_figure_records.py": (
        "test_the_statements_count_what_the_apps_that_own_the_facts_count"
    ),
    "tests/assessment/dashboard/test_rollups_follow.py": "test_each_act_is_in_after_one_round",
    "tests/branchweb/demo/test_members.py": "test_the_command_prints_the_log_ins_of_the_contract",
    "tests/dues/books/test_ledger_machine.py": "test_whatever_happens_the_ledger_adds_up",
    "tests/test_policy.py": "test_everybody_is_answered_as_the_table_says",
}
"""The one test of the file that is asked there."""
LONGEST = (
    "tests/test_policy.py",
    "tests/security/test_canaries.py",
    "tests/branchweb/test_crawl.py",
    "tests/reminders/test_chaos.py",
    "tests/security/test_random_forms.py",
    "tests/branchweb/test_drill.py",
    "tests/security/test_letters_leave_no_trace.py",
    "tests/assessment/dashboard/test_rollups_rounds.py",
    "tests/assessment/dashboard/test_figure_records.py",
    "tests/branchweb/demo/test_assessment.py",
    "tests/test_look.py",
)
"""Files that take longer than all others; they are begun first, so that no worker is left alone with one."""
DATABASE_FIXTURES = {"db", "transactional_db", "live_server"}
PAGE_FIXTURES = {"as_user", "client", "browser"}
"""A test with these looks at pages, wherever it lies."""


def asks_a_database(fixtures: set[str], *, is_marked: bool) -> bool:
    return is_marked or bool(fixtures & DATABASE_FIXTURES)


def runs_on_postgresql(path: str, fixtures: set[str], *, is_marked: bool, name: str = "") -> bool:
    """Whether the test of that file, with these fixtures, is run on PostgreSQL too. `name`: without its parameters."""
    if path in TEST_OF_PART:
        return name == TEST_OF_PART[path]
    is_named = any(fnmatch(path, pattern) for pattern in ONLY_ON_SQLITE)
    looks_at_pages = bool(fixtures & PAGE_FIXTURES)
    return asks_a_database(fixtures, is_marked=is_marked) and not is_named and not looks_at_pages
