"""The branch's own view, other branches' and the members'; part of the namespace `assessment`."""

from django.urls import path

from assessment.views import satisfaction, views_given

urlpatterns = [
    path("views/", views_given.view_list, name="view-list"),
    path("views/<uuid:key>/of/<str:code>/", views_given.view_give, name="view-give"),
    path("satisfaction/", satisfaction.satisfaction_mine, name="satisfaction-mine"),
    path("satisfaction/<uuid:key>/", satisfaction.satisfaction_answer, name="satisfaction-answer"),
]
