from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from members.models import Member, Office

COLUMNS = (
    *("name", "sex", "ethnicity", "birth_on", "education", "membership", "joined_on", "work_post", "dues_category"),
    *("reach_by", "roster_path", "name_key", "id"),
)


def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


@login_required
def behind_login(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.user.username)


@login_required
def floor_list(request: HttpRequest) -> HttpResponse:
    """Sixty rows of ten columns within the office's subtree, after or before a row, and nothing else."""
    office = Office.objects.select_related("organization").get(user=request.user)
    inside = (office.organization.path, office.organization.path + "ZZZZ")
    rows = Member.objects.filter(roster_path__range=inside).values_list(*COLUMNS)
    if "after" in request.GET:
        place, name, number = request.GET["after"].split("|")
        rows = rows.filter(
            Q(roster_path__gte=place),
            Q(roster_path__gt=place) | Q(roster_path=place, name_key__gt=name)
            | Q(roster_path=place, name_key=name, id__gt=int(number)),
        )  # fmt: skip
    if "end" in request.GET:
        found = list(rows.order_by("-roster_path", "-name_key", "-id")[:61])[::-1]
    else:
        found = list(rows.order_by("roster_path", "name_key", "id")[:61])
    lines = [[str(value) for value in row] for row in found[:60]]
    return render(request, "list.html", {"lines": [line[:10] for line in lines], "last": "|".join(lines[-1][10:])})


urlpatterns = [
    path("empty/", empty),
    path("behind-login/", behind_login),
    path("list/", floor_list),
]
