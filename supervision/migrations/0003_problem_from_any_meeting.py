from django.db import migrations, models
from django.db.models import Q

SOURCES = ["org_life_meeting", "meeting", "appraisal", "inspection", "suggestion", "other"]
LABELS = [
    "Organizational-life meeting", "Another meeting", "Democratic appraisal", "Inspection from above", "Suggestion",
    "Found by the branch itself",
]  # fmt: skip


def name_other_meetings(apps, schema_editor):
    """A list that came from another meeting could only be stored as one of an organizational-life meeting."""
    rows = apps.get_model("supervision", "ProblemList").objects.filter(source="org_life_meeting", meeting__isnull=False)
    rows.exclude(meeting__kind="org_life_meeting").update(source="meeting")


class Migration(migrations.Migration):
    dependencies = [("supervision", "0002_problems_append_only"), ("meetings", "0001_initial")]

    operations = [
        migrations.AlterField(
            "problemlist", "source",
            models.CharField(choices=list(zip(SOURCES, LABELS, strict=True)), max_length=20, verbose_name="from"),
        ),
        migrations.RemoveConstraint("problemlist", "problem_list_source_known"),
        migrations.AddConstraint(
            "problemlist",
            models.CheckConstraint(condition=Q(source__in=SOURCES), name="problem_list_source_known"),
        ),
        migrations.RunPython(name_other_meetings, migrations.RunPython.noop),
    ]  # fmt: skip
