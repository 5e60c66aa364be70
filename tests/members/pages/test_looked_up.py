"""A field in which one of many is found by the first characters, and chosen from a short list where there are few."""

from datetime import date

import pytest
from django import forms
from django.urls import reverse

from members.choices import OrganizationKind
from members.models import Member
from members.pages.forms import LookedUpField, PersonField
from tests.cast import make_member, make_organization


class WhoForm(forms.Form):
    who = PersonField(queryset=Member.objects.none(), to_field_name="key")

    def __init__(self, data=None, **kwargs):
        super().__init__(data, **kwargs)
        self.fields["who"].queryset = Member.objects.filter(roster_path__gt="").order_by("name_key", "pk")


@pytest.fixture
def crowd(cast):
    """Sixteen more people of the branch."""
    return [make_member(f"同志{number}", cast.branch) for number in "一二三四五六七八九十百千万亿兆京"]


def chosen(typed: str) -> Member | None:
    form = WhoForm({"who": typed})
    return form.cleaned_data["who"] if form.is_valid() else None


def refusal(typed: str) -> str:
    return WhoForm({"who": typed}).errors["who"][0]


def test_few_are_a_select(cast):
    assert "<select" in str(WhoForm()["who"])


def test_of_many_the_browser_offers_names(crowd, django_assert_num_queries):
    form = WhoForm()
    with django_assert_num_queries(1):
        drawn = str(form["who"])
    assert "<select" not in drawn
    assert 'list="id_who-offered"' in drawn and '<datalist id="id_who-offered">' in drawn
    assert drawn.count("<option") == len(form.fields["who"].queryset)
    assert str(crowd[0].key) not in drawn


def test_a_name_means_its_person(crowd):
    assert chosen("同志一") == chosen("  同志一 ") == chosen(str(crowd[0].key)) == crowd[0]


def test_who_is_chosen_already_stands_there_by_name(crowd):
    assert 'value="同志三"' in str(WhoForm(initial={"who": crowd[2].key})["who"])
    assert 'value="同志三"' in str(WhoForm({"who": "同志三"})["who"])


def test_what_cannot_be_understood_stays_as_it_was_typed(crowd):
    form = WhoForm({"who": "同志零"})
    assert "同志零" in form.errors["who"][0]
    assert 'value="同志零"' in str(form["who"])


def test_whoever_is_not_offered_is_nobody(cast, crowd):
    Member.objects.filter(pk=crowd[0].pk).update(roster_path="")
    assert chosen("同志一") is chosen(str(crowd[0].key)) is None
    assert WhoForm({"who": ""}).errors.as_data()["who"][0].code == "required"


def test_namesakes_are_told_apart_by_where_they_stand(cast, crowd, django_assert_num_queries):
    here, there = make_member("陈静", cast.branch), make_member("陈静", cast.group)
    with django_assert_num_queries(2):  # the people, and the places of all namesakes
        str(WhoForm()["who"])
    assert chosen("陈静") is None
    assert f"陈静 · {cast.branch}" in refusal("陈静") and f"陈静 · {cast.group}" in refusal("陈静")
    assert chosen(f"陈静 · {cast.branch}") == here
    assert chosen(f"陈静 · {cast.group}") == there


def test_namesakes_of_one_group_are_told_apart_by_the_year_of_birth(cast, crowd):
    older = make_member("陈静", cast.branch, birth_on=date(1958, 3, 1), birth_precision="year")
    younger = make_member("陈静", cast.branch, birth_on=date(1981, 3, 1), birth_precision="year")
    assert chosen(f"陈静 · {cast.branch} · 1958") == older
    assert chosen(f"陈静 · {cast.branch} · 1981") == younger


def test_namesakes_of_one_year_can_still_be_chosen(cast, crowd):
    twins = [make_member("陈静", cast.branch) for _number in range(2)]
    assert {chosen(f"陈静 · {cast.branch} · {str(one.key)[:4]}") for one in twins} == set(twins)


def test_other_choices_are_understood_by_what_they_are_called():
    field = LookedUpField(choices=[("", "—"), ("a", "\u3000东山镇党委"), ("b", "红旗一支部")], required=False)
    assert [field.clean(typed) for typed in ("a", "东山镇党委", "红旗一支部", "")] == ["a", "a", "b", ""]
    with pytest.raises(forms.ValidationError):
        field.clean("红旗")


def test_a_place_in_an_address_may_be_named(cast, as_user):
    page, staff = reverse("meetings:duty-list"), as_user(cast.county_staff)
    by_code = staff.get(page, {"org": cast.branch.code})
    assert staff.get(page, {"org": cast.branch.name}).context["place"] == by_code.context["place"] == cast.branch


def test_a_name_outside_ones_own_or_of_several_is_no_place(cast, as_user):
    page = reverse("meetings:duty-list")
    assert as_user(cast.secretary).get(page, {"org": cast.other_branch.name}).status_code == 404
    make_organization("namesake", cast.branch.name, OrganizationKind.BRANCH, cast.district)
    assert as_user(cast.county_staff).get(page, {"org": cast.branch.name}).status_code == 404
