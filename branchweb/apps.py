from importlib import import_module

from django.apps import AppConfig


class BranchwebConfig(AppConfig):
    name = "branchweb"

    def ready(self) -> None:
        import_module("branchweb.start")  # registers what is checked before every command
