import subprocess
import sys

import pytest
from django.conf import settings

from scripts.take_screenshots import PICTURES, WIDTHS
from tests.machine import program


@pytest.mark.slow
@pytest.mark.browser
def test_every_picture_of_the_documents_can_be_taken_anew(tmp_path):
    """Also a short walk through the whole program as `make run` starts it: web, worker, demo county, every role.

    On a phone, for each page again: at the other widths the pages are the same.
    """
    program("chromium", "chromium-browser", "google-chrome", package="chromium")
    command = [sys.executable, "-m", "scripts.take_screenshots", "--width", "360", str(tmp_path)]
    done = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    taken = {path.name: path.stat().st_size for path in tmp_path.iterdir()}
    assert set(taken) == {name for picture in PICTURES for name in picture.files("360")}
    assert all(10_000 < size < 300_000 for size in taken.values())


def test_the_documents_have_every_picture_and_no_other():
    there = {path.name for path in (settings.BASE_DIR / "docs/screenshots").glob("*.png")}
    assert there == {name for picture in PICTURES for width in WIDTHS for name in picture.files(width)}


def test_the_readme_shows_a_picture_that_the_script_takes():
    shown = [line for line in (settings.BASE_DIR / "README.md").read_text().splitlines() if "docs/screenshots/" in line]
    assert any(f"docs/screenshots/{picture.name}-1280.png" in line for picture in PICTURES for line in shown)
