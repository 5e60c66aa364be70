from audit.append_only import AppendOnly
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('audit', '0001_initial'),
        ('audit', '0002_append_only'),
        ('audit', '0003_chain_checks'),
        ('audit', '0004_close_unkeyed_chain'),
        ('audit', '0005_row_sums'),
    ]
    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='ChainCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('number', models.BigIntegerField(verbose_name='entries')),
                ('broken_at', models.BigIntegerField(blank=True, null=True)),
                ('found', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'ordering': ['-at', '-pk'],
                'get_latest_by': ['at', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('broken_at__isnull', True), ('found', '')), models.Q(('broken_at__isnull', False), models.Q(('found', ''), _negated=True)), _connector='OR'), name='audit_check_says_what_it_found')],
            },
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('number', models.BigIntegerField(primary_key=True, serialize=False, verbose_name='number')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('actor', models.CharField(max_length=150, verbose_name='who')),
                ('action', models.CharField(max_length=60, verbose_name='did what')),
                ('subject_kind', models.CharField(max_length=60, verbose_name='kind of record')),
                ('subject_id', models.CharField(max_length=64)),
                ('subject_label', models.CharField(max_length=200, verbose_name='record')),
                ('organization_code', models.CharField(blank=True, max_length=40)),
                ('changes', models.JSONField(default=dict, verbose_name='fields')),
                ('reason', models.CharField(blank=True, max_length=500, verbose_name='reason')),
                ('details', models.JSONField(default=dict, verbose_name='details')),
                ('previous_digest', models.CharField(max_length=64)),
                ('digest', models.CharField(max_length=64, unique=True)),
            ],
            options={
                'verbose_name': 'audit entry',
                'verbose_name_plural': 'audit entries',
                'ordering': ['-number'],
                'indexes': [models.Index(fields=['subject_kind', 'subject_id'], name='audit_entry_subject'), models.Index(fields=['organization_code', '-number'], name='audit_entry_place'), models.Index(fields=['actor', 'at'], name='audit_entry_actor')],
                'constraints': [models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='audit_entry_numbered_from_one'), models.UniqueConstraint(fields=('previous_digest',), name='audit_entry_one_successor')],
            },
        ),
        migrations.CreateModel(
            name='Head',
            fields=[
                ('id', models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('number', models.BigIntegerField(default=0)),
                ('digest', models.CharField(default='', max_length=64)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='audit_head_only_one')],
            },
        ),
        migrations.CreateModel(
            name='RowSum',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('table_name', models.CharField(max_length=60)),
                ('place', models.CharField(blank=True, max_length=200)),
                ('rows', models.BigIntegerField()),
                ('sum', models.CharField(max_length=64)),
                ('mark', models.CharField(blank=True, max_length=64)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('table_name', 'place'), name='audit_one_sum_for_a_place')],
            },
        ),
        migrations.CreateModel(
            name='TableSum',
            fields=[
                ('table_name', models.CharField(max_length=60, primary_key=True, serialize=False)),
                ('columns', models.TextField()),
                ('places', models.BigIntegerField()),
                ('sum', models.CharField(max_length=64)),
                ('round', models.BigIntegerField()),
                ('mark', models.CharField(blank=True, max_length=64)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('round__gte', 0)), name='audit_table_sum_round')],
            },
        ),
        AppendOnly("audit_entry"),
    ]
