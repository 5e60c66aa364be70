"""Which files of the program something passes, in the order in which it comes to them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from django.conf import settings

from rulebook.book import all_rules

APPS = ("branchweb", "reminders", "assessment", "supervision", "dues", "meetings", "members", "audit", "rulebook")
ROOTS = tuple(f"{settings.BASE_DIR / app}/" for app in APPS)


def imports_something(frame: FrameType | None) -> bool:
    """Whether a function runs because one of our modules is imported just now."""
    while frame:
        if frame.f_code.co_name == "<module>" and frame.f_code.co_filename.startswith(ROOTS):
            return True
        frame = frame.f_back
    return False


@contextmanager
def traced() -> Iterator[list[str]]:
    """The files, from the top of the repository, of which a function ran meanwhile and not to import something."""
    forget_answers()
    files: dict[str, None] = {}

    def note(frame: FrameType, event: str, argument: object) -> None:
        name = frame.f_code.co_filename
        if name.startswith(ROOTS) and name not in files and not imports_something(frame):
            files[name] = None

    way: list[str] = []
    before = sys.gettrace()
    sys.settrace(note)
    try:
        yield way
    finally:
        sys.settrace(before)
        way += [name.removeprefix(f"{settings.BASE_DIR}/") for name in files]


def forget_answers() -> None:
    """Whatever remembers answers begins without any; but the regulations are read, as when a process has begun."""
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] in APPS:
            for value in list(vars(module).values()):
                if hasattr(value, "cache_clear"):
                    value.cache_clear()
    all_rules()
