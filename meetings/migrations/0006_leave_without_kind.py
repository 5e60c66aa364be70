from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Exists, OuterRef, Q


def forget_invented(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """A tap and a sheet that only said leave were stored as leave of another kind. Where nobody gave a reason and the
    member didn't ask for leave of that kind, the kind was the program's."""
    expected = apps.get_model("meetings", "Expected").objects
    requests = apps.get_model("meetings", "LeaveRequest").objects
    asked = requests.filter(meeting=OuterRef("meeting"), member=OuterRef("member"), kind="other")
    expected.filter(~Exists(asked), state="leave", leave_kind="other", reason="").update(leave_kind="")


class Migration(migrations.Migration):
    dependencies = [("meetings", "0005_mark_by_moment")]

    operations = [
        migrations.RemoveConstraint(model_name="expected", name="expected_leave_has_kind"),
        migrations.RunPython(forget_invented, migrations.RunPython.noop, elidable=True),
        migrations.AddConstraint(
            model_name="expected",
            constraint=models.CheckConstraint(
                condition=Q(state="leave") | Q(leave_kind="", leave_granted_by=""), name="expected_kind_only_of_leave"
            ),
        ),
    ]
