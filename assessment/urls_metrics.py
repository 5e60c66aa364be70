"""The facts of the record that schemes count, with their definitions; part of the namespace `assessment`."""

from django.urls import path

from assessment.views import metrics

urlpatterns = [
    path("facts/", metrics.metric_list, name="metric-list"),
]
