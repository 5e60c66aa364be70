"""Regulations to read and to try, and local rules."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from members.access.policy import get_in_scope, requires, signed_in
from members.choices import Capability
from members.models.organization import LocalRule
from members.pages.listing import Act, Listing, Nothing, Shown, acts, badges, linked, text
from members.pages.requests import PageRequest
from members.pages.steps import Crumb, Step, form_page
from members.regulations.forms import TRIALS, LocalRuleEndForm, LocalRuleForm, RegulationFilter
from members.regulations.queries import bearing_on, endable, in_force_at, place_of
from members.regulations.services import Basis, add_local_rule, end_local_rule
from members.templatetags.regulations import mark_badges, own_figure
from rulebook.book import rule_if_held, versions
from rulebook.finding import Search, find
from rulebook.rule import Rule
from rulebook.wording import LEVELS, LEVELS_EXPLAINED, MARKS, MARKS_EXPLAINED, beginning, ending, figure, room, source

REGULATIONS: Crumb = (_("Regulations"), reverse_lazy("members:regulation-list"))
LOCAL_RULES: Crumb = (_("Local rules"), reverse_lazy("members:regulation-local-list"))
ON_ONE_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class LocalLine:
    """A local rule as its reader sees it; `rule` in its newest version."""

    row: LocalRule
    rule: Rule
    may_end: bool

    @property
    def figure(self) -> str:
        """What it sets, in words."""
        return figure(self.rule.policy.read(str(self.row.value)), self.rule.unit, self.rule.policy)

    @property
    def holds(self) -> str:
        return _period(self.row.valid_from, self.row.valid_until or "")

    def acts(self) -> Iterator[Act]:
        if self.may_end:
            yield _("End"), reverse("members:regulation-local-end", args=[self.row.key]), str(self.rule.title)


def _period(begin: date | str, end: date | str) -> str:
    words = {"begin": begin, "end": end}
    return _("from %(begin)s until %(end)s") % words if end else _("from %(begin)s") % words


def _page_of(rule: Rule) -> str:
    return reverse("members:regulation-detail", args=[rule.key])


def _here(rule: Rule) -> str:
    """What stands here instead, by a local rule."""
    words = {"figure": own_figure(rule), "document": rule.adopted.document if rule.adopted else ""}
    return _("Here: %(figure)s (%(document)s)") % words if rule.adopted else ""


RULES = Listing(
    columns=[
        linked("rule", _("Rule"), "title", url=_page_of),
        text("says", _("What it says"), below=_here),
        text("source", _("Source"), source, below=lambda rule: _period(beginning(rule), ending(rule))),
        badges("marks", _("Level and mark"), lambda rule, _on: mark_badges(rule)),
    ],
    phone=["rule", "marks", "says"],
    nothing=Nothing(_("No rule was found. Try fewer words, another day, or all versions."), "search"),
    size=ON_ONE_PAGE,
)
LOCAL = Listing(
    columns=[
        linked("rule", _("Rule"), "rule.title", url=lambda line: _page_of(line.rule)),
        text("committee", _("Committee"), "row.organization.name"),
        text("figure", _("What it sets")),
        text("document", _("Document"), lambda line: f"{line.row.document} {line.row.number}"),
        text("approved", _("Approved"), lambda line: f"{line.row.approved_by}, {line.row.approved_on}"),
        text("holds", _("Holds")),
        acts(LocalLine.acts),
    ],
    phone=["rule", "figure", "committee", "holds"],
    nothing=Nothing(_("No committee has set a rule of its own yet."), "pencil-square"),
    size=ON_ONE_PAGE,
)
SETTABLE = Listing(
    columns=[
        linked("rule", _("Rule"), "title", url=_page_of),
        text("says", _("Without a local rule")),
        text("room", _("Decided locally"), room),
        acts(lambda rule: [(_("Set locally"), reverse("members:regulation-local-add", args=[rule.key]), rule.title)]),
    ],
    phone=["rule", "acts", "room"],
    nothing=Nothing(_("Nothing is left to decide locally.")),
    size=ON_ONE_PAGE,
)


@signed_in
@require_GET
def regulation_list(request: PageRequest) -> HttpResponse:
    """Every rule by subject, as it stands at the reader's place on the day asked for."""
    form = RegulationFilter(request.GET)
    search = form.search(request.today)
    local = in_force_at(place_of(request.user), on=search.on) if search.on else ()
    found = find(search, local)
    context = {
        "form": form,
        "parts": [(subject, RULES.shown(request, rules)) for subject, rules in found],
        "nothing": RULES.nothing,
        "count": sum(len(rules) for _subject, rules in found),
        "on": search.on,
        "marks": [(mark, MARKS[mark], MARKS_EXPLAINED[mark]) for mark in MARKS],
        "levels": [(LEVELS[level], LEVELS_EXPLAINED[level]) for level in LEVELS],
    }
    return render(request, "members/regulations/list.html", context)


