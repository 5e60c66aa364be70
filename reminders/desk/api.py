"""Duties for programs: counts of branches, in the scope of the pages. Nobody's name, and nothing to write."""

from dataclasses import asdict
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response

from members.access.policy import requires
from members.api import MISSING, ORGANIZATION, asked_for, asker
from members.choices import Capability
from members.models import Organization
from reminders.desk.count_queries import counts_below, kinds_at
from reminders.desk.models import DeskCount

NUMBERS = ("overdue", "this_week", "this_month", "later", "done", "not_applicable")


class DeskSerializer(serializers.ModelSerializer[DeskCount]):
    """How many duties a branch has, its groups included. `overdue_kinds`: how many of which kind are overdue."""

    organization = serializers.CharField(source="organization.code", read_only=True)
    name = serializers.CharField(source="organization.name", read_only=True)

    class Meta:
        model = DeskCount
        fields = ("organization", "name", "counted_on", *NUMBERS, "overdue_kinds")
        read_only_fields = fields


class KindSerializer(serializers.Serializer[dict[str, Any]]):
    """How many duties of a kind a branch has."""

    kind = serializers.CharField()
    overdue = serializers.IntegerField()
    this_week = serializers.IntegerField()
    this_month = serializers.IntegerField()
    later = serializers.IntegerField()
    done = serializers.IntegerField()
    not_applicable = serializers.IntegerField()


class BranchSerializer(serializers.Serializer[dict[str, str]]):
    organization = serializers.CharField(max_length=40)


class PlaceSerializer(serializers.Serializer[dict[str, str]]):
    organization = serializers.CharField(required=False, max_length=40)


class ByPage(PageNumberPagination):
    page_size = 100


@requires(Capability.VIEW_DUTIES)
class DutyViewSet(viewsets.ViewSet):
    """The duties of one branch by kind, counted now."""

    @extend_schema(
        parameters=[ORGANIZATION],
        responses={200: KindSerializer(many=True), 400: OpenApiTypes.OBJECT, **MISSING},
    )
    def list(self, request: Request) -> Response:
        asked = asked_for(BranchSerializer, request)
        branches = Organization.objects.visible_to(asker(request), Capability.VIEW_DUTIES).branches()
        branch = get_object_or_404(branches, code=asked["organization"])
        found = kinds_at(branch.path, on=timezone.localdate())
        return Response([asdict(one) for one in found])


@requires(Capability.VIEW_DUTIES)
class DeskViewSet(viewsets.ViewSet):
    """The branches in one's scope in counts, those that need help first: as old as the page says."""

    @extend_schema(
        parameters=[ORGANIZATION],
        responses={200: DeskSerializer(many=True), 400: OpenApiTypes.OBJECT, **MISSING},
    )
    def list(self, request: Request) -> Response:
        asked, user = asked_for(PlaceSerializer, request), asker(request)
        paths = user.access.paths(Capability.VIEW_DUTIES)
        if code := asked.get("organization"):
            places = Organization.objects.visible_to(user, Capability.VIEW_DUTIES)
            paths = [get_object_or_404(places, code=code).path]
        pages = ByPage()
        rows = pages.paginate_queryset(counts_below(paths, on=timezone.localdate()).rows, request)  # type: ignore[arg-type]
        return pages.get_paginated_response(DeskSerializer(rows, many=True).data)
