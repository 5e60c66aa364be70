"""One search over everything that somebody may open: people, meetings, organizations, pages and regulations."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from branchweb.guide import guide_file, sentences_about, words_for
from meetings.choices import MeetingKind
from meetings.meeting.models import Meeting
from members.access.policy import signed_in
from members.choices import Capability
from members.models import Member, Organization, User
from members.pages.navigation import Page, seen_by
from members.pages.requests import PageRequest
from rulebook.finding import Search, find, is_article, split

MOST = 8
"""Of each kind; the lists themselves show all."""
LONGEST = 60


@dataclass(frozen=True, slots=True)
class Hit:
    title: str
    text: str
    url: str
    contact: str = ""
    """Where a contact with somebody is written down, for who may."""


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found of one kind. `every`: where all of them are listed, when there may be more."""

    label: str
    icon: str
    hits: list[Hit]
    every: str = ""


@signed_in
@require_GET
def search(request: PageRequest) -> HttpResponse:
    """What is found by what was typed; a part of the page for the box in the frame, which asks while one types."""
    text = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST]
    groups = list(found(text, request.user, on=request.today)) if text else []
    template = "includes/search_hits.html" if request.htmx else "search.html"
    return render(request, template, {"searched_for": text, "groups": groups})


def found(text: str, user: User, *, on: date) -> Iterator[Hits]:
    """The kinds that have something, each with its best hits. Four queries at most."""
    kinds = (
        Hits(_("Members"), "people", people(text, user), _every("members:roster-list", text)),
        Hits(_("Meetings"), "calendar-event", meetings(text, user), _every_meeting(text)),
        Hits(_("Organizations"), "diagram-3", organizations(text, user), _every("members:organization-tree", text)),
        Hits(_("Pages of the program"), "signpost-split", pages(text, user)),
        Hits(
            _("Regulations"),
            "journal-bookmark",
            regulations(text, on),
            _every("members:regulation-list", text),
        ),
    )
    for kind in kinds:
        if kind.hits:
            yield Hits(kind.label, kind.icon, kind.hits[:MOST], kind.every if len(kind.hits) > MOST else "")


def _every(url_name: str, text: str) -> str:
    return f"{reverse(url_name)}?{urlencode({'q': text})}"


def people(text: str, user: User) -> list[Hit]:
    """By characters of the name, pinyin, initials or the end of a number."""
    rows = Member.objects.visible_to(user).search(text).order_by("name_key", "pk")
    members = list(rows.only("key", "name", "roster_path")[: MOST + 1])
    places = dict(
        Organization.objects.filter(path__in={one.roster_path for one in members}).values_list("path", "name")
    )
    return [
        Hit(one.name, places.get(one.roster_path, _("on no roster")), _record_of(one, user), _contact_with(one, user))
        for one in members
    ]


def _contact_with(member: Member, user: User) -> str:
    may = member.roster_path and user.access.may(Capability.RECORD_CONTACTS, member.roster_path)
    return reverse("members:contact-add", args=[member.key]) if may else ""


def _record_of(member: Member, user: User) -> str:
    """A member's page as its officers see it; one's own is another, which shows what the record says of oneself."""
    if member.pk == user.access.member_id and not user.access.may(Capability.VIEW_ROSTER, member.roster_path):
        return reverse("members:member-me")
    return reverse("members:member-detail", args=[member.key])


def meetings(text: str, user: User) -> list[Hit]:
    """By a part of the title, the kind, also as it is called otherwise, or the day, the newest first."""
    kinds = _kinds(text)
    rows = Meeting.objects.visible_to(user).filter(
        Q(title__icontains=text) | Q(kind__in=kinds) | Q(day__in=_days(text))
    )
    rows = rows.select_related("organization").order_by("-day", "key")[: MOST + 1]
    return [
        Hit(row.name, f"{row.day:%Y-%m-%d} · {row.organization}", reverse("meetings:meeting-detail", args=[row.pk]))
        for row in rows
    ]


def _kinds(text: str) -> list[MeetingKind]:
    return [kind for kind in MeetingKind if text in f"{kind.label} {guide_file()['kinds'].get(kind, '')}"]


def _every_meeting(text: str) -> str:
    """The list is asked for one kind, or for words of the title; it knows no several kinds."""
    kinds = _kinds(text)
    if not kinds:
        return _every("meetings:meeting-list", text)
    return reverse("meetings:meeting-list") + (f"?kind={kinds[0]}" if len(kinds) == 1 else "")


def _days(text: str) -> list[date]:
    try:
        return [date.fromisoformat(text)]
    except ValueError:
        return []


def organizations(text: str, user: User) -> list[Hit]:
    """By a part of the name or the beginning of the code."""
    if Capability.VIEW_ORGANIZATIONS not in user.access.capabilities:
        return []
    rows = Organization.objects.visible_to(user).found_by(text).order_by("path")[: MOST + 1]
    return [Hit(row.name, row.code, reverse("members:organization-detail", args=[row.code])) for row in rows]


def pages(text: str, user: User) -> list[Hit]:
    """The pages that this person may open: by their own name, then that of their tab or entry, then by what they are
    also called and what the guide says of them."""
    seen, sought = seen_by(user.access), text.casefold()
    named = [
        (page, str(entry.label), sought in str(tab.label).casefold() or sought == str(entry.label).casefold())
        for entry, shown in seen.entries
        for tab in entry.tabs
        for page in tab.pages
        if page in shown
    ]
    named += [(page, "", False) for page in seen.apart]
    hits = [_page(page, entry) for page, entry, _is_near in named if sought in str(page.label).casefold()]
    hits += [_page(page, entry) for page, entry, is_near in named if is_near]
    if len(sought.encode()) >= SHORTEST:
        hits += [_page(page, entry) for page, entry, _is_near in named if sought in words_for(page)]
        said = ((page, words) for page, *_more in named for words in sentences_about(page))
        hits += [_page(page, words) for page, words in said if sought in words.casefold()]
    unique: dict[str, Hit] = {}
    for hit in hits:
        unique.setdefault(hit.url, hit)
    return list(unique.values())[:MOST]


SHORTEST = 4
"""Bytes: two characters, or four letters. What is shorter stands in too many sentences of the guide."""


def _page(page: Page, text: str) -> Hit:
    return Hit(str(page.label), text, reverse(page.url_name))


def regulations(text: str, on: date) -> list[Hit]:
    """Rules in force by words of their title or text, or by their article, which stands first."""
    rules = [rule for _subject, rules in find(Search(words=text, on=on)) for rule in rules]
    rules.sort(key=lambda rule: not any(is_article(word, rule) for word in split(text)))
    return [
        Hit(str(rule.title), str(rule.citation), reverse("members:regulation-detail", args=[rule.key]))
        for rule in rules[: MOST + 1]
    ]
