from django.urls import path

from supervision import duties

urlpatterns = [path("duties/<str:code>/do/", duties.duty_do, name="duty-do")]