@signed_in
@require_GET
def regulation_detail(request: PageRequest, key: str) -> HttpResponse:
    """One rule with all its versions, and the local rules that bear on it here."""
    held = versions_or_404(key)
    current = next((one for one in held if one.holds(request.today)), None)
    local = in_force_at(place_of(request.user), on=request.today)
    may_manage = Capability.MANAGE_LOCAL_RULES in request.user.access.capabilities
    context = {
        "rule": held[-1],
        "versions": held[::-1],
        "current": current.with_local(local, request.today) if current else None,
        "listing": _local(request, {"rule"}, rule_key=key),
        "may_set": bool(may_manage and current and current.policy.direction != "none"),
    }
    return render(request, "members/regulations/detail.html", context)


@signed_in
@require_GET
def regulation_try(request: PageRequest, what: str) -> HttpResponse:
    """A rule computed with typed figures; nothing is stored."""
    if what not in TRIALS:
        raise Http404
    title, form_class = TRIALS[what]
    form = form_class(request.GET or None, initial={"on": request.today})
    local = in_force_at(place_of(request.user), on=form.cleaned_data["on"]) if form.is_valid() else ()
    outcome = form.outcome(local) if form.is_valid() else None
    trials = [(name, label) for name, (label, _form) in TRIALS.items()]
    context = {"form": form, "outcome": outcome, "what": what, "title": title, "trials": trials}
    return render(request, "members/regulations/try.html", context)


def versions_or_404(key: str) -> tuple[Rule, ...]:
    if key not in versions():
        raise Http404
    return versions()[key]


@signed_in
@require_GET
def local_rule_list(request: PageRequest) -> HttpResponse:
    """Local rules of one's own subtree and of the committees above."""
    in_book = find(Search(on=request.today))
    parts = [(part, [one for one in found if one.policy.direction != "none"]) for part, found in in_book]
    without = _without_acts(request)
    return _local(request, set()).answer(
        title=_("Local rules"),
        crumbs=[REGULATIONS],
        lead=_(
            "What committees have set for themselves, each with its document. A local rule fills in or tightens, it "
            "never loosens."
        ),
        prints=False,
        template="members/regulations/local_list.html",
        more={"settable": [(part, SETTABLE.shown(request, found, without=without)) for part, found in parts if found]},
    )


def _local(request: PageRequest, without: set[str], **asked: str) -> Shown:
    """The local rules that bear on the reader, or those of one rule."""
    rows = list(bearing_on(request.user).filter(**asked))
    ends = endable(rows, request.user)
    lines = [LocalLine(row, versions()[row.rule_key][-1], row.key in ends) for row in rows]
    return LOCAL.shown(request, lines, without=without | _without_acts(request))


def _without_acts(request: PageRequest) -> set[str]:
    return set() if Capability.MANAGE_LOCAL_RULES in request.user.access.capabilities else {"acts"}


@requires(Capability.MANAGE_LOCAL_RULES)
@require_http_methods(["GET", "POST"])
def local_rule_add(request: PageRequest, key: str) -> HttpResponse:
    """Set a committee's own figure for one rule."""
    held = settable_or_404(request, key)
    return form_page(
        request,
        LocalRuleForm(request.POST or None, user=request.user, rule=held, initial={"valid_from": request.today}),
        lambda typed: _add(request, held, typed),
        Step(
            _("Local rule: %(rule)s") % {"rule": held.title}, _("Store the local rule"), _("The local rule is stored.")
        ),
        _page_of(held),
        crumbs=[REGULATIONS, (str(held.title), _page_of(held))],
        lead=str(held.says),
        notes=[source(held), room(held)],
    )


@requires(Capability.MANAGE_LOCAL_RULES)
@require_http_methods(["GET", "POST"])
def local_rule_end(request: PageRequest, key: str) -> HttpResponse:
    """End a local rule from a day on, with a reason."""
    local_rule = get_in_scope(request, LocalRule.objects.select_related("organization"), pk=key)
    line = LocalLine(local_rule, versions()[local_rule.rule_key][-1], may_end=True)
    return form_page(
        request,
        LocalRuleEndForm(request.POST or None, initial={"on": request.today}),
        lambda typed: end_local_rule(local_rule=local_rule, by=request.user, **typed),
        Step(_("End a local rule"), _("End it"), _("The local rule has ended.")),
        "members:regulation-local-list",
        crumbs=[REGULATIONS, LOCAL_RULES],
        facts=[
            (_("Rule"), line.rule.title),
            (_("Committee"), local_rule.organization.name),
            (_("What it sets"), line.figure),
            (_("Document"), f"{local_rule.document} {local_rule.number}"),
            (_("Holds"), line.holds),
        ],
    )


def settable_or_404(request: PageRequest, key: str) -> Rule:
    versions_or_404(key)
    held = rule_if_held(key, request.today)
    if held is None or held.policy.direction == "none":
        raise Http404
    return held


def _add(request: PageRequest, held: Rule, typed: dict[str, Any]) -> LocalRule:
    basis = Basis(typed["document"], typed["number"], typed["approved_by"], typed["approved_on"])
    return add_local_rule(
        key=typed["key"],
        organization=typed["organization"],
        rule_key=held.key,
        value=typed["value"],
        basis=basis,
        valid_from=typed["valid_from"],
        on=request.today,
        by=request.user,
    )
