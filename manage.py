#!/usr/bin/env python
import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "branchweb.settings")
    if "collectstatic" not in sys.argv[:2]:
        os.umask(0o077)  # files of the data folder; static files are for everybody
    execute_from_command_line(sys.argv)
