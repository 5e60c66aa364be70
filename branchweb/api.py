"""Every app's part of the API under one address, with its description."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path
from django.views.decorators.http import require_safe
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from assessment.assessments.api import AssessmentViewSet
from assessment.dashboard.api import DashboardViewSet, RollUpViewSet
from assessment.goals.api import GoalViewSet
from assessment.practices.api import PracticeViewSet
from assessment.schemes.api import SchemeViewSet
from dues.api import ChargeViewSet, PaymentViewSet
from meetings.api import AttendanceViewSet, MeetingViewSet
from members.access.policy import ApiPolicy, signed_in
from members.api import MemberViewSet, OrganizationViewSet
from reminders.desk.api import DeskViewSet, DutyViewSet
from reminders.messages.api import MessageViewSet
from supervision.appraisals.api import AppraisalViewSet, GradeViewSet
from supervision.matters.api import MatterViewSet
from supervision.problems.api import InspectionViewSet, ProblemViewSet
from supervision.reports.api import ReportViewSet
from supervision.self_checks.api import ChecklistViewSet, SelfCheckViewSet
from supervision.suggestions.api import SuggestionViewSet
from supervision.talks.api import TalkViewSet

router = SimpleRouter()
router.register("organizations", OrganizationViewSet, basename="organization")
router.register("members", MemberViewSet, basename="member")
router.register("meetings", MeetingViewSet, basename="meeting")
router.register("attendances", AttendanceViewSet, basename="attendance")
router.register("charges", ChargeViewSet, basename="charge")
router.register("payments", PaymentViewSet, basename="payment")
router.register("suggestions", SuggestionViewSet, basename="suggestion")
router.register("appraisals", AppraisalViewSet, basename="appraisal")
router.register("grades", GradeViewSet, basename="grade")
router.register("matters", MatterViewSet, basename="matter")
router.register("problems", ProblemViewSet, basename="problem")
router.register("inspections", InspectionViewSet, basename="inspection")
router.register("talks", TalkViewSet, basename="talk")
router.register("checklists", ChecklistViewSet, basename="checklist")
router.register("self-checks", SelfCheckViewSet, basename="self-check")
router.register("reports", ReportViewSet, basename="report")
router.register("schemes", SchemeViewSet, basename="scheme")
router.register("assessments", AssessmentViewSet, basename="assessment")
router.register("goals", GoalViewSet, basename="goal")
router.register("practices", PracticeViewSet, basename="practice")
router.register("dashboard", DashboardViewSet, basename="dashboard")
router.register("rollups", RollUpViewSet, basename="rollup")
router.register("duties", DutyViewSet, basename="duty")
router.register("desk", DeskViewSet, basename="desk")
router.register("messages", MessageViewSet, basename="message")


@signed_in
class Schema(SpectacularAPIView):
    """The description for programs (OpenAPI)."""

    permission_classes = [ApiPolicy]  # noqa: RUF012


@signed_in
@require_safe
def documentation(request: HttpRequest) -> HttpResponse:
    """The description for people."""
    return render(request, "api.html")


app_name = "api"
urlpatterns = [
    path("schema/", Schema.as_view(), name="schema"),
    path("docs/", documentation, name="docs"),
    path("", include(router.urls)),
]
