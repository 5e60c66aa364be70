"""Checks that the data is whole: the audit chain, what is derived from other rows, what the database protects."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from importlib import import_module
from typing import Any

from django.apps import apps
from django.conf import settings
from django.utils.module_loading import module_has_submodule

from audit.services import check_chain
from audit.verification import Check
from rulebook.console import JsonCommand


class Command(JsonCommand):
    help = __doc__

    def work(self, **options: Any) -> Mapping[str, object]:
        found = [asdict(check) for check in every_check()]
        rows_differ = any(check["name"] == "rows" and not check["ok"] for check in found)
        check_chain(anchors=settings.AUDIT_ANCHORS, rows_differ=rows_differ)
        return {"ok": all(check["ok"] for check in found), "checks": found}

    def refused(self, answer: Mapping[str, Any]) -> bool:
        return not answer["ok"]

    def sentences(self, answer: Mapping[str, Any]) -> Iterable[str]:
        return (
            f"{'ok   ' if check['ok'] else 'WRONG'} {check['name']}: {check['detail']}" for check in answer["checks"]
        )


def every_check() -> Iterator[Check]:
    """The checks of every app that has a module `verification`."""
    for app in apps.get_app_configs():
        if module_has_submodule(app.module, "verification"):
            yield from import_module(f"{app.name}.verification").checks()
