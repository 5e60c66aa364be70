import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0003_made_up_on_an_unknown_day"),
    ]

    operations = [
        migrations.AddField(
            model_name="expected",
            name="answer_source",
            field=models.CharField(
                blank=True,
                choices=[
                    ("officer", "Recorded by an officer"),
                    ("member", "Answered by the member"),
                    ("contact_person", "Answered by the contact person"),
                    ("import", "From the workbook"),
                ],
                default="",
                max_length=20,
                verbose_name="line given by",
            ),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="SignInAttempt",
            fields=[
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("address", models.CharField(max_length=32)),
                ("at", models.DateTimeField()),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sign_in_attempts",
                        to="meetings.meeting",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["meeting", "address", "at"], name="sign_in_attempt_by_address")],
                "constraints": [
                    models.CheckConstraint(condition=~models.Q(address=""), name="sign_in_attempt_from_somewhere")
                ],
            },
        ),
    ]
