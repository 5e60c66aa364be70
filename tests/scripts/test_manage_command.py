"""The command that the guide has administrators install: it runs where they stand."""

import os
import re
import subprocess

import pytest
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

GUIDE = settings.BASE_DIR / "docs/administration.md"
SETPRIV = """#!/bin/sh
while [ "${1#--}" != "$1" ]; do [ "$1" = --init-groups ] || shift; shift; done
exec "$@"
"""
"""Without changing the user: the test is nobody's root."""


@pytest.fixture
def installed(tmp_path):
    """The script out of the guide, for the program's folder here; runs in the folder given."""
    script = re.search(r"branchweb-manage`, executable.*?```sh\n(.*?)```", GUIDE.read_text(), re.DOTALL)[1]
    (tmp_path / "env").write_text(f"BRANCHWEB_DATA={tmp_path / 'data'}\n")
    places = {"/opt/branchweb": str(settings.BASE_DIR), "/etc/branchweb.env": str(tmp_path / "env")}
    for place, here in places.items():
        script = script.replace(place, here)
    for name, text in {"branchweb-manage": script, "setpriv": SETPRIV}.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)

    def run(*arguments, cwd):
        path = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
        return subprocess.run(["branchweb-manage", *arguments], cwd=cwd, env=path, capture_output=True, text=True)

    return run


def test_a_path_is_meant_from_the_folder_where_one_stands(installed, tmp_path):
    """The file is found: what it says is what's wrong."""
    stands = tmp_path / "stick"
    stands.mkdir()
    (stands / "private-key.txt").write_text("nonsense")
    done = installed("restore", "backup", "--key", "private-key.txt", cwd=stands)

    with translation.override(settings.LANGUAGE_CODE):
        assert (done.returncode, gettext("That is no private key of a backup.")) == (2, done.stderr.strip())
