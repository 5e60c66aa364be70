import django.db.models.deletion
import members.fields
import uuid
from django.conf import settings
from audit.append_only import AppendOnly, DecidedOnce
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('meetings', '0001_initial'),
        ('meetings', '0002_special_day'),
        ('meetings', '0003_import_cancelled'),
        ('meetings', '0004_meeting_by_day'),
        ('meetings', '0005_mark_by_moment'),
        ('meetings', '0006_leave_without_kind'),
        ('meetings', '0007_attendance_correction'),
        ('meetings', '0008_minutes_on_paper'),
        ('meetings', '0009_membership_step'),
        ('meetings', '0010_task_end'),
        ('meetings', '0011_minutes_facts'),
        ('meetings', '0012_corrections_decided_once'),
        ('meetings', '0013_correct_reasons'),
        ('meetings', '0014_names_of_rows'),
    ]
    initial = True

    dependencies = [
        ('members', '0001_tables'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Correction',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('text', models.TextField(verbose_name='correction')),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
                ('by', models.CharField(max_length=150)),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['at'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('text', ''), _negated=True), models.Q(('reason', ''), _negated=True)), name='correction_has_reason'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Meeting',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('general_meeting', 'General meeting'), ('committee_meeting', 'Committee meeting'), ('group_meeting', 'Group meeting'), ('party_lecture', 'Party lecture'), ('theme_day', 'Theme day'), ('org_life_meeting', 'Organizational-life meeting'), ('democratic_evaluation', 'Democratic appraisal session'), ('democratic_life_meeting', 'Democratic-life meeting'), ('admission', 'Admission vote'), ('confirmation', 'Confirmation vote'), ('election', 'Election'), ('local', 'Local kind')], max_length=30, verbose_name='kind')),
                ('title', models.CharField(blank=True, max_length=120, verbose_name='title')),
                ('state', models.CharField(choices=[('planned', 'Planned'), ('open', 'In progress'), ('held', 'Held, minutes not yet locked'), ('locked', 'Minutes locked'), ('cancelled', 'Called off')], default='planned', max_length=20, verbose_name='state')),
                ('day', models.DateField(verbose_name='day')),
                ('starts_at', models.TimeField(blank=True, null=True, verbose_name='begins')),
                ('ends_at', models.TimeField(blank=True, null=True, verbose_name='ends')),
                ('counts_for_year', models.PositiveSmallIntegerField(verbose_name='counts for the year')),
                ('place', models.CharField(blank=True, max_length=120, verbose_name='place')),
                ('online_link', models.URLField(blank=True, verbose_name='online link')),
                ('opened_at', models.DateTimeField(blank=True, null=True)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('cancelled_because', models.CharField(blank=True, max_length=200, verbose_name='why it was called off')),
                ('sign_in_secret', members.fields.SealedField(blank=True, default='')),
                ('sheet', models.FileField(blank=True, upload_to='sheets/', verbose_name='photographed sign-in sheet')),
                ('version', models.PositiveIntegerField(default=1)),
                ('chair', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='chaired', to='members.member', verbose_name='chair')),
            ],
            options={
                'verbose_name': 'meeting',
                'verbose_name_plural': 'meetings',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('kind__in', ['general_meeting', 'committee_meeting', 'group_meeting', 'party_lecture', 'theme_day', 'org_life_meeting', 'democratic_evaluation', 'democratic_life_meeting', 'admission', 'confirmation', 'election', 'local'])), name='meeting_kind_known'),
                    models.CheckConstraint(condition=models.Q(('state__in', ['planned', 'open', 'held', 'locked', 'cancelled'])), name='meeting_state_known'),
                    models.CheckConstraint(condition=models.Q(('ends_at__isnull', True), ('starts_at__isnull', True), ('ends_at__gt', models.F('starts_at')), _connector='OR'), name='meeting_ends_after_beginning'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'cancelled'), models.Q(('cancelled_because', ''), _negated=True)), models.Q(models.Q(('state', 'cancelled'), _negated=True), ('cancelled_because', '')), _connector='OR'), name='meeting_called_off_with_reason'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Expected',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('group', models.CharField(blank=True, max_length=120, verbose_name='group')),
                ('is_formal', models.BooleanField(verbose_name='formal member')),
                ('not_counted', models.CharField(blank=True, choices=[('', 'Counted'), ('probationary', 'Probationary member: attends without a vote'), ('suspended', 'Membership suspended'), ('probation_within_party', 'On probation within the party'), ('excluded', 'Left out with both approvals'), ('participant', 'Takes part here; the formal relation is elsewhere')], default='', max_length=30, verbose_name='counted')),
                ('state', models.CharField(choices=[('unknown', 'Not recorded'), ('on_site', 'On site'), ('online', 'Online'), ('visited', 'Visited at home'), ('made_up', 'Made up later'), ('leave', 'On leave'), ('absent', 'Absent')], default='unknown', max_length=20, verbose_name='attendance')),
                ('leave_kind', models.CharField(blank=True, choices=[('personal', 'Personal matter'), ('sick', 'Illness'), ('official', 'Work'), ('other', 'Other')], max_length=20, verbose_name='kind of leave')),
                ('leave_granted_by', models.CharField(blank=True, max_length=60, verbose_name='granted by')),
                ('reason', members.fields.SealedField(blank=True, default='', verbose_name='reason')),
                ('reason_source', models.CharField(blank=True, choices=[('officer', 'Recorded by an officer'), ('member', 'Answered by the member'), ('contact_person', 'Answered by the contact person'), ('import', 'From the workbook')], max_length=20, verbose_name='reason given by')),
                ('made_up_on', models.DateField(blank=True, null=True, verbose_name='made up on')),
                ('made_up_with', models.CharField(blank=True, max_length=200, verbose_name='with what')),
                ('answer', models.TextField(blank=True, verbose_name='their line on it')),
                ('answer_source', models.CharField(blank=True, choices=[('officer', 'Recorded by an officer'), ('member', 'Answered by the member'), ('contact_person', 'Answered by the contact person'), ('import', 'From the workbook')], max_length=20, verbose_name='line given by')),
                ('marked_by', models.CharField(blank=True, max_length=150, verbose_name='marked by')),
                ('marked_at', models.DateTimeField(blank=True, null=True)),
                ('corrected_on', models.DateField(blank=True, null=True, verbose_name='corrected on')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='expected_at', to='members.member')),
            ],
            options={
                'verbose_name': 'expected member',
                'verbose_name_plural': 'expected members',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('state__in', ['unknown', 'on_site', 'online', 'visited', 'made_up', 'leave', 'absent'])), name='expected_state_known'),
                    models.CheckConstraint(condition=models.Q(('not_counted__in', ['', 'probationary', 'suspended', 'probation_within_party', 'excluded', 'participant'])), name='expected_not_counted_known'),
                    models.CheckConstraint(condition=models.Q(('state', 'leave'), models.Q(('leave_granted_by', ''), ('leave_kind', '')), _connector='OR'), name='expected_kind_only_of_leave'),
                    models.CheckConstraint(condition=models.Q(('state__in', ['visited', 'made_up']), ('made_up_on__isnull', True), _connector='OR'), name='expected_made_up_only_later'),
                    models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), ('reason_source', '')), models.Q(models.Q(('reason', ''), _negated=True), models.Q(('reason_source', ''), _negated=True)), _connector='OR'), name='expected_reason_has_source'),
                ],
            },
        ),
        migrations.CreateModel(
            name='LocalKind',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('is_used', models.BooleanField(default=True, verbose_name='in use')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='local_kinds', to='members.organization')),
            ],
            options={
                'verbose_name': 'local kind of meeting',
                'verbose_name_plural': 'local kinds of meetings',
                'constraints': [
                    models.UniqueConstraint(fields=('organization', 'name'), name='local_kind_name_once'),
                    models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='local_kind_has_name'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Mark',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('unknown', 'Not recorded'), ('on_site', 'On site'), ('online', 'Online'), ('visited', 'Visited at home'), ('made_up', 'Made up later'), ('leave', 'On leave'), ('absent', 'Absent')], max_length=20, verbose_name='attendance')),
                ('before', members.fields.SealedField()),
                ('by', models.CharField(max_length=150)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('expected', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='marks', to='meetings.expected')),
            ],
            options={
                'ordering': ['at'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('by', ''), _negated=True), name='mark_has_author'),
                    models.CheckConstraint(condition=models.Q(('state__in', ['unknown', 'on_site', 'online', 'visited', 'made_up', 'leave', 'absent'])), name='mark_state_known'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Minutes',
            fields=[
                ('meeting', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='minutes', serialize=False, to='meetings.meeting')),
                ('text', models.TextField(verbose_name='text')),
                ('facts', models.CharField(blank=True, default='', editable=False, max_length=64)),
                ('chair_signed_by', models.CharField(blank=True, max_length=150, verbose_name='signed by the chair')),
                ('chair_signed_at', models.DateTimeField(blank=True, null=True)),
                ('chair_paper_on', models.DateField(blank=True, null=True, verbose_name='signed by the chair on paper on')),
                ('recorder_signed_by', models.CharField(blank=True, max_length=150, verbose_name='signed by the recorder')),
                ('recorder_signed_at', models.DateTimeField(blank=True, null=True)),
                ('recorder_paper_on', models.DateField(blank=True, null=True, verbose_name='signed by the recorder on paper on')),
                ('locked_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'minutes',
                'verbose_name_plural': 'minutes',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('chair_signed_at__isnull', True), ('chair_signed_by', '')), models.Q(('chair_signed_at__isnull', False), models.Q(('chair_signed_by', ''), _negated=True)), _connector='OR'), name='minutes_chair_signature_is_whole'),
                    models.CheckConstraint(condition=models.Q(models.Q(('recorder_signed_at__isnull', True), ('recorder_signed_by', '')), models.Q(('recorder_signed_at__isnull', False), models.Q(('recorder_signed_by', ''), _negated=True)), _connector='OR'), name='minutes_recorder_signature_is_whole'),
                    models.CheckConstraint(condition=models.Q(models.Q(('chair_paper_on__isnull', True), ('chair_signed_at__isnull', False), _connector='OR'), models.Q(('recorder_paper_on__isnull', True), ('recorder_signed_at__isnull', False), _connector='OR')), name='minutes_paper_is_filed_by_somebody'),
                    models.CheckConstraint(condition=models.Q(('locked_at__isnull', True), models.Q(('chair_signed_at__isnull', False), ('recorder_signed_at__isnull', False)), _connector='OR'), name='minutes_locked_after_both_signed'),
                ],
            },
        ),
        migrations.AddField(
            model_name='meeting',
            name='local_kind',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='meetings', to='meetings.localkind'),
        ),
        migrations.AddField(
            model_name='meeting',
            name='organization',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='meetings', to='members.organization'),
        ),
        migrations.AddField(
            model_name='meeting',
            name='recorder',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='recorded', to='members.member', verbose_name='recorder'),
        ),
        migrations.CreateModel(
            name='Material',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('title', models.CharField(max_length=120, verbose_name='title')),
                ('text', models.TextField(blank=True, verbose_name='text')),
                ('file', models.FileField(blank=True, upload_to='materials/', verbose_name='file')),
                ('is_open_to_members', models.BooleanField(default=True, verbose_name='members may read it')),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='materials', to='meetings.meeting')),
            ],
            options={
                'verbose_name': 'material',
                'verbose_name_plural': 'materials',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('text', ''), _negated=True), models.Q(('file', ''), _negated=True), _connector='OR'), name='material_is_file_or_text'),
                ],
            },
        ),
        migrations.CreateModel(
            name='LeaveRequest',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('personal', 'Personal matter'), ('sick', 'Illness'), ('official', 'Work'), ('other', 'Other')], max_length=20, verbose_name='kind of leave')),
                ('reason', members.fields.SealedField(blank=True, default='', verbose_name='reason')),
                ('asked_at', models.DateTimeField(auto_now_add=True)),
                ('state', models.CharField(choices=[('asked', 'Asked'), ('granted', 'Granted'), ('refused', 'Not granted')], default='asked', max_length=20, verbose_name='state')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='leave_requests', to='members.member')),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='leave_requests', to='meetings.meeting')),
            ],
            options={
                'verbose_name': 'request for leave',
                'verbose_name_plural': 'requests for leave',
                'constraints': [
                    models.UniqueConstraint(fields=('meeting', 'member'), name='leave_request_once'),
                    models.CheckConstraint(condition=models.Q(models.Q(('decided_by__isnull', True), ('state', 'asked')), models.Q(models.Q(('state', 'asked'), _negated=True), ('decided_by__isnull', False)), _connector='OR'), name='leave_request_decided_by_somebody'),
                ],
            },
        ),
        migrations.AddField(
            model_name='expected',
            name='meeting',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='expected', to='meetings.meeting'),
        ),
        migrations.CreateModel(
            name='Exclusion',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('ground', models.CharField(max_length=60, verbose_name='ground')),
                ('superior_agreed_on', models.DateField(blank=True, null=True, verbose_name='agreed above on')),
                ('superior_document', models.CharField(blank=True, max_length=200, verbose_name='document of the level above')),
                ('meeting_agreed_on', models.DateField(blank=True, null=True, verbose_name='agreed by the general meeting on')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='exclusions', to='members.member')),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='exclusions', to='meetings.meeting')),
            ],
            options={
                'verbose_name': 'exclusion',
                'verbose_name_plural': 'exclusions',
                'constraints': [
                    models.UniqueConstraint(fields=('meeting', 'member'), name='exclusion_once'),
                    models.CheckConstraint(condition=models.Q(('ground', ''), _negated=True), name='exclusion_has_ground'),
                    models.CheckConstraint(condition=models.Q(models.Q(('superior_agreed_on__isnull', True), ('superior_document', '')), models.Q(('superior_agreed_on__isnull', False), models.Q(('superior_document', ''), _negated=True)), _connector='OR'), name='exclusion_approval_has_document'),
                ],
            },
        ),
        migrations.CreateModel(
            name='AttendanceImport',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('year', models.PositiveSmallIntegerField(verbose_name='year')),
                ('file_name', models.CharField(max_length=200, verbose_name='file')),
                ('state', models.CharField(choices=[('uploaded', 'Waiting to be read'), ('reading', 'Being read'), ('preview', 'Ready to look through'), ('confirmed', 'Waiting to be stored'), ('applying', 'Being stored'), ('applied', 'Stored'), ('undone', 'Undone'), ('failed', 'Could not be read'), ('cancelled', 'Cancelled')], default='preview', max_length=20, verbose_name='state')),
                ('found', models.JSONField(default=dict)),
                ('uploaded_at', models.DateTimeField(auto_now_add=True)),
                ('applied_at', models.DateTimeField(blank=True, null=True)),
                ('undone_at', models.DateTimeField(blank=True, null=True)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attendance_imports', to='members.organization')),
                ('uploaded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('meetings', models.ManyToManyField(blank=True, related_name='attendance_imports', to='meetings.meeting')),
            ],
            options={
                'verbose_name': 'import of attendance',
                'verbose_name_plural': 'imports of attendance',
                'ordering': ['-uploaded_at'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('state__in', ['uploaded', 'reading', 'preview', 'confirmed', 'applying', 'applied', 'undone', 'failed', 'cancelled'])), name='attendance_import_state_known'),
                    models.CheckConstraint(condition=models.Q(('undone_at__isnull', True), ('applied_at__isnull', False), _connector='OR'), name='attendance_import_undone_after_applied'),
                ],
            },
        ),
        migrations.CreateModel(
            name='AttendanceCorrection',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('was', models.CharField(blank=True, choices=[('unknown', 'Not recorded'), ('on_site', 'On site'), ('online', 'Online'), ('visited', 'Visited at home'), ('made_up', 'Made up later'), ('leave', 'On leave'), ('absent', 'Absent')], max_length=20, verbose_name='recorded as')),
                ('before', members.fields.SealedField(blank=True, default='')),
                ('becomes', models.CharField(choices=[('unknown', 'Not recorded'), ('on_site', 'On site'), ('online', 'Online'), ('visited', 'Visited at home'), ('made_up', 'Made up later'), ('leave', 'On leave'), ('absent', 'Absent')], max_length=20, verbose_name='was in truth')),
                ('leave_kind', models.CharField(blank=True, max_length=20, verbose_name='kind of leave')),
                ('made_up_on', models.DateField(blank=True, null=True, verbose_name='made up on')),
                ('made_up_with', models.CharField(blank=True, max_length=200, verbose_name='made up with')),
                ('away_reason', members.fields.SealedField(blank=True, default='', verbose_name='reason of the absence')),
                ('away_source', models.CharField(blank=True, choices=[('officer', 'Recorded by an officer'), ('member', 'Answered by the member'), ('contact_person', 'Answered by the contact person'), ('import', 'From the workbook')], default='', max_length=20, verbose_name='reason given by')),
                ('reason', models.CharField(max_length=300, verbose_name='why it is corrected')),
                ('state', models.CharField(choices=[('waiting', 'Waiting for a second person'), ('confirmed', 'Confirmed'), ('declined', 'Declined')], default='waiting', max_length=10, verbose_name='state')),
                ('proposed_at', models.DateTimeField(auto_now_add=True)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('declined_because', models.CharField(blank=True, max_length=300, verbose_name='why not')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attendance_corrections', to='members.member')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attendance_corrections', to='meetings.meeting')),
            ],
            options={
                'verbose_name': 'correction of attendance',
                'verbose_name_plural': 'corrections of attendance',
                'ordering': ['proposed_at', 'key'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), _negated=True), models.Q(('name', ''), _negated=True)), name='attendance_correction_says_whom_and_why'),
                    models.CheckConstraint(condition=models.Q(('becomes__in', ['on_site', 'online', 'visited', 'made_up', 'leave', 'absent']), ('was__in', ['', 'unknown', 'on_site', 'online', 'visited', 'made_up', 'leave', 'absent'])), name='attendance_correction_states_known'),
                    models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('state', 'waiting')), models.Q(models.Q(('decided_by', models.F('proposed_by')), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False), ('state', 'confirmed')), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('state', 'declined')), _connector='OR'), name='attendance_correction_by_two_persons'),
                    models.CheckConstraint(condition=models.Q(('declined_because', ''), ('state', 'declined'), _connector='XOR'), name='attendance_correction_declined_with_reason'),
                    models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('meeting', 'member'), name='attendance_correction_waits_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='AgendaItem',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                ('title', models.CharField(max_length=160, verbose_name='item')),
                ('presenter', models.CharField(blank=True, max_length=60, verbose_name='presented by')),
                ('report', models.TextField(blank=True, verbose_name='what was reported')),
                ('decision', models.TextField(blank=True, verbose_name='decision')),
                ('is_open_to_members', models.BooleanField(default=True, verbose_name='members may read the decision')),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='agenda', to='meetings.meeting')),
            ],
            options={
                'verbose_name': 'agenda item',
                'verbose_name_plural': 'agenda items',
                'ordering': ['position'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='agenda_item_has_title'),
                    models.CheckConstraint(condition=models.Q(('position__gte', 1)), name='agenda_item_counted_from_one'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Observer',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('office', models.CharField(blank=True, max_length=80, verbose_name='office')),
                ('is_from_above', models.BooleanField(default=False, verbose_name='leader from above')),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='observers', to='meetings.meeting')),
                ('member', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='observed', to='members.member')),
            ],
            options={
                'verbose_name': 'observer',
                'verbose_name_plural': 'observers',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='observer_has_name'),
                    models.UniqueConstraint(condition=models.Q(('member__isnull', False)), fields=('meeting', 'member'), name='observer_member_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('general_meeting', 'General meeting'), ('committee_meeting', 'Committee meeting'), ('group_meeting', 'Group meeting'), ('party_lecture', 'Party lecture'), ('theme_day', 'Theme day'), ('org_life_meeting', 'Organizational-life meeting'), ('democratic_evaluation', 'Democratic appraisal session'), ('democratic_life_meeting', 'Democratic-life meeting'), ('admission', 'Admission vote'), ('confirmation', 'Confirmation vote'), ('election', 'Election'), ('local', 'Local kind')], max_length=30, verbose_name='kind')),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to='meetings.meeting')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('meeting', 'kind'), name='session_kind_once'),
                    models.CheckConstraint(condition=models.Q(('kind__in', ['general_meeting', 'committee_meeting', 'group_meeting', 'party_lecture', 'theme_day', 'org_life_meeting', 'democratic_evaluation', 'democratic_life_meeting', 'admission', 'confirmation', 'election', 'local'])), name='session_kind_known'),
                ],
            },
        ),
        migrations.CreateModel(
            name='SignInAttempt',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('address', models.CharField(max_length=32)),
                ('at', models.DateTimeField()),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sign_in_attempts', to='meetings.meeting')),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('address', ''), _negated=True), name='sign_in_attempt_from_somewhere'),
                ],
            },
        ),
        migrations.CreateModel(
            name='SpecialDay',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('day', models.DateField(unique=True, verbose_name='day')),
                ('kind', models.CharField(choices=[('off', 'Day off'), ('worked', 'Workday')], max_length=10, verbose_name='kind')),
                ('name', models.CharField(max_length=40, verbose_name='name')),
            ],
            options={
                'verbose_name': 'day off or workday',
                'verbose_name_plural': 'days off and workdays',
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['off', 'worked'])), name='special_day_kind_known'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='special_day_has_name')],
            },
        ),
        migrations.CreateModel(
            name='Speech',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('speaker', models.CharField(max_length=60, verbose_name='speaker')),
                ('points', models.TextField(verbose_name='points')),
                ('is_dissent', models.BooleanField(default=False, verbose_name='dissenting view')),
                ('recorded_at', models.DateTimeField(auto_now_add=True)),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='speeches', to='meetings.agendaitem')),
            ],
            options={
                'ordering': ['recorded_at'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('speaker', ''), _negated=True), models.Q(('points', ''), _negated=True)), name='speech_says_something'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Task',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('what', models.CharField(max_length=200, verbose_name='what')),
                ('who', models.CharField(max_length=60, verbose_name='who')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='by')),
                ('ended', models.CharField(blank=True, choices=[('', 'Open'), ('done', 'Done'), ('not_needed', 'No longer needed')], default='', max_length=20, verbose_name='how it ended')),
                ('done_on', models.DateField(blank=True, null=True, verbose_name='done on')),
                ('ended_with', models.CharField(blank=True, max_length=300, verbose_name="what was done, or why it isn't needed")),
                ('ended_by', models.CharField(blank=True, max_length=150)),
                ('ended_at', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tasks_ended', to='meetings.meeting', verbose_name='done at the meeting')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tasks', to='meetings.agendaitem')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tasks', to='members.member', verbose_name='owner')),
            ],
            options={
                'verbose_name': 'task',
                'verbose_name_plural': 'tasks',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('what', ''), _negated=True), models.Q(('who', ''), _negated=True)), name='task_says_who_and_what'),
                    models.CheckConstraint(condition=models.Q(('ended__in', ['', 'done', 'not_needed'])), name='task_end_known'),
                    models.CheckConstraint(condition=models.Q(models.Q(('done_on__isnull', True), ('ended', ''), ('ended_at__isnull', True), ('ended_by', ''), ('ended_with', '')), models.Q(models.Q(('ended', ''), _negated=True), ('done_on__isnull', False), models.Q(('ended_by', ''), _negated=True)), _connector='OR'), name='task_end_has_day'),
                    models.CheckConstraint(condition=models.Q(('ended', ''), models.Q(('ended_with', ''), _negated=True), models.Q(('ended', 'done'), ('ended_at__isnull', False)), _connector='OR'), name='task_end_has_record'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ThemeDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day_of_month', models.PositiveSmallIntegerField(verbose_name='day of the month')),
                ('starts_at', models.TimeField(blank=True, null=True, verbose_name='begins')),
                ('place', models.CharField(blank=True, max_length=120, verbose_name='place')),
                ('organization', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='theme_day', to='members.organization')),
            ],
            options={
                'verbose_name': 'fixed theme day',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('day_of_month__range', (1, 28))), name='theme_day_in_every_month'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Vote',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveSmallIntegerField(default=1, verbose_name='number')),
                ('subject', models.CharField(choices=[('motion', 'Motion'), ('committee', 'Decision of the committee'), ('admission', 'Admission'), ('confirmation', 'Confirmation'), ('extension', 'Longer probation'), ('cancellation', 'End of probation without confirmation'), ('election', 'Election')], max_length=20, verbose_name='kind of vote')),
                ('method', models.CharField(choices=[('open', 'Open, by name'), ('show_of_hands', 'Show of hands'), ('secret_ballot', 'Secret ballot on paper')], max_length=20, verbose_name='how')),
                ('about', models.CharField(max_length=160, verbose_name='about')),
                ('applicant', models.CharField(blank=True, max_length=60, verbose_name='applicant')),
                ('applicant_born_on', models.DateField(blank=True, null=True, verbose_name='applicant born on')),
                ('seats', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='seats')),
                ('office', models.CharField(blank=True, choices=[('secretary', 'Branch secretary'), ('deputy_secretary', 'Deputy secretary'), ('organization_officer', 'Organization officer'), ('publicity_officer', 'Publicity officer'), ('discipline_officer', 'Discipline officer'), ('committee_member', 'Committee member'), ('group_leader', 'Group leader'), ('committee_secretary', 'Committee secretary'), ('committee_staff', 'Committee staff'), ('inspector', 'Discipline inspector'), ('administrator', 'Administrator')], max_length=30, verbose_name='office')),
                ('entitled', models.PositiveSmallIntegerField(verbose_name='should attend with a vote')),
                ('present', models.PositiveSmallIntegerField(verbose_name='present with a vote')),
                ('issued', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='ballots issued')),
                ('returned', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='ballots returned')),
                ('void', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='void')),
                ('votes_for', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='for')),
                ('votes_against', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='against')),
                ('abstained', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='abstained')),
                ('written_for', models.PositiveSmallIntegerField(default=0, verbose_name='in writing before the meeting: for')),
                ('is_valid', models.BooleanField(null=True, verbose_name='valid')),
                ('is_passed', models.BooleanField(null=True, verbose_name='passed')),
                ('sentence', models.CharField(blank=True, max_length=300)),
                ('rule_versions', models.JSONField(default=list)),
                ('counted_by', models.CharField(blank=True, max_length=150, verbose_name='first count by')),
                ('confirmed_by', models.CharField(blank=True, max_length=150, verbose_name='second count by')),
                ('approved_on', models.DateField(blank=True, null=True, verbose_name='result approved above on')),
                ('approval_document', models.CharField(blank=True, max_length=200, verbose_name='document of approval')),
                ('about_member', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='voted_on', to='members.member')),
                ('again_for', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='again', to='meetings.vote', verbose_name='votes again for')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='votes', to='meetings.agendaitem')),
            ],
            options={
                'verbose_name': 'vote',
                'verbose_name_plural': 'votes',
                'ordering': ['number'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('subject__in', ['motion', 'committee', 'admission', 'confirmation', 'extension', 'cancellation', 'election'])), name='vote_subject_known'),
                    models.CheckConstraint(condition=models.Q(('method__in', ['open', 'show_of_hands', 'secret_ballot'])), name='vote_method_known'),
                    models.CheckConstraint(condition=models.Q(('present__lte', models.F('entitled'))), name='vote_present_within_entitled'),
                    models.CheckConstraint(condition=models.Q(('returned__isnull', True), ('issued__isnull', True), ('returned__lte', models.F('issued')), ('is_valid', False), _connector='OR'), name='vote_with_surplus_ballots_is_not_valid'),
                    models.CheckConstraint(condition=models.Q(('confirmed_by', ''), models.Q(('confirmed_by', models.F('counted_by')), _negated=True), _connector='OR'), name='vote_counted_by_two'),
                    models.CheckConstraint(condition=models.Q(models.Q(('is_passed__isnull', True), ('is_valid__isnull', True)), models.Q(('is_passed__isnull', False), ('is_valid__isnull', False), models.Q(('counted_by', ''), _negated=True)), _connector='OR'), name='vote_outcome_is_whole'),
                    models.CheckConstraint(condition=models.Q(models.Q(('approval_document', ''), ('approved_on__isnull', True)), models.Q(('approved_on__isnull', False), models.Q(('approval_document', ''), _negated=True)), _connector='OR'), name='vote_approval_has_document'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Scrutineer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
                ('vote', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='scrutineers', to='meetings.vote')),
            ],
            options={
                'verbose_name': 'scrutineer',
                'verbose_name_plural': 'scrutineers',
                'constraints': [
                    models.UniqueConstraint(fields=('vote', 'member'), name='scrutineer_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='MembershipStep',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('national_id', members.fields.SealedField(blank=True, default='', verbose_name='identity number')),
                ('months', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='months')),
                ('effective_on', models.DateField(blank=True, null=True, verbose_name='holds from')),
                ('state', models.CharField(choices=[('waiting', 'Waits for the committee'), ('approved', 'Approved'), ('refused', 'Not approved'), ('taken_back', 'Taken back')], default='waiting', max_length=20, verbose_name='state')),
                ('asked_by', models.CharField(max_length=150)),
                ('asked_at', models.DateTimeField(auto_now_add=True)),
                ('decided_on', models.DateField(blank=True, null=True, verbose_name='decided above on')),
                ('decided_by', models.CharField(blank=True, max_length=150)),
                ('document', models.CharField(blank=True, max_length=200, verbose_name='document of approval')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('member', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='membership_steps', to='members.member')),
                ('vote', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='meetings.vote')),
            ],
            options={
                'verbose_name': 'step of membership',
                'verbose_name_plural': 'steps of membership',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'approved', 'refused', 'taken_back'])), name='membership_step_state_known'),
                    models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('asked_by', ''), _negated=True)), name='membership_step_says_who'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'approved'), _negated=True), models.Q(models.Q(('document', ''), _negated=True), ('member__isnull', False)), _connector='OR'), name='membership_step_approved_by_document'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['refused', 'taken_back']), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='membership_step_ended_with_reason'),
                    models.UniqueConstraint(condition=models.Q(('state', 'taken_back'), _negated=True), fields=('vote',), name='membership_step_one_per_vote'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Count',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('by', models.CharField(max_length=150)),
                ('figures', models.JSONField()),
                ('typed_at', models.DateTimeField(auto_now_add=True)),
                ('vote', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='counts', to='meetings.vote')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('vote', 'by'), name='count_once_per_person'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Candidate',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('is_written_in', models.BooleanField(default=False, verbose_name='written in by voters')),
                ('votes_for', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='for')),
                ('votes_against', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='against')),
                ('abstained', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='abstained')),
                ('is_elected', models.BooleanField(null=True, verbose_name='elected')),
                ('member', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='candidacies', to='members.member')),
                ('vote', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='candidates', to='meetings.vote')),
            ],
            options={
                'verbose_name': 'candidate',
                'verbose_name_plural': 'candidates',
                'ordering': ['name'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='candidate_has_name'),
                    models.UniqueConstraint(condition=models.Q(('member__isnull', False)), fields=('vote', 'member'), name='candidate_member_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='VoteLook',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('present', models.PositiveSmallIntegerField(verbose_name='present with a vote, as corrected')),
                ('doubt', models.CharField(max_length=400, verbose_name='why it was in doubt')),
                ('reason', models.CharField(max_length=300, verbose_name='why the outcome stands')),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('vote', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='looks', to='meetings.vote')),
            ],
            options={
                'verbose_name': 'look at a vote in doubt',
                'verbose_name_plural': 'looks at votes in doubt',
                'ordering': ['at', 'key'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('doubt', ''), _negated=True), models.Q(('reason', ''), _negated=True)), name='vote_look_says_why'),
                    models.UniqueConstraint(fields=('vote', 'present'), name='vote_look_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='CalendarFeed',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('token_print', models.CharField(max_length=32, unique=True)),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='calendar_feed', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('token_print', ''), _negated=True), name='calendar_feed_has_token')],
            },
        ),
        migrations.AddIndex(
            model_name='mark',
            index=models.Index(fields=['at'], name='mark_by_moment'),
        ),
        migrations.AddField(
            model_name='correction',
            name='minutes',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='corrections', to='meetings.minutes'),
        ),
        migrations.AddIndex(
            model_name='meeting',
            index=models.Index(fields=['organization', '-day'], name='meeting_by_place'),
        ),
        migrations.AddIndex(
            model_name='meeting',
            index=models.Index(fields=['kind', 'counts_for_year'], name='meeting_by_kind'),
        ),
        migrations.AddIndex(
            model_name='meeting',
            index=models.Index(fields=['day'], name='meeting_by_day'),
        ),
        migrations.AddConstraint(
            model_name='meeting',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'local'), ('local_kind__isnull', False)), models.Q(models.Q(('kind', 'local'), _negated=True), ('local_kind__isnull', True)), _connector='OR'), name='meeting_local_kind_named'),
        ),
        migrations.AddIndex(
            model_name='expected',
            index=models.Index(fields=['member', 'state'], name='expected_by_member'),
        ),
        migrations.AddConstraint(
            model_name='expected',
            constraint=models.UniqueConstraint(fields=('meeting', 'member'), name='expected_once'),
        ),
        migrations.AddConstraint(
            model_name='attendancecorrection',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('made_up_with', ''), _negated=True), ('becomes__in', ('visited', 'made_up')), ('made_up_on__isnull', False)), models.Q(models.Q(models.Q(('becomes', 'made_up'), _negated=True), ('was', models.F('becomes')), _connector='OR'), ('made_up_on', None), ('made_up_with', '')), _connector='OR'), name='attendance_correction_make_up_is_whole'),
        ),
        migrations.AddConstraint(
            model_name='attendancecorrection',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('was', models.F('becomes')), _negated=True), models.Q(('becomes__in', ('on_site', 'online')), _negated=True), _connector='OR'), name='attendance_correction_changes_something'),
        ),
        migrations.AddConstraint(
            model_name='attendancecorrection',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('away_reason', ''), ('away_source', '')), models.Q(models.Q(('away_reason', ''), _negated=True), models.Q(('away_source', ''), _negated=True), models.Q(('becomes__in', ('on_site', 'online')), _negated=True)), _connector='OR'), name='attendance_correction_reason_has_source'),
        ),
        migrations.AddIndex(
            model_name='signinattempt',
            index=models.Index(fields=['meeting', 'address', 'at'], name='sign_in_attempt_by_address'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(fields=['owner', 'ended', 'due_on'], name='task_by_owner'),
        ),
        migrations.AddConstraint(
            model_name='membershipstep',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('approved', 'refused')), ('decided_on__isnull', False), models.Q(('decided_by', ''), _negated=True)), models.Q(('state__in', ('approved', 'refused')), _negated=True), _connector='OR'), name='membership_step_decision_is_whole'),
        ),
        DecidedOnce("meetings_attendancecorrection", ['meeting_id', 'member_id', 'name', 'was', 'becomes', 'leave_kind', 'made_up_on', 'made_up_with', 'away_source', 'reason', 'proposed_by_id', 'proposed_at'], ['state', 'decided_by_id', 'decided_at', 'declined_because']),
        AppendOnly("meetings_votelook"),
    ]
