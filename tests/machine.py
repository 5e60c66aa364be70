"""What the machine must have for some tests, and the one place that decides what happens where it is missing."""

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def absent(what: str, package: str) -> NoReturn:
    """End the test: an error in CI, elsewhere a skip with a sentence. Nothing else in the suite may skip."""
    sentence = f"{what} is not on this machine: apt-get install {package}"
    if IN_CI:
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)


def program(*names: str, package: str, folders: str = "") -> str:
    """The path of the first of these programs, also looked for in folders that match a glob (newest name first)."""
    for name in names:
        found = shutil.which(name)
        if found:
            return found
        for folder in sorted(Path("/").glob(folders), reverse=True) if folders else ():
            if (folder / name).exists():
                return str(folder / name)
    absent(names[0], package)
