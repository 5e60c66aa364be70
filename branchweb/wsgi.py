import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connections

from branchweb.environment import limited

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "branchweb.settings")

application = get_wsgi_application()
# Here, not in the settings: only pages are to be given up, never a migration, an import or a check of the audit trail.
connections.settings["default"] = limited(connections.settings["default"], settings.STATEMENT_SECONDS)
import_module("branchweb.start").prepare()  # not before the apps are there
connections.close_all()
