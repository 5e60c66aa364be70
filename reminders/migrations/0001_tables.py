import datetime
import django.db.models.deletion
import members.fields
import uuid
from django.conf import settings
from audit.append_only import AppendOnly
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('reminders', '0001_initial'),
        ('reminders', '0002_wording_addressee'),
        ('reminders', '0003_desk_count_kinds'),
        ('reminders', '0004_answer_sealed'),
        ('reminders', '0005_desk_count_says_what_is_late'),
        ('reminders', '0006_message_emptied'),
        ('reminders', '0007_readers'),
    ]
    initial = True

    dependencies = [
        ('members', '0001_tables'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ChannelSetup',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('sms', 'Text message'), ('wecom', 'WeCom group robot'), ('dingtalk', 'DingTalk group robot'), ('feishu', 'Feishu group robot')], max_length=20, verbose_name='channel')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('address', members.fields.SealedField(verbose_name='address (URL)')),
                ('secret', members.fields.SealedField(blank=True, default='', verbose_name='secret for signing')),
                ('is_used', models.BooleanField(default=True, verbose_name='in use')),
                ('tested_at', models.DateTimeField(blank=True, null=True, verbose_name='tried out')),
                ('test_problem', models.CharField(blank=True, max_length=300, verbose_name='what the trial said')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='channel_setups', to='members.organization')),
            ],
            options={
                'verbose_name': 'channel',
                'verbose_name_plural': 'channels',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('kind__in', ['sms', 'wecom', 'dingtalk', 'feishu'])), name='channel_setup_kind_known'),
                    models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='channel_setup_has_name'),
                    models.CheckConstraint(condition=models.Q(('address', ''), _negated=True), name='channel_setup_has_address'),
                    models.UniqueConstraint(condition=models.Q(('is_used', True)), fields=('organization', 'kind'), name='channel_setup_one_in_use'),
                ],
            },
        ),
        migrations.CreateModel(
            name='DeskCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('counted_on', models.DateField(verbose_name='as of')),
                ('counted_at', models.DateTimeField(verbose_name='counted')),
                ('overdue', models.PositiveIntegerField(verbose_name='overdue')),
                ('this_week', models.PositiveIntegerField(verbose_name='this week')),
                ('this_month', models.PositiveIntegerField(verbose_name='later this month')),
                ('later', models.PositiveIntegerField(default=0, verbose_name='later this year')),
                ('done', models.PositiveIntegerField(verbose_name='done this year')),
                ('not_applicable', models.PositiveIntegerField(verbose_name='said not to apply')),
                ('overdue_kinds', models.JSONField(default=dict, verbose_name='overdue, by kind')),
                ('organization', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='desk_count', to='members.organization')),
            ],
            options={
                'verbose_name': 'count of duties',
                'verbose_name_plural': 'counts of duties',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('overdue', 0), ('overdue_kinds', {})), models.Q(('overdue__gt', 0), models.Q(('overdue_kinds', {}), _negated=True)), _connector='OR'), name='desk_count_says_what_is_late'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Effort',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(verbose_name='month')),
                ('forms', models.PositiveIntegerField(default=0, verbose_name='forms sent')),
                ('fields', models.PositiveIntegerField(default=0, verbose_name='fields filled')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='efforts', to='members.organization')),
            ],
            options={
                'verbose_name': 'effort of a month',
                'verbose_name_plural': 'efforts by month',
                'constraints': [
                    models.UniqueConstraint(fields=('organization', 'month'), name='effort_once_a_month'),
                    models.CheckConstraint(condition=models.Q(('month__day', 1)), name='effort_month_by_first_day'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Heartbeat',
            fields=[
                ('name', models.CharField(max_length=120, primary_key=True, serialize=False, verbose_name='part')),
                ('seen_at', models.DateTimeField(verbose_name='last seen')),
            ],
            options={
                'verbose_name': 'sign of life',
                'verbose_name_plural': 'signs of life',
                'constraints': [models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='heartbeat_has_name')],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('dedupe_key', models.CharField(max_length=120, unique=True)),
                ('kind', models.CharField(choices=[('missed', 'After an absence: what was missed, and the question why'), ('invitation', 'Before a meeting, to those far away: link and material'), ('make_up', 'After a meeting, to those far away: how to make up for it'), ('dues', 'Dues left open: how much, and how to pay'), ('term', 'A term of office ends'), ('digest', "The week's duties of an officer"), ('due_now', 'A duty that falls due now'), ('readers', 'Somebody new who may come to read sealed letters, to all who read'), ('announcement', "A meeting, announced in the branch's group chat")], max_length=20, verbose_name='kind')),
                ('step', models.PositiveSmallIntegerField(default=1, verbose_name='rung of the ladder')),
                ('about', models.CharField(max_length=80)),
                ('addressee', models.CharField(choices=[('member', 'The member'), ('contact_person', 'The contact person'), ('officer', 'The officer'), ('group_chat', "The branch's group chat")], max_length=20, verbose_name='told')),
                ('channel', models.CharField(choices=[('in_app', 'In Branchweb'), ('email', 'E-mail'), ('sms', 'Text message'), ('wecom', 'WeCom group robot'), ('dingtalk', 'DingTalk group robot'), ('feishu', 'Feishu group robot'), ('by_hand', 'Phone call or visit, by hand')], max_length=20, verbose_name='channel')),
                ('values', models.JSONField(default=dict)),
                ('state', models.CharField(choices=[('held', 'Waits to be reviewed'), ('ready', 'Planned'), ('sending', 'Being sent'), ('to_call', 'On the call list'), ('sent', 'Sent'), ('unknown', 'Perhaps sent: the program was interrupted'), ('dead', 'Could not be sent'), ('stopped', 'Not needed any more'), ('expired', 'Too late to be of use'), ('declined', 'Declined by the reviewer')], default='ready', max_length=20, verbose_name='state')),
                ('planned_at', models.DateTimeField(verbose_name='planned')),
                ('due_at', models.DateTimeField(verbose_name='due')),
                ('expires_at', models.DateTimeField(verbose_name='of use until')),
                ('claimed_at', models.DateTimeField(blank=True, null=True)),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent')),
                ('read_at', models.DateTimeField(blank=True, null=True, verbose_name='read')),
                ('settled_at', models.DateTimeField(blank=True, null=True, verbose_name='done at')),
                ('emptied_on', models.DateField(blank=True, null=True, verbose_name='text removed on')),
                ('attempts_made', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('problem', models.CharField(blank=True, max_length=300, verbose_name='problem')),
                ('contact_person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='messages', to='members.contactperson')),
                ('member', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='members.member', verbose_name='about')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='members.organization', verbose_name='on behalf of')),
                ('setup', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='reminders.channelsetup')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'message',
                'verbose_name_plural': 'messages',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('dedupe_key', ''), _negated=True), name='message_says_what_it_is'),
                    models.CheckConstraint(condition=models.Q(('kind__in', ['missed', 'invitation', 'make_up', 'dues', 'term', 'digest', 'due_now', 'readers', 'announcement'])), name='message_kind_known'),
                    models.CheckConstraint(condition=models.Q(('state__in', ['held', 'ready', 'sending', 'to_call', 'sent', 'unknown', 'dead', 'stopped', 'expired', 'declined'])), name='message_state_known'),
                    models.CheckConstraint(condition=models.Q(('channel__in', ['in_app', 'email', 'sms', 'wecom', 'dingtalk', 'feishu', 'by_hand'])), name='message_channel_known'),
                    models.CheckConstraint(condition=models.Q(('addressee__in', ['member', 'contact_person', 'officer', 'group_chat'])), name='message_addressee_known'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'sent'), ('sent_at__isnull', False)), models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at__isnull', True)), _connector='OR'), name='message_sent_has_moment'),
                    models.CheckConstraint(condition=models.Q(models.Q(('channel', 'in_app'), _negated=True), ('user__isnull', False), _connector='OR'), name='message_inbox_is_somebodys'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('channel', models.CharField(choices=[('in_app', 'In Branchweb'), ('email', 'E-mail'), ('sms', 'Text message'), ('wecom', 'WeCom group robot'), ('dingtalk', 'DingTalk group robot'), ('feishu', 'Feishu group robot'), ('by_hand', 'Phone call or visit, by hand')], max_length=20, verbose_name='channel')),
                ('started_at', models.DateTimeField(verbose_name='begun')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                ('result', models.CharField(blank=True, choices=[('sent', 'Sent'), ('failed', 'Failed'), ('unknown', 'Not known')], max_length=20, verbose_name='result')),
                ('problem', models.CharField(blank=True, max_length=300, verbose_name='problem')),
                ('by', models.CharField(max_length=150, verbose_name='by')),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attempts', to='reminders.message')),
            ],
            options={
                'verbose_name': 'attempt',
                'verbose_name_plural': 'attempts',
                'constraints': [
                    models.UniqueConstraint(fields=('message', 'number'), name='attempt_number_once'),
                    models.CheckConstraint(condition=models.Q(('result__in', ['', 'sent', 'failed', 'unknown'])), name='attempt_result_known'),
                    models.CheckConstraint(condition=models.Q(models.Q(('result', ''), ('ended_at__isnull', True)), models.Q(models.Q(('result', ''), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='attempt_ends_with_result'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Answer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sealed_choice', members.fields.SealedField(verbose_name='answer')),
                ('source', models.CharField(choices=[('link', 'By the link in the message'), ('logged_in', 'In Branchweb'), ('call', 'On the phone, recorded by the caller')], max_length=20, verbose_name='given')),
                ('answered_at', models.DateTimeField(verbose_name='answered')),
                ('recorded_by', models.CharField(blank=True, max_length=150, verbose_name='recorded by')),
                ('message', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='answer', to='reminders.message')),
            ],
            options={
                'verbose_name': 'answer',
                'verbose_name_plural': 'answers',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('sealed_choice', ''), _negated=True), name='answer_has_choice'),
                    models.CheckConstraint(condition=models.Q(models.Q(('source', 'link'), ('recorded_by', '')), models.Q(models.Q(('source', 'link'), _negated=True), models.Q(('recorded_by', ''), _negated=True)), _connector='OR'), name='answer_recorded_by_somebody'),
                ],
            },
        ),
        migrations.CreateModel(
            name='NotApplicable',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=40, verbose_name='duty')),
                ('period', models.CharField(max_length=20, verbose_name='period')),
                ('reason', members.fields.SealedField(verbose_name='because')),
                ('said_at', models.DateTimeField(auto_now_add=True)),
                ('taken_back_at', models.DateTimeField(blank=True, null=True)),
                ('member', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='not_applicable', to='members.organization')),
                ('said_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('taken_back_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'duty that does not apply',
                'verbose_name_plural': 'duties that do not apply',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='not_applicable_has_reason'),
                    models.CheckConstraint(condition=models.Q(models.Q(('taken_back_at__isnull', True), ('taken_back_by__isnull', True)), models.Q(('taken_back_at__isnull', False), ('taken_back_by__isnull', False)), _connector='OR'), name='not_applicable_taken_back_by_somebody'),
                    models.UniqueConstraint(condition=models.Q(('member__isnull', True), ('taken_back_at__isnull', True)), fields=('organization', 'kind', 'period'), name='not_applicable_once'),
                    models.UniqueConstraint(condition=models.Q(('member__isnull', False), ('taken_back_at__isnull', True)), fields=('organization', 'kind', 'period', 'member'), name='not_applicable_once_per_member'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Preference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(blank=True, choices=[('zh-hans', '简体中文'), ('en', 'English')], max_length=10, verbose_name='language')),
                ('quiet_from', models.TimeField(default=datetime.time(21, 0), verbose_name='quiet from')),
                ('quiet_until', models.TimeField(default=datetime.time(8, 0), verbose_name='quiet until')),
                ('workdays_only', models.BooleanField(default=False, verbose_name='on workdays only')),
                ('no_channels', models.JSONField(blank=True, default=list, verbose_name='not by')),
                ('wants_digest', models.BooleanField(default=True, verbose_name='a weekly overview')),
                ('member', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='preference', to='members.member')),
                ('user', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='preference', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'way of being told',
                'verbose_name_plural': 'ways of being told',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('member__isnull', False), ('user__isnull', True)), models.Q(('member__isnull', True), ('user__isnull', False)), _connector='OR'), name='preference_is_one_persons'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Release',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('missed', 'After an absence: what was missed, and the question why'), ('invitation', 'Before a meeting, to those far away: link and material'), ('make_up', 'After a meeting, to those far away: how to make up for it'), ('dues', 'Dues left open: how much, and how to pay'), ('term', 'A term of office ends'), ('digest', "The week's duties of an officer"), ('due_now', 'A duty that falls due now'), ('readers', 'Somebody new who may come to read sealed letters, to all who read'), ('announcement', "A meeting, announced in the branch's group chat")], max_length=20, verbose_name='kind')),
                ('released_at', models.DateTimeField(auto_now_add=True)),
                ('taken_back_at', models.DateTimeField(blank=True, null=True)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='releases', to='members.organization')),
                ('released_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'release',
                'verbose_name_plural': 'releases',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('kind__in', ['missed', 'invitation', 'make_up', 'dues', 'term', 'digest', 'due_now', 'readers', 'announcement'])), name='release_kind_known'),
                    models.UniqueConstraint(condition=models.Q(('taken_back_at__isnull', True)), fields=('organization', 'kind'), name='release_once_in_force'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Wording',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('missed', 'After an absence: what was missed, and the question why'), ('invitation', 'Before a meeting, to those far away: link and material'), ('make_up', 'After a meeting, to those far away: how to make up for it'), ('dues', 'Dues left open: how much, and how to pay'), ('term', 'A term of office ends'), ('digest', "The week's duties of an officer"), ('due_now', 'A duty that falls due now'), ('readers', 'Somebody new who may come to read sealed letters, to all who read'), ('announcement', "A meeting, announced in the branch's group chat")], max_length=20, verbose_name='kind')),
                ('addressee', models.CharField(choices=[('member', 'The member'), ('contact_person', 'The contact person'), ('officer', 'The officer'), ('group_chat', "The branch's group chat")], max_length=20, verbose_name='told')),
                ('language', models.CharField(choices=[('zh-hans', '简体中文'), ('en', 'English')], max_length=10, verbose_name='language')),
                ('subject', models.CharField(max_length=120, verbose_name='subject')),
                ('text', models.TextField(blank=True, max_length=2000, verbose_name='text')),
                ('written_at', models.DateTimeField(auto_now_add=True)),
                ('organization', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='wordings', to='members.organization')),
                ('written_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'wording',
                'verbose_name_plural': 'wordings',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('kind__in', ['missed', 'invitation', 'make_up', 'dues', 'term', 'digest', 'due_now', 'readers', 'announcement'])), name='wording_kind_known'),
                    models.CheckConstraint(condition=models.Q(('addressee__in', ['member', 'contact_person', 'officer', 'group_chat'])), name='wording_addressee_known'),
                    models.CheckConstraint(condition=models.Q(('language__in', ['zh-hans', 'en'])), name='wording_language_known'),
                    models.CheckConstraint(condition=models.Q(('subject', ''), _negated=True), name='wording_has_subject'),
                    models.CheckConstraint(condition=models.Q(models.Q(('organization__isnull', True), ('written_by__isnull', True)), models.Q(('organization__isnull', False), ('written_by__isnull', False)), _connector='OR'), name='wording_written_by_somebody'),
                    models.CheckConstraint(condition=models.Q(models.Q(('text', ''), _negated=True), models.Q(('organization__isnull', False), ('subject', '-')), _connector='OR'), name='wording_has_text_or_is_given_back'),
                ],
            },
        ),
        migrations.AddField(
            model_name='message',
            name='wording',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='reminders.wording'),
        ),
        migrations.AddIndex(
            model_name='wording',
            index=models.Index(fields=['kind', 'language', 'organization', '-written_at'], name='wording_newest'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['state', 'due_at'], name='message_due'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['user', '-due_at'], name='message_inbox'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['organization', '-planned_at'], name='message_by_place'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['kind', 'about'], name='message_about'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('addressee', 'group_chat'), ('channel__in', ('wecom', 'dingtalk', 'feishu')), ('member__isnull', True)), models.Q(models.Q(('addressee', 'group_chat'), _negated=True), models.Q(('channel__in', ('wecom', 'dingtalk', 'feishu')), _negated=True)), _connector='OR'), name='message_to_group_is_about_nobody'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(('emptied_on__isnull', True), models.Q(('state__in', ('held', 'ready', 'sending', 'to_call')), _negated=True), _connector='OR'), name='message_emptied_when_over'),
        ),
        AppendOnly("reminders_wording"),
    ]
