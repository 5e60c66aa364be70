import django.db.models.deletion
import members.fields
import uuid
from django.conf import settings
from audit.append_only import AppendOnly
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('supervision', '0001_initial'),
        ('supervision', '0002_problems_append_only'),
        ('supervision', '0003_problem_from_any_meeting'),
        ('supervision', '0004_keys_are_signed'),
        ('supervision', '0005_letter_file'),
        ('supervision', '0006_writers_names'),
    ]
    initial = True

    dependencies = [
        ('meetings', '0001_tables'),
        ('members', '0001_tables'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AppraisalRound',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('year', models.PositiveSmallIntegerField(verbose_name='year')),
                ('state', models.CharField(choices=[('self', 'Self-appraisal'), ('mutual', 'Mutual appraisal'), ('ballot', 'Ballot'), ('opinion', 'Opinion of the committee'), ('closed', 'Closed, results told')], default='self', max_length=20, verbose_name='state')),
                ('method', models.CharField(choices=[('online', 'Online, anonymous'), ('paper', 'On paper, typed by two')], default='online', max_length=10, verbose_name='ballot')),
                ('opened_on', models.DateField(verbose_name='opened on')),
                ('closed_on', models.DateField(blank=True, null=True, verbose_name='closed on')),
                ('ballots', models.PositiveSmallIntegerField(default=0, verbose_name='ballots counted')),
                ('rule_versions', models.JSONField(default=list)),
                ('meeting', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='appraisal_rounds', to='meetings.meeting', verbose_name='meeting')),
                ('opinion_meeting', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='appraisal_opinions', to='meetings.meeting', verbose_name='meeting that gave the opinion')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appraisal_rounds', to='members.organization')),
            ],
            options={
                'verbose_name': 'democratic appraisal',
                'verbose_name_plural': 'democratic appraisals',
                'constraints': [
                    models.UniqueConstraint(fields=('organization', 'year'), name='appraisal_round_once_a_year'),
                    models.CheckConstraint(condition=models.Q(('state__in', ['self', 'mutual', 'ballot', 'opinion', 'closed'])), name='appraisal_round_state_known'),
                    models.CheckConstraint(condition=models.Q(('method__in', ['online', 'paper'])), name='appraisal_round_method_known'),
                    models.CheckConstraint(condition=models.Q(models.Q(('closed_on__isnull', False), ('state', 'closed')), models.Q(('closed_on__isnull', True), models.Q(('state', 'closed'), _negated=True)), _connector='OR'), name='appraisal_round_closed_has_day'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Appraisee',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('is_graded', models.BooleanField(default=True, verbose_name='gets a grade')),
                ('has_ballot', models.BooleanField(default=True, verbose_name='fills in a ballot')),
                ('has_voted', models.BooleanField(default=False, verbose_name='has filled in the ballot')),
                ('self_appraisal', members.fields.SealedField(blank=True, default='', verbose_name='self-appraisal')),
                ('self_appraised_on', models.DateField(blank=True, null=True, verbose_name='handed in on')),
                ('grade', models.CharField(blank=True, choices=[('excellent', 'Excellent'), ('qualified', 'Qualified'), ('basically_qualified', 'Basically qualified'), ('unqualified', 'Unqualified')], max_length=20, verbose_name='grade')),
                ('opinion', members.fields.SealedField(blank=True, default='', verbose_name='opinion of the committee')),
                ('told_on', models.DateField(blank=True, null=True, verbose_name='told on')),
                ('follow_up', models.CharField(blank=True, max_length=300, verbose_name='what is done to help')),
                ('follow_up_due_on', models.DateField(blank=True, null=True, verbose_name='by')),
                ('followed_up_on', models.DateField(blank=True, null=True, verbose_name='done on')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appraisals', to='members.member')),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='appraisees', to='supervision.appraisalround')),
            ],
            options={
                'verbose_name': 'appraisal of a member',
                'verbose_name_plural': 'appraisals of members',
                'constraints': [
                    models.UniqueConstraint(fields=('round', 'member'), name='appraisee_once_in_a_round'),
                    models.CheckConstraint(condition=models.Q(('grade', ''), ('grade__in', ['excellent', 'qualified', 'basically_qualified', 'unqualified']), _connector='OR'), name='appraisee_grade_known'),
                    models.CheckConstraint(condition=models.Q(('is_graded', True), ('grade', ''), _connector='OR'), name='appraisee_ungraded_has_no_grade'),
                    models.CheckConstraint(condition=models.Q(('has_ballot', True), ('has_voted', False), _connector='OR'), name='appraisee_votes_with_ballot'),
                    models.CheckConstraint(condition=models.Q(models.Q(('self_appraisal', ''), ('self_appraised_on__isnull', True)), models.Q(('self_appraised_on__isnull', False), models.Q(('self_appraisal', ''), _negated=True)), _connector='OR'), name='appraisee_self_appraisal_is_whole'),
                    models.CheckConstraint(condition=models.Q(('followed_up_on__isnull', True), models.Q(('follow_up', ''), _negated=True), _connector='OR'), name='appraisee_follow_up_is_said'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Checklist',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('title', models.CharField(max_length=120, verbose_name='title')),
                ('lead', models.TextField(blank=True, verbose_name='what it is for')),
                ('valid_from', models.DateField(verbose_name='from')),
                ('valid_until', models.DateField(blank=True, null=True, verbose_name='until')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='checklists', to='members.organization')),
            ],
            options={
                'verbose_name': 'list for self-checks',
                'verbose_name_plural': 'lists for self-checks',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('valid_from__isnull', True), ('valid_until__isnull', True), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='checklist_ends_after_beginning', violation_error_message='The end lies before the beginning.'),
                    models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='checklist_has_title'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ChecklistItem',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                ('text', models.CharField(max_length=300, verbose_name='line')),
                ('source', models.CharField(blank=True, max_length=200, verbose_name='document and article')),
                ('checklist', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='supervision.checklist')),
            ],
            options={
                'ordering': ['position'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='checklist_item_says_something'),
                    models.UniqueConstraint(fields=('checklist', 'position'), name='checklist_item_position_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='CustodyKey',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('public_key', models.CharField(max_length=64, unique=True)),
                ('signature', models.CharField(max_length=128)),
                ('made_on', models.DateField()),
                ('withdrawn_on', models.DateField(blank=True, null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='custody_keys', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('public_key', ''), _negated=True), models.Q(('signature', ''), _negated=True)), name='custody_key_is_signed'),
                    models.UniqueConstraint(models.Value(1), condition=models.Q(('withdrawn_on__isnull', True)), name='custody_key_one_in_use'),
                ],
            },
        ),
        migrations.CreateModel(
            name='DeclaredRelative',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', members.fields.SealedField(verbose_name='name')),
                ('relation', models.CharField(max_length=40, verbose_name='relation')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='declared_relatives', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'declared relative',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('relation', ''), _negated=True)), name='declared_relative_is_said'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Inspection',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('planned', 'Visit planned'), ('visited', 'Visited, findings being written'), ('issued', 'Findings handed over'), ('closed', 'Closed')], default='planned', max_length=20, verbose_name='state')),
                ('visit_on', models.DateField(verbose_name='visit on')),
                ('team', models.CharField(max_length=200, verbose_name='who comes')),
                ('subject', models.CharField(max_length=200, verbose_name='what is looked at')),
                ('summary', models.TextField(blank=True, verbose_name='what was found, in general')),
                ('issued_on', models.DateField(blank=True, null=True, verbose_name='findings handed over on')),
                ('closed_on', models.DateField(blank=True, null=True, verbose_name='closed on')),
                ('closing_words', models.TextField(blank=True, verbose_name='with what it was closed')),
                ('inspected_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='inspections_made', to='members.organization')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='inspections', to='members.organization')),
            ],
            options={
                'verbose_name': 'inspection',
                'verbose_name_plural': 'inspections',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('state__in', ['planned', 'visited', 'issued', 'closed'])), name='inspection_state_known'),
                    models.CheckConstraint(condition=models.Q(models.Q(('team', ''), _negated=True), models.Q(('subject', ''), _negated=True)), name='inspection_says_who_and_what'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['issued', 'closed']), _negated=True), ('issued_on__isnull', False), _connector='OR'), name='inspection_issued_has_day'),
                    models.CheckConstraint(condition=models.Q(models.Q(('closed_on__isnull', False), ('state', 'closed')), models.Q(('closed_on__isnull', True), models.Q(('state', 'closed'), _negated=True)), _connector='OR'), name='inspection_closed_has_day'),
                    models.CheckConstraint(condition=models.Q(('organization', models.F('inspected_by')), _negated=True), name='inspection_comes_from_above'),
                ],
            },
        ),
        migrations.CreateModel(
            name='InspectorKey',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('public_key', models.CharField(max_length=64, unique=True)),
                ('locked_private_key', models.TextField(blank=True)),
                ('state', models.CharField(choices=[('waiting', "Waits for a second person's approval"), ('in_use', 'In use'), ('withdrawn', 'Withdrawn')], default='waiting', max_length=20, verbose_name='state')),
                ('made_on', models.DateField(verbose_name='made on')),
                ('approved_on', models.DateField(blank=True, null=True, verbose_name='approved on')),
                ('withdrawn_on', models.DateField(blank=True, null=True, verbose_name='withdrawn on')),
                ('signing_key', models.CharField(blank=True, max_length=64)),
                ('signature', models.CharField(blank=True, max_length=100)),
                ('approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='inspector_keys', to='members.organization')),
                ('signed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='signed', to='supervision.inspectorkey')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='inspector_keys', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': "inspector's key",
                'verbose_name_plural': "inspectors' keys",
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'in_use', 'withdrawn'])), name='inspector_key_state_known'),
                    models.CheckConstraint(condition=models.Q(('approved_by__isnull', True), models.Q(('approved_by', models.F('user')), _negated=True), _connector='OR'), name='inspector_key_approved_by_another'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'in_use'), _negated=True), models.Q(('approved_by__isnull', False), ('approved_on__isnull', False)), _connector='OR'), name='inspector_key_in_use_is_approved'),
                    models.UniqueConstraint(condition=models.Q(('state', 'in_use')), fields=('user', 'organization'), name='inspector_key_one_in_use'),
                    models.CheckConstraint(condition=models.Q(models.Q(('signature', ''), ('signed_by__isnull', True)), models.Q(models.Q(('signature', ''), _negated=True), models.Q(('signing_key', ''), _negated=True), ('approved_on__isnull', False)), _connector='OR'), name='inspector_key_signature_whole'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'withdrawn'), _negated=True), ('locked_private_key', ''), _connector='OR'), name='inspector_key_withdrawn_is_empty'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('finder', models.CharField(max_length=8, unique=True)),
                ('state', models.CharField(choices=[('received', 'Received'), ('accepted', 'Accepted for handling'), ('not_accepted', 'Not for the discipline body'), ('closed', 'Closed')], default='received', max_length=20)),
                ('is_named', models.BooleanField(default=False)),
                ('received_on', models.DateField()),
                ('accept_due_on', models.DateField()),
                ('accepted_on', models.DateField(blank=True, null=True)),
                ('closed_on', models.DateField(blank=True, null=True)),
                ('answer_due_on', models.DateField(blank=True, null=True)),
                ('answered_on', models.DateField(blank=True, null=True)),
                ('ciphertext', models.TextField(blank=True)),
                ('writer_box', models.TextField(blank=True)),
                ('shredded_on', models.DateField(blank=True, null=True)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='members.organization')),
            ],
            options={
                'verbose_name': 'sealed letter',
                'verbose_name_plural': 'sealed letters',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('state__in', ['received', 'accepted', 'not_accepted', 'closed'])), name='letter_state_known'),
                    models.CheckConstraint(condition=models.Q(('shredded_on__isnull', True), models.Q(('ciphertext', ''), ('writer_box', '')), _connector='OR'), name='letter_shredded_is_empty'),
                    models.CheckConstraint(condition=models.Q(('shredded_on__isnull', False), models.Q(models.Q(('ciphertext', ''), _negated=True), models.Q(('writer_box', ''), _negated=True)), _connector='OR'), name='letter_kept_is_whole'),
                    models.CheckConstraint(condition=models.Q(('closed_on__isnull', True), ('closed_on__gte', models.F('received_on')), _connector='OR'), name='letter_closed_later'),
                ],
            },
        ),
        migrations.CreateModel(
            name='LetterFile',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveSmallIntegerField()),
                ('kind', models.CharField(choices=[('picture', 'Picture'), ('pdf', 'PDF')], max_length=10)),
                ('ciphertext', models.BinaryField()),
                ('size', models.PositiveIntegerField()),
                ('added_on', models.DateField()),
                ('letter', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='supervision.letter')),
            ],
            options={
                'verbose_name': 'attachment of a letter',
                'ordering': ['number'],
                'constraints': [
                    models.UniqueConstraint(fields=('letter', 'number'), name='letter_file_number_once'),
                    models.CheckConstraint(condition=models.Q(('kind__in', ['picture', 'pdf'])), name='letter_file_kind_known'),
                    models.CheckConstraint(condition=models.Q(('size__gt', 0)), name='letter_file_holds_something'),
                ],
            },
        ),
        migrations.CreateModel(
            name='LetterMessage',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveSmallIntegerField()),
                ('is_from_writer', models.BooleanField()),
                ('ciphertext', models.TextField()),
                ('written_on', models.DateField()),
                ('letter', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='supervision.letter')),
            ],
            options={
                'ordering': ['number'],
                'constraints': [
                    models.UniqueConstraint(fields=('letter', 'number'), name='letter_message_number_once'),
                    models.CheckConstraint(condition=models.Q(('ciphertext', ''), _negated=True), name='letter_message_says_something'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Matter',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('unit', models.CharField(blank=True, max_length=120, verbose_name='unit')),
                ('kind', models.CharField(choices=[('major_decision', 'Major decision'), ('appointment', 'Important appointment or removal'), ('project', 'Important project'), ('large_fund', 'Use of a large sum'), ('village', 'Matter of a village or community')], max_length=20, verbose_name='kind')),
                ('title', models.CharField(max_length=160, verbose_name='matter')),
                ('proposal', models.TextField(verbose_name='proposal')),
                ('amount_fen', models.PositiveBigIntegerField(blank=True, null=True, verbose_name='amount')),
                ('proposed_on', models.DateField(verbose_name='proposed on')),
                ('proposed_by', models.CharField(max_length=80, verbose_name='proposed by')),
                ('is_internal', models.BooleanField(default=False, verbose_name='only for the committee of the branch')),
                ('opinion', models.CharField(blank=True, choices=[('agrees', 'Agrees'), ('agrees_with_changes', 'Agrees with changes'), ('disagrees', 'Disagrees'), ('postpone', 'Should be postponed')], max_length=20, verbose_name='opinion of the party organization')),
                ('opinion_on', models.DateField(blank=True, null=True, verbose_name='opinion given on')),
                ('opinion_text', models.TextField(blank=True, verbose_name='opinion in words')),
                ('decision', models.CharField(blank=True, choices=[('adopted', 'Adopted'), ('changed', 'Adopted with changes'), ('declined', 'Not adopted')], max_length=20, verbose_name='decision')),
                ('decided_on', models.DateField(blank=True, null=True, verbose_name='decided on')),
                ('decided_by', models.CharField(blank=True, max_length=80, verbose_name='decided by')),
                ('decision_text', models.TextField(blank=True, verbose_name='decision in words')),
                ('executed_on', models.DateField(blank=True, null=True, verbose_name='carried out on')),
                ('execution_text', models.TextField(blank=True, verbose_name='how it was carried out')),
                ('reviewed_on', models.DateField(blank=True, null=True, verbose_name='looked back on')),
                ('review_text', models.TextField(blank=True, verbose_name='what the look back showed')),
                ('opinion_meeting', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='matters', to='meetings.meeting', verbose_name='meeting')),
                ('opinion_vote', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='matters', to='meetings.vote', verbose_name='vote')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='matters', to='members.organization')),
            ],
            options={
                'verbose_name': 'major matter',
                'verbose_name_plural': 'major matters',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('kind__in', ['major_decision', 'appointment', 'project', 'large_fund', 'village'])), name='matter_kind_known'),
                    models.CheckConstraint(condition=models.Q(models.Q(('title', ''), _negated=True), models.Q(('proposal', ''), _negated=True), models.Q(('proposed_by', ''), _negated=True)), name='matter_says_what_and_who'),
                    models.CheckConstraint(condition=models.Q(models.Q(('opinion', ''), ('opinion_meeting__isnull', True), ('opinion_on__isnull', True), ('opinion_text', ''), ('opinion_vote__isnull', True)), models.Q(('opinion__in', ['agrees', 'agrees_with_changes', 'disagrees', 'postpone']), ('opinion_on__isnull', False)), _connector='OR'), name='matter_opinion_is_whole'),
                    models.CheckConstraint(condition=models.Q(models.Q(('decided_by', ''), ('decided_on__isnull', True), ('decision', ''), ('decision_text', '')), models.Q(('decided_on__isnull', False), ('decision__in', ['adopted', 'changed', 'declined']), models.Q(('decided_by', ''), _negated=True)), _connector='OR'), name='matter_decision_is_whole'),
                    models.CheckConstraint(condition=models.Q(models.Q(('executed_on__isnull', True), ('execution_text', '')), models.Q(('decided_on__isnull', False), ('executed_on__gte', models.F('decided_on')), ('executed_on__isnull', False), models.Q(('execution_text', ''), _negated=True)), _connector='OR'), name='matter_executed_after_decision'),
                    models.CheckConstraint(condition=models.Q(models.Q(('review_text', ''), ('reviewed_on__isnull', True)), models.Q(('executed_on__isnull', False), ('reviewed_on__gte', models.F('executed_on')), ('reviewed_on__isnull', False), models.Q(('review_text', ''), _negated=True)), _connector='OR'), name='matter_reviewed_after_execution'),
                ],
            },
        ),
        migrations.CreateModel(
            name='MutualAppraisal',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('text', members.fields.SealedField(verbose_name='what I see')),
                ('about', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mutual', to='supervision.appraisee')),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
            ],
            options={
                'verbose_name': 'mutual appraisal',
                'constraints': [
                    models.UniqueConstraint(fields=('about', 'author'), name='mutual_appraisal_once_per_pair'),
                    models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='mutual_appraisal_says_something'),
                ],
            },
        ),
        migrations.CreateModel(
            name='NameRequest',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('asked', 'The custodian decides'), ('released', 'Released to the readers'), ('refused', 'Not released')], default='asked', max_length=10, verbose_name='state')),
                ('asked_on', models.DateField(verbose_name='asked on')),
                ('decided_on', models.DateField(blank=True, null=True, verbose_name='decided on')),
                ('reason', models.TextField()),
                ('sealed_reason', models.TextField()),
                ('custody_key', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='supervision.custodykey')),
                ('letter', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='name_requests', to='supervision.letter')),
            ],
            options={
                'verbose_name': "request for a writer's name",
                'ordering': ['asked_on', 'key'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('state__in', ['asked', 'released', 'refused'])), name='name_request_state_known'),
                    models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), _negated=True), models.Q(('sealed_reason', ''), _negated=True)), name='name_request_has_a_reason'),
                    models.CheckConstraint(condition=models.Q(models.Q(('decided_on__isnull', True), ('state', 'asked')), models.Q(models.Q(('state', 'asked'), _negated=True), ('decided_on__isnull', False)), _connector='OR'), name='name_request_decided_has_its_day'),
                    models.UniqueConstraint(condition=models.Q(('state', 'asked')), fields=('letter',), name='name_request_one_open'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PaperCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('figures', models.JSONField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='paper_counts', to='supervision.appraisalround')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('round', 'by'), name='paper_count_once_per_person'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ProblemList',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('source', models.CharField(choices=[('org_life_meeting', 'Organizational-life meeting'), ('meeting', 'Another meeting'), ('appraisal', 'Democratic appraisal'), ('inspection', 'Inspection from above'), ('suggestion', 'Suggestion'), ('other', 'Found by the branch itself')], max_length=20, verbose_name='from')),
                ('title', models.CharField(max_length=160, verbose_name='title')),
                ('made_on', models.DateField(verbose_name='made on')),
                ('inspection', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='problem_list', to='supervision.inspection')),
                ('meeting', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='problem_lists', to='meetings.meeting')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='problem_lists', to='members.organization')),
                ('round', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='problem_lists', to='supervision.appraisalround')),
            ],
            options={
                'verbose_name': 'list of problems',
                'verbose_name_plural': 'lists of problems',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('source__in', ['org_life_meeting', 'meeting', 'appraisal', 'inspection', 'suggestion', 'other'])), name='problem_list_source_known'),
                    models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='problem_list_has_title'),
                    models.CheckConstraint(condition=models.Q(('inspection__isnull', True), ('source', 'inspection'), _connector='OR'), name='problem_list_of_inspection_says_so'),
                    models.CheckConstraint(condition=models.Q(('round__isnull', True), ('source', 'appraisal'), _connector='OR'), name='problem_list_of_appraisal_says_so'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Problem',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('text', models.CharField(max_length=300, verbose_name='problem')),
                ('measure', models.CharField(blank=True, max_length=300, verbose_name='measure')),
                ('responsible_name', models.CharField(blank=True, max_length=60, verbose_name='or somebody else')),
                ('found_on', models.DateField(verbose_name='found on')),
                ('due_on', models.DateField(verbose_name='by')),
                ('is_internal', models.BooleanField(default=False, verbose_name='only for the committee of the branch')),
                ('state', models.CharField(choices=[('open', 'Being put right'), ('done', 'Reported as done, to be accepted'), ('accepted', 'Accepted'), ('dropped', 'Dropped, with the reason')], default='open', max_length=20, verbose_name='state')),
                ('settled_on', models.DateField(blank=True, null=True, verbose_name='settled on')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='problems', to='members.organization')),
                ('responsible', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='problems', to='members.member', verbose_name='who')),
                ('settled_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('problem_list', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='problems', to='supervision.problemlist')),
            ],
            options={
                'verbose_name': 'problem',
                'verbose_name_plural': 'problems',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('state__in', ['open', 'done', 'accepted', 'dropped'])), name='problem_state_known'),
                    models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='problem_says_something'),
                    models.CheckConstraint(condition=models.Q(('due_on__gte', models.F('found_on'))), name='problem_due_after_finding'),
                    models.CheckConstraint(condition=models.Q(models.Q(('settled_by__isnull', True), ('settled_on__isnull', True), ('state__in', ['open', 'done'])), models.Q(('settled_by__isnull', False), ('settled_on__isnull', False), ('state__in', ['accepted', 'dropped'])), _connector='OR'), name='problem_settled_is_whole'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ProblemStep',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('done', 'Reported as done'), ('accepted', 'Accepted'), ('sent_back', 'Sent back'), ('moved', 'Given another day'), ('dropped', 'Dropped'), ('note', 'Note')], max_length=20, verbose_name='what happened')),
                ('on', models.DateField(verbose_name='on')),
                ('text', models.TextField(verbose_name='in words')),
                ('file', models.FileField(blank=True, upload_to='evidence/', verbose_name='evidence')),
                ('recorded_at', models.DateTimeField(auto_now_add=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('problem', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='supervision.problem')),
            ],
            options={
                'ordering': ['recorded_at'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('kind__in', ['done', 'accepted', 'sent_back', 'moved', 'dropped', 'note'])), name='problem_step_kind_known'),
                    models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='problem_step_says_something'),
                ],
            },
        ),
        migrations.CreateModel(
            name='RecoveryKey',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('public_key', models.CharField(max_length=64, unique=True)),
                ('signing_key', models.CharField(blank=True, max_length=64)),
                ('proof', models.CharField(blank=True, max_length=64)),
                ('made_on', models.DateField()),
                ('withdrawn_on', models.DateField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('public_key', ''), _negated=True), name='recovery_key_is_there'), models.CheckConstraint(condition=models.Q(('proof', ''), models.Q(('signing_key', ''), _negated=True), _connector='OR'), name='recovery_key_proof_whole'), models.UniqueConstraint(models.Value(1), condition=models.Q(('withdrawn_on__isnull', True)), name='recovery_key_one_in_use')],
            },
        ),
        migrations.CreateModel(
            name='LetterBox',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('sealed_key', models.TextField()),
                ('inspector_key', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='boxes', to='supervision.inspectorkey')),
                ('letter', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='boxes', to='supervision.letter')),
                ('recovery_key', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='boxes', to='supervision.recoverykey')),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('inspector_key__isnull', True), ('recovery_key__isnull', True), _connector='XOR'), name='letter_box_has_one_reader'),
                    models.UniqueConstraint(fields=('letter', 'inspector_key'), name='letter_box_once_per_inspector'),
                    models.UniqueConstraint(fields=('letter', 'recovery_key'), name='letter_box_once_per_recovery_key'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Report',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('period_kind', models.CharField(choices=[('quarter', 'Quarter'), ('year', 'Year')], max_length=10, verbose_name='period')),
                ('period', models.CharField(max_length=7, verbose_name='period')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('adopted', 'Adopted by the committee meeting'), ('submitted', 'Submitted'), ('read', 'Read above'), ('returned', 'Returned with questions'), ('closed', 'Closed')], default='draft', max_length=20, verbose_name='state')),
                ('judgement', models.TextField(blank=True, verbose_name='what we make of it')),
                ('figures', models.JSONField(blank=True, null=True)),
                ('begun_on', models.DateField(verbose_name='begun on')),
                ('adopted_on', models.DateField(blank=True, null=True, verbose_name='adopted on')),
                ('submitted_on', models.DateField(blank=True, null=True, verbose_name='submitted on')),
                ('closed_on', models.DateField(blank=True, null=True, verbose_name='closed on')),
                ('meeting', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='supervision_reports', to='meetings.meeting', verbose_name='meeting that adopted it')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='supervision_reports', to='members.organization')),
            ],
            options={
                'verbose_name': 'supervision report',
                'verbose_name_plural': 'supervision reports',
                'constraints': [
                    models.UniqueConstraint(fields=('organization', 'period'), name='report_once_a_period'),
                    models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'adopted', 'submitted', 'read', 'returned', 'closed'])), name='report_state_known'),
                    models.CheckConstraint(condition=models.Q(('period_kind__in', ['quarter', 'year'])), name='report_period_known'),
                    models.CheckConstraint(condition=models.Q(models.Q(('adopted_on__isnull', True), ('figures__isnull', True), ('state', 'draft')), models.Q(models.Q(('state', 'draft'), _negated=True), ('adopted_on__isnull', False), ('figures__isnull', False)), _connector='OR'), name='report_adopted_keeps_figures'),
                    models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'adopted']), ('submitted_on__isnull', False), _connector='OR'), name='report_read_was_submitted'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ReportStep',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('adopted', 'Adopted by the committee meeting'), ('submitted', 'Submitted'), ('read', 'Read above'), ('returned', 'Returned with questions'), ('closed', 'Closed')], max_length=20, verbose_name='state')),
                ('text', models.TextField(blank=True, verbose_name='in words')),
                ('on', models.DateField(verbose_name='on')),
                ('recorded_at', models.DateTimeField(auto_now_add=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='supervision.report')),
            ],
            options={
                'ordering': ['recorded_at'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'adopted', 'submitted', 'read', 'returned', 'closed'])), name='report_step_state_known'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'returned'), _negated=True), models.Q(('text', ''), _negated=True), _connector='OR'), name='report_step_return_asks_something'),
                ],
            },
        ),
        migrations.CreateModel(
            name='SealedName',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('sealed_name', models.TextField()),
                ('custody_key', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='names', to='supervision.custodykey')),
                ('inspector_key', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='names', to='supervision.inspectorkey')),
                ('letter', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='names', to='supervision.letter')),
                ('recovery_key', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='names', to='supervision.recoverykey')),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('custody_key__isnull', False), ('inspector_key__isnull', True), ('recovery_key__isnull', True)), models.Q(('custody_key__isnull', True), ('inspector_key__isnull', True), ('recovery_key__isnull', False)), models.Q(('custody_key__isnull', True), ('inspector_key__isnull', False), ('recovery_key__isnull', True)), _connector='OR'), name='sealed_name_has_one_reader'),
                    models.UniqueConstraint(fields=('letter', 'custody_key'), name='sealed_name_once_per_custodian'),
                    models.UniqueConstraint(fields=('letter', 'recovery_key'), name='sealed_name_once_per_recovery_key'),
                    models.UniqueConstraint(fields=('letter', 'inspector_key'), name='sealed_name_once_per_inspector'),
                ],
            },
        ),
        migrations.CreateModel(
            name='SelfCheck',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('made_on', models.DateField(verbose_name='made on')),
                ('shared_on', models.DateField(blank=True, null=True, verbose_name='shared with the branch on')),
                ('plan', members.fields.SealedField(blank=True, default='', verbose_name='what I will do')),
                ('checklist', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='self_checks', to='supervision.checklist')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='self_checks', to='members.member')),
            ],
            options={
                'verbose_name': 'self-check',
                'verbose_name_plural': 'self-checks',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('shared_on__isnull', True), ('shared_on__gte', models.F('made_on')), _connector='OR'), name='self_check_shared_after_making'),
                ],
            },
        ),
        migrations.CreateModel(
            name='SelfCheckAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mark', members.fields.SealedField(verbose_name='how I see it')),
                ('note', members.fields.SealedField(blank=True, default='', verbose_name='note')),
                ('check_made', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='answers', to='supervision.selfcheck')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='supervision.checklistitem')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('check_made', 'item'), name='self_check_answer_one_per_line'),
                    models.CheckConstraint(condition=models.Q(('mark', ''), _negated=True), name='self_check_answer_says_something'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Suggestion',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('work', "The branch's work"), ('unit', "The unit's work"), ('leaders', 'How leaders work'), ('conditions', 'Living and working conditions'), ('other', 'Something else')], max_length=20, verbose_name='about')),
                ('text', members.fields.SealedField(verbose_name='suggestion')),
                ('is_shared', models.BooleanField(default=True, verbose_name='members of the branch may read it')),
                ('shows_name', models.BooleanField(default=True, verbose_name='with my name')),
                ('asked_on', models.DateField(verbose_name='asked on')),
                ('due_on', models.DateField(verbose_name='answer by')),
                ('answered_on', models.DateField(blank=True, null=True, verbose_name='answered on')),
                ('answer', members.fields.SealedField(blank=True, default='', verbose_name='answer')),
                ('outcome', models.CharField(blank=True, choices=[('solved', 'Solved'), ('explained', "Can't be done, with the reason"), ('passed_up', 'Passed on to the level above')], max_length=20, verbose_name='what became of it')),
                ('is_thanked', models.BooleanField(default=False, verbose_name='thanked for it')),
                ('is_settled', models.BooleanField(blank=True, null=True, verbose_name='the member says it is settled')),
                ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='suggestions', to='members.member')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='suggestions', to='members.organization')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'suggestion',
                'verbose_name_plural': 'suggestions',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('kind__in', ['work', 'unit', 'leaders', 'conditions', 'other'])), name='suggestion_kind_known'),
                    models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='suggestion_says_something'),
                    models.CheckConstraint(condition=models.Q(('due_on__gte', models.F('asked_on'))), name='suggestion_due_after_asking'),
                    models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_by__isnull', True), ('answered_on__isnull', True), ('outcome', '')), models.Q(('answered_by__isnull', False), ('answered_on__isnull', False), ('outcome__in', ['solved', 'explained', 'passed_up']), models.Q(('answer', ''), _negated=True)), _connector='OR'), name='suggestion_answer_is_whole'),
                    models.CheckConstraint(condition=models.Q(('answered_on__isnull', False), models.Q(('is_settled__isnull', True), ('is_thanked', False)), _connector='OR'), name='suggestion_settled_after_answer'),
                ],
            },
        ),
        migrations.AddField(
            model_name='problemlist',
            name='suggestion',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='problem_lists', to='supervision.suggestion'),
        ),
        migrations.CreateModel(
            name='Talk',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('held_on', models.DateField(verbose_name='when')),
                ('occasion', models.CharField(choices=[('yearly', "The year's talk"), ('before_meeting', 'Before an organizational-life meeting'), ('appraisal', 'After an appraisal'), ('absence', 'After absences or arrears'), ('hardship', 'Illness, hardship, a change in life'), ('other', 'Another reason')], default='yearly', max_length=20, verbose_name='why')),
                ('first', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='talks_begun', to='members.member', verbose_name='who')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='talks', to='members.organization')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('second', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='talks_had', to='members.member', verbose_name='with whom')),
            ],
            options={
                'verbose_name': 'talk',
                'verbose_name_plural': 'talks',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('first', models.F('second')), _negated=True), name='talk_is_between_two'),
                    models.CheckConstraint(condition=models.Q(('occasion__in', ['yearly', 'before_meeting', 'appraisal', 'absence', 'hardship', 'other'])), name='talk_occasion_known'),
                ],
            },
        ),
        migrations.CreateModel(
            name='TalkNote',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('text', members.fields.SealedField(verbose_name='note')),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
                ('talk', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notes', to='supervision.talk')),
            ],
            options={
                'verbose_name': 'note of a talk',
                'constraints': [
                    models.UniqueConstraint(fields=('talk', 'author'), name='talk_note_one_per_person'),
                    models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='talk_note_says_something'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Tally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mark', models.CharField(choices=[('excellent', 'Excellent'), ('qualified', 'Qualified'), ('basically_qualified', 'Basically qualified'), ('unqualified', 'Unqualified'), ('abstained', 'Abstained')], max_length=20)),
                ('ballots', models.PositiveSmallIntegerField(default=0)),
                ('appraisee', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tallies', to='supervision.appraisee')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('appraisee', 'mark'), name='tally_one_per_mark'),
                    models.CheckConstraint(condition=models.Q(('mark__in', ['excellent', 'qualified', 'basically_qualified', 'unqualified', 'abstained'])), name='tally_mark_known'),
                ],
            },
        ),
        migrations.AddIndex(
            model_name='matter',
            index=models.Index(fields=['organization', '-proposed_on'], name='matter_of_branch'),
        ),
        migrations.AddIndex(
            model_name='problem',
            index=models.Index(fields=['organization', 'due_on'], name='problem_of_branch'),
        ),
        migrations.AddIndex(
            model_name='suggestion',
            index=models.Index(fields=['organization', 'asked_on'], name='suggestion_of_branch'),
        ),
        migrations.AddConstraint(
            model_name='problemlist',
            constraint=models.CheckConstraint(condition=models.Q(('suggestion__isnull', True), ('source', 'suggestion'), _connector='OR'), name='problem_list_of_suggestion_says_so'),
        ),
        migrations.AddIndex(
            model_name='talk',
            index=models.Index(fields=['organization', 'held_on'], name='talk_of_branch'),
        ),
        AppendOnly("supervision_problemstep"),
    ]
