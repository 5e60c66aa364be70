from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("meetings", "0004_meeting_by_day")]

    operations = [
        migrations.AddIndex(model_name="mark", index=models.Index(fields=["at"], name="mark_by_moment")),
    ]
