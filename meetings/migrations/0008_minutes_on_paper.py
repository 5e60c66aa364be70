from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("meetings", "0007_attendance_correction")]

    operations = [
        migrations.AddField(
            model_name="minutes",
            name="chair_paper_on",
            field=models.DateField(blank=True, null=True, verbose_name="signed by the chair on paper on"),
        ),
        migrations.AddField(
            model_name="minutes",
            name="recorder_paper_on",
            field=models.DateField(blank=True, null=True, verbose_name="signed by the recorder on paper on"),
        ),
        migrations.AddConstraint(
            model_name="minutes",
            constraint=models.CheckConstraint(
                condition=(Q(chair_paper_on__isnull=True) | Q(chair_signed_at__isnull=False))
                & (Q(recorder_paper_on__isnull=True) | Q(recorder_signed_at__isnull=False)),
                name="minutes_paper_is_filed_by_somebody",
            ),
        ),
    ]
