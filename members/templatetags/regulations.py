"""Rules on pages: the words of `rulebook.wording` for templates."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from members.templatetags.look import badge
from rulebook import wording
from rulebook.rule import Rule
from rulebook.values import Level, Mark

register = template.Library()

MARK_SHAPES = {Mark.OFFICIAL: "good", Mark.REPRINT: "info", Mark.PARAPHRASE: "warn", Mark.UNVERIFIED: "bad"}
LEVEL_SHAPES = {Level.NATIONAL: "quiet", Level.SYSTEM: "info", Level.LOCAL: "warn"}

register.filter("source", wording.source)
register.filter("beginning", wording.beginning)
register.filter("ending", wording.ending)
register.filter("room", wording.room)


@register.simple_tag
def rule_marks(rule: Rule) -> SafeString:
    """Level and mark, each a shape and words."""
    return format_html("{} {}", *(badge(words, shape) for words, shape in mark_badges(rule)))


def mark_badges(rule: Rule) -> list[tuple[str, str]]:
    """Level and mark, each in words with its shape."""
    return [(str(wording.LEVELS[rule.level]), LEVEL_SHAPES[rule.level]), _of_mark(rule.verification)]


def _of_mark(mark: Mark) -> tuple[str, str]:
    return f"{mark.value} · {wording.MARKS[mark]}", MARK_SHAPES[mark]


@register.simple_tag
def mark_badge(mark: Mark) -> SafeString:
    return badge(*_of_mark(mark))


@register.filter
def level_explained(rule: Rule) -> str:
    return str(wording.LEVELS_EXPLAINED[rule.level])


@register.filter
def mark_explained(rule: Rule) -> str:
    return str(wording.MARKS_EXPLAINED[rule.verification])


@register.filter
def own_figure(rule: Rule) -> str:
    """What a local rule sets, in words; empty where none stands."""
    return wording.figure(rule.adopted.value, rule.unit, rule.policy) if rule.adopted else ""


@register.filter
def applies_to(rule: Rule) -> list[str]:
    return [str(wording.APPLIES_TO[code]) for code in rule.applies_to]
