"""The guide behind "Help": what one does on the pages of weight, for the entries of whoever is logged in."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext as _
from django.views.decorators.http import require_safe

from members.access.policy import signed_in
from members.pages.navigation import Page, seen_by
from members.pages.requests import PageRequest

PUBLIC = "letterbox:about"
"""Needs no log-in, and stands in no navigation."""


@dataclass(frozen=True, slots=True)
class GuideSection:
    title: Any
    anchor: str
    sentence: str
    steps: list[tuple[str, str, Any]]
    """What is done, with the address and the name of its page; none for what is done on the way."""


@cache
def guide_file() -> dict[str, Any]:
    with Path(__file__).with_name("guide.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def sections_by_page() -> dict[str, dict[str, Any]]:
    """Name of a page → what the file says of it."""
    return {one["page"]: one for one in guide_file()["sections"]}


def sentences_about(page: Page) -> Iterator[str]:
    """All that the guide says of it, in its own section and in those of other pages."""
    yield sentence_of(page)
    index = 1 if _language() == "zh" else 2
    steps = ((step[0] or one["page"], step[index]) for one in guide_file()["sections"] for step in one["steps"])
    yield from (words for name, words in steps if name == page.url_name)


def words_for(page: Page) -> str:
    """What people also call it."""
    return str(guide_file()["words"].get(page.url_name, ""))


def sentence_of(page: Page) -> str:
    """What one does there, in the language of the page; empty for a page the guide doesn't name."""
    said = sections_by_page().get(page.url_name)
    return said[_language()] if said else ""


def anchor_of(page: Page) -> str:
    return page.url_name.replace(":", "-")


def help_with(around: list[Page]) -> tuple[str, str] | None:
    """For the menu of help: the sentence of the first of them that the guide names, and where it goes on."""
    found = ((sentence, f"{reverse('guide')}#{anchor_of(page)}") for page in around if (sentence := sentence_of(page)))
    return next(found, None)


def _language() -> str:
    return "zh" if get_language() == settings.LANGUAGE_CODE else "en"


@signed_in
@require_safe
def guide(request: PageRequest) -> HttpResponse:
    """The whole ways in short steps."""
    seen = seen_by(request.user.access)
    shown = [page for entry, held in seen.entries for page in entry.pages if page in held] + list(seen.apart)
    return render(request, "guide.html", {"sections": list(_sections(shown))})


def _sections(shown: list[Page]) -> Iterator[GuideSection]:
    labels = {PUBLIC: _("Sealed letters to inspectors")} | {page.url_name: page.label for page in shown}
    for page in shown:
        if said := sections_by_page().get(page.url_name):
            steps = [_step(step, labels) for step in said["steps"] if step[0] in labels or not step[0]]
            yield GuideSection(page.label, anchor_of(page), sentence_of(page), steps)


def _step(step: list[str], labels: dict[str, Any]) -> tuple[str, str, Any]:
    name, zh, en = step
    return zh if _language() == "zh" else en, reverse(name) if name else "", labels.get(name, "")
