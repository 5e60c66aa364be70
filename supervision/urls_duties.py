from django.urls import path

from supervision.views import duty_do

urlpatterns = [path("duties/<str:code>/do/", duty_do.duty_do, name="duty-do")]
