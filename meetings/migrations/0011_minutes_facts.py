from django.db import migrations, models


class Migration(migrations.Migration):
    """With which record the text of minutes agrees; of those composed before nobody knows."""

    dependencies = [("meetings", "0010_task_end")]

    operations = [
        migrations.AddField(
            model_name="minutes",
            name="facts",
            field=models.CharField(blank=True, default="", editable=False, max_length=64),
        ),
    ]
