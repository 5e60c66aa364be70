"""Points for each step of a ratio: “每低于90%一个百分点扣0.5分”, “低于95%的，每低5%扣1分”, “低于80%扣1分”."""

import re

PER_CENT = r"(\d{1,3})(?:\.\d+)?%"
STEP = r"(\d{1,2})?(?:个?百分点|%)"
LOWER = r"(?:低于|低|下降|降低|减少|少于|少|差|降)"
BOTH_AT_ONCE = re.compile(rf"每低于{PER_CENT}(?:的|,)?(?:每?低?(?:于)?)?{STEP}")
BELOW = re.compile(rf"(?:低于|不足|未达到?|达不到|不到|少于|没有达到){PER_CENT}")
EACH = re.compile(rf"每(?:再)?{LOWER}{STEP}")
FULL = re.compile(rf"(?:达到?|不低于|应在|须达|为)?{PER_CENT}(?:及?以上)?")
RATES = re.compile(r"率|比例|占比|百分比")
ONCE = 100


def steps_of(text: str, before: str = "") -> tuple[int, int] | None:
    """From how many per cent nothing is taken, and how long a step is; None where this is no ratio.

    One step of a hundred: points are taken once, however far it is below. `before`: what stands before it.
    """
    if found := BOTH_AT_ONCE.search(text):
        return _within(found[1], found[2])
    below, each = BELOW.search(text), EACH.search(text)
    if each and below and below.start() != each.start():
        return _within(below[1], each[1])
    if each:
        full = FULL.search(text[: each.start()]) or FULL.search(before)
        return _within(full[1] if full else "100", each[1])
    return _within(below[1], str(ONCE)) if below else None


def _within(full: str, step: str | None) -> tuple[int, int] | None:
    at, by = int(full), int(step or 1)
    return (at, by) if 1 <= at <= 100 and 1 <= by <= 100 else None
