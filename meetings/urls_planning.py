"""What is due, the planner and calendars; part of the namespace `meetings`."""

from django.urls import path

from meetings.views import calendars, duties, duty_do, figures, local_kinds, planning, special_days

urlpatterns = [
    path("duties/", duties.duty_list, name="duty-list"),
    path("duties/workbook/", duties.duty_export, name="duty-export"),
    path("duties/<str:code>/do/", duty_do.duty_do, name="duty-do"),
    path("figures/", figures.figure_list, name="figure-list"),
    path("figures/workbook/", figures.figure_export, name="figure-export"),
    path("figures/mine/", figures.figure_mine, name="figure-mine"),
    path("kinds/", local_kinds.local_kind_list, name="local-kind-list"),
    path("kinds/<uuid:key>/retire/", local_kinds.local_kind_retire, name="local-kind-retire"),
    path("days/", special_days.special_day_list, name="special-day-list"),
    path("days/add/", special_days.special_day_add, name="special-day-add"),
    path("days/<uuid:key>/remove/", special_days.special_day_remove, name="special-day-remove"),
    path("plan/<str:code>/theme-day/", planning.theme_day, name="theme-day"),
    path("plan/<str:code>/<int:year>/", planning.year_plan, name="year-plan"),
    path("plan/<str:code>/<int:year>/shift/<uuid:key>/", planning.meeting_shift, name="meeting-shift"),
    path("plan/<str:code>/<int:year>/calendar/", calendars.year_calendar, name="year-calendar"),
    path("<uuid:key>/calendar/", calendars.meeting_calendar, name="meeting-calendar"),
    path("feed/", calendars.feed, name="feed"),
    path("feed/revoke/", calendars.feed_revoke, name="feed-revoke"),
    path("feed/<str:token>.ics", calendars.feed_calendar, name="feed-calendar"),
]
