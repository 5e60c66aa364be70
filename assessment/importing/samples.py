"""The sample workbooks that the program brings along (scripts/make_scheme_samples.py makes them)."""

from dataclasses import dataclass
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FOLDER = Path(__file__).resolve().parents[1] / "data" / "samples"


@dataclass(frozen=True, slots=True)
class Sample:
    number: str
    name: str
    about: Promise

    @property
    def path(self) -> Path:
        return FOLDER / self.name


SAMPLES = (
    Sample(
        "1",
        "样表一-学校党支部.xlsx",
        _("A school's: merged items, a cycle for each, party work beside teaching."),
    ),
    Sample("2", "样表二-机关党支部.xlsx", _("An office's: a heading row over each part, deductions beside.")),
    Sample("3", "样表三-量化指标.xlsx", _("By levels: each with the papers that are looked at.")),
    Sample("4", "样表四-分档测评.xlsx", _("By tiers: how often and how well; the branch's own view counts too.")),
)
BY_NUMBER = {sample.number: sample for sample in SAMPLES}
