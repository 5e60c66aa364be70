"""Checks that the data is whole: the audit chain, what is derived from other rows, what the database protects."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandParser
from django.utils.module_loading import module_has_submodule
from django.utils.translation import gettext as _

from audit.anchors import Anchor, anchors_in
from audit.services import check_chain
from audit.verification import Check, anchors_agree
from rulebook.console import JsonCommand, WrongUse


class Command(JsonCommand):
    help = __doc__
    wrong_use = (ImproperlyConfigured,)
    requires_system_checks = ()
    """It says itself which keys are missing, also where the program doesn't start."""

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--anchors", metavar="FILE", help="also compare with anchors kept elsewhere; - reads them")

    def work(self, *, anchors: str | None, **options: Any) -> Mapping[str, object]:
        carried_off = [anchors_agree("anchors_elsewhere", given(anchors))] if anchors else []
        found = [asdict(check) for check in (*every_check(), *carried_off)]
        rows_differ = any(check["name"] == "rows" and not check["ok"] for check in found)
        check_chain(anchors=settings.AUDIT_ANCHORS, rows_differ=rows_differ)
        return {"ok": all(check["ok"] for check in found), "checks": found}

    def refused(self, answer: Mapping[str, Any]) -> bool:
        return not answer["ok"]

    def sentences(self, answer: Mapping[str, Any]) -> Iterable[str]:
        return (
            f"{'ok   ' if check['ok'] else 'WRONG'} {check['name']}: {check['detail']}" for check in answer["checks"]
        )


def given(source: str) -> list[Anchor]:
    """The anchors in a file or a mail, or on standard input."""
    try:
        text = sys.stdin.read() if source == "-" else Path(source).read_text(errors="replace")
    except OSError as error:
        raise WrongUse(str(error)) from None
    found = list(anchors_in(text.splitlines()))
    if not found:
        raise WrongUse(_("There is no anchor in %(source)s.") % {"source": source})
    return found


def every_check() -> Iterator[Check]:
    """The checks of every app that has a module `verification`."""
    for app in apps.get_app_configs():
        if module_has_submodule(app.module, "verification"):
            yield from import_module(f"{app.name}.verification").checks()
