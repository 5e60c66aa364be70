import members.fields
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """What somebody answered may say that they were ill: sealed. No answer had been stored in the open by a release."""

    dependencies = [("reminders", "0003_desk_count_kinds")]

    operations = [
        migrations.RemoveConstraint(model_name="answer", name="answer_choice_known"),
        migrations.RemoveField(model_name="answer", name="choice"),
        migrations.AddField(
            model_name="answer",
            name="sealed_choice",
            field=members.fields.SealedField(default="", verbose_name="answer"),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.CheckConstraint(condition=~Q(sealed_choice=""), name="answer_has_choice"),
        ),
    ]
