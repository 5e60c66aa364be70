import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


def empty_withdrawn_keys(apps, schema_editor):
    """Keys in use stay as they are: nobody has signed them, so nothing is sealed to them until somebody does."""
    apps.get_model("supervision", "InspectorKey").objects.filter(state="withdrawn").update(locked_private_key="")


class Migration(migrations.Migration):
    dependencies = [("supervision", "0003_problem_from_any_meeting")]

    operations = [
        migrations.AddField("inspectorkey", "signing_key", models.CharField(blank=True, default="", max_length=64), False),
        migrations.AddField("inspectorkey", "signature", models.CharField(blank=True, default="", max_length=100), False),
        migrations.AddField(
            "inspectorkey", "signed_by",
            models.ForeignKey(
                "supervision.InspectorKey", django.db.models.deletion.PROTECT, blank=True, null=True,
                related_name="signed",
            ),
        ),
        migrations.AlterField("inspectorkey", "locked_private_key", models.TextField(blank=True)),
        migrations.AddField("recoverykey", "signing_key", models.CharField(blank=True, default="", max_length=64), False),
        migrations.AddField("recoverykey", "proof", models.CharField(blank=True, default="", max_length=64), False),
        migrations.RunPython(empty_withdrawn_keys, migrations.RunPython.noop),
        migrations.AddConstraint(
            "inspectorkey",
            models.CheckConstraint(
                condition=Q(signature="", signed_by__isnull=True)
                | (~Q(signature="") & ~Q(signing_key="") & Q(approved_on__isnull=False)),
                name="inspector_key_signature_whole",
            ),
        ),
        migrations.AddConstraint(
            "inspectorkey",
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | Q(locked_private_key=""), name="inspector_key_withdrawn_is_empty"
            ),
        ),
        migrations.AddConstraint(
            "recoverykey",
            models.CheckConstraint(condition=Q(proof="") | ~Q(signing_key=""), name="recovery_key_proof_whole"),
        ),
    ]  # fmt: skip
