"""Fields and filters of many forms."""

import re
import unicodedata
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, TypeVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms.models import ModelChoiceIterator
from django.forms.utils import flatatt
from django.forms.widgets import ChoiceWidget
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _, gettext_lazy

from members.dates import PartialDate
from members.models.organization import Organization
from members.workbooks.cells import UnreadableCell, partial_date, phone

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)


class PartialDateField(forms.CharField):
    """A day, a month or a year. `latest` is the last day it can reasonably be; it decides the century of “58-11”."""

    latest = date.max

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 20, "strip": True, **kwargs})
        self.widget.attrs["placeholder"] = "1985-07-01"

    def to_python(self, value: object) -> PartialDate | None:  # type: ignore[override]
        written = super().to_python(value)
        try:
            return partial_date(written, self.latest) if written else None
        except UnreadableCell as error:
            raise ValidationError(_("Write a day, a month or a year, like 1985-07-01, 1985-07 or 1985.")) from error

    def run_validators(self, value: object) -> None:
        """The length of what was written says nothing about a date."""

    def prepare_value(self, value: object) -> object:
        return str(value) if isinstance(value, PartialDate) else value


class IdentityNumberField(forms.CharField):
    """Full-width digits, spaces and a small x are made plain; whether the number can be right, the rules say."""

    def to_python(self, value: object) -> str:
        plain = unicodedata.normalize("NFKC", super().to_python(value) or "")
        return re.sub(r"[\s-]", "", plain).upper()


class PhoneField(forms.CharField):
    """A mobile number as eleven digits, a fixed one with its area."""

    def to_python(self, value: object) -> str:
        written = super().to_python(value)
        try:
            return (phone(written) or "") if written else ""
        except UnreadableCell as error:
            raise ValidationError(_("That is no phone number: a mobile number has 11 digits.")) from error


def day_field(**kwargs: Any) -> forms.DateField:
    """A day, chosen from the browser's calendar. What nobody living can mean is refused: a year mistyped by a digit."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(widget=widget, validators=[meant], **kwargs)


def meant(day: date) -> None:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValidationError(_("Write a day between 1900 and 2199."), code="not_meant")


def key_field() -> forms.UUIDField:
    """The key of the row that the form stores: rendered with the page, so that a double click stores one."""
    return forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


def choice_field(choices: Any, **kwargs: Any) -> forms.ChoiceField:
    """One of the choices, or none of them when it isn't required."""
    offered = list(choices.choices)
    return forms.ChoiceField(choices=offered if kwargs.get("required", True) else [("", "—"), *offered], **kwargs)


MOST_IN_SELECT = 15


