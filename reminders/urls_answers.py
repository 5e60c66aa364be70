from django.urls import path

from reminders.views import answers

urlpatterns = [path("<str:token>/", answers.answer_page, name="answer")]
