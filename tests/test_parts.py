"""The parts that pages are put together from, as docs/pages.md describes them."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.template import engines
from django.test import RequestFactory

from members.templatetags.look import badge, icon, message_icon, minutes

INCLUDES = settings.BASE_DIR / "templates" / "includes"


class FilterForm(forms.Form):
    q = forms.CharField(required=False, label="找人")
    category = forms.ChoiceField(required=False, choices=[("", "全部"), ("retired", "离退休")])


def part(name: str, address: str = "/roster/", **context: object) -> str:
    """The HTML of an include, as a page at the address would show it."""
    template = engines["django"].from_string(f'{{% include "includes/{name}.html" %}}')
    return template.render(context, RequestFactory().get(address))


@pytest.mark.parametrize("include", sorted(INCLUDES.glob("*.html")), ids=lambda path: path.stem)
def test_every_part_is_described_or_belongs_to_the_frame(include: Path) -> None:
    base = (settings.BASE_DIR / "templates" / "base.html").read_text()
    head = (INCLUDES / "site_head.html").read_text()
    members = settings.BASE_DIR / "members"
    frame = (members / "pages" / "navigation.py").read_text()
    described = (settings.BASE_DIR / "docs" / "pages.md").read_text()
    assert f"includes/{include.name}" in base + head + frame + described


def test_every_part_that_is_described_exists() -> None:
    described = re.findall(r"\"(includes/\w+\.html)\"", (settings.BASE_DIR / "docs" / "pages.md").read_text())
    assert [name for name in described if not (settings.BASE_DIR / "templates" / name).is_file()] == []


# --- Tags ------------------------------------------------------------------------------------------------------------
def test_an_icon_is_decoration() -> None:
    assert 'aria-hidden="true"' in icon("people")
    assert icon("people").endswith('icons.svg#people"></use></svg>')


def test_a_badge_has_a_word_and_a_shape_and_escapes_what_people_typed() -> None:
    shown = badge("<b>预备党员</b>", "warn")
    assert "&lt;b&gt;预备党员" in shown
    assert "exclamation-triangle-fill" in shown


def test_an_unknown_kind_of_badge_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        badge("x", "pink")


@pytest.mark.parametrize(
    ("tags", "name"), [("success", "check-circle-fill"), ("extra error", "x-circle-fill"), ("info", "info-circle-fill")]
)
def test_a_message_has_the_icon_of_its_level(tags: str, name: str) -> None:
    assert message_icon(tags) == name


@pytest.mark.parametrize(("seconds", "whole"), [(900, 15), (901, 16), (1, 1), (0, 0)])
def test_minutes_are_rounded_up(seconds: int, whole: int) -> None:
    assert minutes(timedelta(seconds=seconds)) == whole


# --- Forms that were refused ------------------------------------------------------------------------------------------
class TalkForm(forms.Form):
    who = forms.CharField(label="谈话对象")
    manner = forms.ChoiceField(label="方式", choices=[("visit", "上门")], widget=forms.RadioSelect)
    key = forms.UUIDField(widget=forms.HiddenInput)
    place = forms.CharField(label="地点", required=False)

    def clean(self) -> None:
        raise forms.ValidationError("这次谈话已经登记过。")


@pytest.mark.parametrize(
    "way", ['{% include "includes/form_errors.html" %}', "{% load crispy_forms_filters %}{{ form|crispy }}"]
)
def test_what_was_refused_is_summed_up_once_with_the_focus_and_leads_to_the_fields(way: str) -> None:
    shown = engines["django"].from_string(way).render({"form": TalkForm({"key": "x"})})
    summary = re.findall(r'<div class="notice.*?</div>', shown, re.DOTALL)
    assert len(summary) == 1
    assert 'tabindex="-1" autofocus' in summary[0]
    assert re.findall(r'href="#(\w+)">(\w+)</a> \S', summary[0]) == [("id_who", "谈话对象"), ("id_manner_0", "方式")]
    assert summary[0].count("<p>") == 4
    assert shown.count("已经登记过") == 1


@pytest.mark.parametrize("form", [TalkForm(), forms.formset_factory(TalkForm)(), None], ids=["fresh", "set", "none"])
def test_without_a_mistake_nothing_is_summed_up(form: object) -> None:
    assert "notice" not in part("form_errors", form=form)


def test_every_page_with_a_form_sums_up_what_was_refused() -> None:
    folder = settings.BASE_DIR / "templates"
    texts = {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.html")}
    whole = re.compile(r'<form[^>]*method="post".*?</form>', re.DOTALL)
    posts = [name for name, text in texts.items() if any("as_crispy_field" in form for form in whole.findall(text))]
    assert len(posts) > 20
    assert [name for name in posts if "includes/form_errors.html" not in texts[name]] == []


# --- Paging and filters ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("number", "shown", "hidden"),
    [(1, ["下一页", "最后一页"], ["上一页"]), (2, ["上一页", "下一页"], []), (3, ["第一页", "上一页"], ["下一页"])],
)
def test_paging_offers_the_pages_there_are(number: int, shown: list[str], hidden: list[str]) -> None:
    page = part("paging", page=Paginator(range(30), 10).page(number))
    assert f"第 {number} 页，共 3 页" in page
    assert [word for word in shown if word not in page] == []
    assert [word for word in hidden if word in page] == []


def test_paging_keeps_the_filters() -> None:
    page = part("paging", "/roster/?q=李&page=2", page=Paginator(range(30), 10).page(2))
    assert "?q=%E6%9D%8E&amp;page=3" in page


def test_one_page_needs_no_paging() -> None:
    assert "<nav" not in part("paging", page=Paginator(range(3), 10).page(1))


def test_the_search_box_stands_first_and_the_other_filters_fold_away() -> None:
    page = part("filter_bar", form=FilterForm({}))
    assert page.index('type="search"') < page.index("<details") < page.index('name="category"')
    assert re.search(r"<details[^>]* open", page) is None


def test_filters_that_are_set_are_in_sight_and_can_be_taken_away() -> None:
    page = part("filter_bar", form=FilterForm({"category": "retired", "q": '"><b>'}))
    assert re.search(r"<details[^>]* open", page)
    assert "显示全部" in page
    assert '"><b>' not in page


def test_no_search_button_stands_without_a_field_in_sight() -> None:
    class WithoutSearch(forms.Form):
        category = forms.CharField(required=False)

    page = part("filter_bar", form=WithoutSearch({}))
    assert page.index('name="category"') < page.index('type="submit"')
    assert "<details" not in page
    assert "<form" not in part("filter_bar", form=forms.Form({}))


# --- What is shown ---------------------------------------------------------------------------------------------------
def test_an_empty_list_says_what_to_do_next() -> None:
    page = part("empty", icon_name="people", sentence="还没有人。", url="/upload/", label="上传")
    assert "还没有人。" in page
    assert 'href="/upload/"' in page
    assert "href=" not in part("empty", sentence="还没有人。").replace("<use href=", "")


@pytest.mark.parametrize(("value", "shown"), [("汉族", "汉族"), ("", "—"), (None, "—"), (0, "0")])
def test_a_fact_that_is_not_known_is_a_dash_and_zero_is_zero(value: object, shown: str) -> None:
    assert f"<dd>{shown}</dd>" in part("facts", facts=[("民族", value)])


def test_a_timeline_tells_in_order() -> None:
    events = [{"when": "2024-07", "title": "转正", "url": "/x/"}, {"when": "", "title": "入党", "text": "介绍人两名"}]
    page = part("timeline", events=events)
    assert page.index("转正") < page.index("入党") < page.index("介绍人两名")


@pytest.mark.parametrize(
    ("context", "shown", "hidden"),
    [
        ({"done": 3, "total": 9, "url": "/p/"}, ['value="3" max="9"', 'hx-get="/p/"', "3 / 9"], []),
        ({"done": 0, "total": 0, "url": "/p/"}, ["<progress aria-label"], ["max="]),
        ({"done": 9, "total": 9}, ['value="9" max="9"'], ["hx-get"]),
        ({"done": 1234, "total": 100000, "url": "/p/"}, ['value="1234" max="100000"'], []),
    ],
)
def test_progress_asks_again_until_it_is_done(context: dict[str, object], shown: list[str], hidden: list[str]) -> None:
    page = part("progress", sentence="正在读取", **context)
    assert [text for text in shown if text not in page] == []
    assert [text for text in hidden if text in page] == []


def test_a_skeleton_has_as_many_lines_as_asked() -> None:
    assert part("skeleton").count("<span>") == 5
    assert part("skeleton", rows="12").count("<span>") == 2