class LookedUp(forms.Select):
    """A select of at most fifteen choices; of more, a field where the browser offers what fits what is typed."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        context = self.get_context(name, value, attrs)
        widget = context["widget"]
        options = [one for _group, group, _index in widget["optgroups"] for one in group]
        offered = [one for one in options if one["value"] != ""]
        if len(offered) <= MOST_IN_SELECT:
            return self._render(self.template_name, context, renderer)  # type: ignore[attr-defined]
        typed = [one["label"] for one in offered if one["selected"]] or widget["value"]
        more = {"offered": offered, "typed": typed[0], "placeholder": _("Type the first characters")}
        more |= {"list_id": f"{widget['attrs'].get('id', name)}-offered", "attrs": flatatt(widget["attrs"])}
        return render_to_string("includes/looked_up.html", {"name": name, **more})


class FoldedBoxes(ChoiceWidget):
    """Boxes behind a line that names the ticked ones, without the one that `taken`, another field, has chosen."""

    allow_multiple_selected = use_fieldset = True
    taken: forms.BoundField

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        groups = self.get_context(name, value, attrs)["widget"]["optgroups"]
        boxes = [box | {"is_taken": box["value"] == self.taken.value()} for _group, (box,), _index in groups]
        ticked = [str(box["label"]) for box in boxes if box["selected"] and not box["is_taken"]]
        return render_to_string("includes/folded_boxes.html", {"boxes": boxes, "ticked": ticked, "taken": self.taken})


class LookedUpField(forms.ChoiceField):
    """One of many, typed as the list has it or by its name alone where there is one such; links give the key."""

    widget = LookedUp

    def to_python(self, value: Any) -> Any:
        labels = {str(key): _plain(label) for key, label in cast(Iterable[tuple[Any, Any]], self.choices)}
        typed = "" if value is None else _plain(value)
        meant = [typed] if typed in labels or not typed else [key for key, label in labels.items() if label == typed]
        meant = meant or [key for key, label in labels.items() if label.split(" · ")[0] == typed]
        if not meant:
            sentence = _("“%(typed)s” isn't in the list. Type the first characters and choose from what is offered.")
            raise ValidationError(sentence % {"typed": typed}, code="invalid_choice")
        if len(meant) > 1:
            names = _(", ").join(labels[key] for key in meant)
            raise ValidationError(_("There are several, choose one of them: %(names)s.") % {"names": names})
        return super().to_python(meant[0])


def _plain(words: object) -> str:
    return " ".join(unicodedata.normalize("NFC", str(words)).split())


class LookedUpRow(LookedUpField, forms.ModelChoiceField):
    """The same of the rows of a queryset."""


class PersonChoices(ModelChoiceIterator):
    """Everybody by name, namesakes with their group or branch, the year of birth, and at last a sign of the record."""

    def __iter__(self) -> Iterator[tuple[Any, str]]:
        if self.field.empty_label is not None:
            yield "", str(self.field.empty_label)
        people = {self.choice(one)[0]: one for one in self.queryset.all()}
        labels = {value: self.field.label_from_instance(one) for value, one in people.items()}
        places = _place_names(labels, people)
        for telling in (
            lambda one: places.get(one.roster_path),
            lambda one: one.birth_on and str(one.birth_on.year),
            lambda one: str(one.key)[:4],
        ):
            several = Counter(labels.values())
            for value, one in people.items():
                if several[labels[value]] > 1:
                    labels[value] = " · ".join(filter(None, (labels[value], telling(one))))
        yield from labels.items()


class PersonField(LookedUpRow):
    """A member of the queryset."""

    iterator = PersonChoices


def _place_names(labels: Mapping[Any, str], people: Mapping[Any, Any]) -> dict[str, str]:
    """Path → name of the group or branch of each namesake, asked for only where there are any."""
    several = Counter(labels.values())
    paths = {one.roster_path for value, one in people.items() if several[labels[value]] > 1}
    return dict(Organization.objects.filter(path__in=paths).values_list("path", "name")) if paths else {}


MOST_OFFERED = 300
Rows = TypeVar("Rows", bound=QuerySet[Any])
Orders = Mapping[str, tuple[Any, tuple[Any, ...]]]
"""Code → what it is called, and the fields; the first is the usual one."""


def order_field(orders: Orders) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=gettext_lazy("Order"),
        required=False,
        choices=[(code, label) for code, (label, _fields) in orders.items()],
    )


class FilterForm(forms.Form):
    def offer(self, name: str, choices: Iterable[tuple[Any, Any]], nothing: Any = "—") -> None:
        """Those choices, and none of them."""
        cast(forms.ChoiceField, self.fields[name]).choices = [("", nothing), *choices]

    def offer_places(self, places: Iterable[Organization], *, at: Organization | None = None) -> None:
        """`at`: where the page stands already, by a link from elsewhere: then it is a choice too."""
        choices = {place.code: place.name for place in places}
        self.offer("org", (choices | ({at.code: at.name} if at else {})).items())

    def offer_several(self, places: Iterable[Organization]) -> None:
        """A single place is no choice."""
        self.offer_places(offered := list(places))
        if len(offered) < 2:
            del self.fields["org"]


class PlaceForm(FilterForm):
    """Where one looks, and a part of a branch's name."""

    q = forms.CharField(label=gettext_lazy("Branch"), required=False, max_length=60)
    org = LookedUpField(label=gettext_lazy("Organization"), required=False)

    def __init__(self, data: Any, *, places: QuerySet[Organization], at: Organization | None = None) -> None:
        super().__init__(data)
        self.offer_places(places[:MOST_OFFERED], at=at)
        self.is_valid()

    def text(self) -> str:
        return str(self.cleaned_data.get("q") or "")


class ReasonForm(forms.Form):
    """What is taken back or removed needs a word why."""

    reason = forms.CharField(label=gettext_lazy("Why"), max_length=300)


class CallListForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("What the list is for"),
        max_length=200,
        help_text=gettext_lazy("For instance: calls before the heating season. Kept on record with your name."),
    )
