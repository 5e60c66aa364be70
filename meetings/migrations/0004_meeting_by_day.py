from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("meetings", "0003_import_cancelled")]

    operations = [
        migrations.AddIndex(model_name="meeting", index=models.Index(fields=["day"], name="meeting_by_day")),
    ]
