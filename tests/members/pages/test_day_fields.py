"""Days that people write: whatever the browser sends, and nothing that nobody can mean."""

import pytest
from django import forms

from members.pages.forms import day_field


class DayForm(forms.Form):
    on = day_field()


@pytest.mark.parametrize("written", ["1900-01-01", "1949-10-01", "2026-11-24", "2199-12-31"])
def test_a_day_that_can_be_meant_is_taken(written: str) -> None:
    form = DayForm({"on": written})

    assert form.is_valid()
    assert form.cleaned_data["on"].isoformat() == written


@pytest.mark.parametrize("written", ["0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31"])
def test_a_year_mistyped_by_a_digit_is_refused_with_what_to_do(written: str) -> None:
    form = DayForm({"on": written})

    assert form.errors == {"on": ["请填写1900年到2199年之间的日期。"]}
