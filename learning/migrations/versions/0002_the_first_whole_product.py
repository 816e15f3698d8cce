"""Courses, sittings, certificates, joining, privacy.

Revision 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op
from learning.accounts.rules.pinyin import pinyin_initials
from learning.competitions.rules import mask_name
from learning.kernel.db import Instant

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('course_assets',
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('media_type', sa.String(length=20), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', Instant(), nullable=False),
    sa.CheckConstraint("media_type IN ('image/svg+xml', 'image/png')", name=op.f('ck_course_assets_media_type')),
    sa.PrimaryKeyConstraint('sha256', name=op.f('pk_course_assets'))
    )
    op.create_table('courses',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('current_version_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created_at', Instant(), nullable=False),
    sa.Column('retired_at', Instant(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_courses')),
    sa.UniqueConstraint('code', name=op.f('uq_courses_code'))
    )
    op.create_table('consents',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('notice_version', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('given_at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_consents_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consents')),
    )
    with op.batch_alter_table('consents', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_consents_user_id_notice_version'), ['user_id', 'notice_version'], unique=True)

    op.create_table('correction_requests',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('field', sa.String(length=10), nullable=False),
    sa.Column('current_text', sa.Text(), nullable=False),
    sa.Column('wanted_text', sa.String(length=200), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('evidence', sa.LargeBinary(), nullable=True),
    sa.Column('evidence_name', sa.String(length=200), nullable=False),
    sa.Column('evidence_type', sa.String(length=20), nullable=False),
    sa.Column('evidence_removed_at', Instant(), nullable=True),
    sa.Column('state', sa.String(length=9), nullable=False),
    sa.Column('requested_at', Instant(), nullable=False),
    sa.Column('decided_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('decided_at', Instant(), nullable=True),
    sa.Column('answer', sa.String(length=500), nullable=False),
    sa.CheckConstraint("field IN ('name', 'staff_no', 'department', 'post', 'phone', 'other')", name=op.f('ck_correction_requests_field')),
    sa.CheckConstraint("state IN ('pending', 'accepted', 'refused', 'withdrawn')", name=op.f('ck_correction_requests_state')),
    sa.ForeignKeyConstraint(['decided_by'], ['users.id'], name=op.f('fk_correction_requests_decided_by')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_correction_requests_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_correction_requests')),
    sa.UniqueConstraint('public_id', name=op.f('uq_correction_requests_public_id'))
    )
    with op.batch_alter_table('correction_requests', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_correction_requests_state_requested_at'), ['state', 'requested_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_correction_requests_user_id_requested_at'), ['user_id', 'requested_at'], unique=False)
        batch_op.create_index('uq_correction_requests_pending', ['user_id', 'field'], unique=True, sqlite_where=sa.text("state = 'pending'"), postgresql_where=sa.text("state = 'pending'"))

    op.create_table('course_versions',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('course_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('content_hash', sa.String(length=64), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.Column('created_at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['course_id'], ['courses.id'], name=op.f('fk_course_versions_course_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_course_versions'))
    )
    with op.batch_alter_table('course_versions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_course_versions_course_id_content_hash'), ['course_id', 'content_hash'], unique=True)

    op.create_table('enrolments',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('course_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('enrolled_at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['course_id'], ['courses.id'], name=op.f('fk_enrolments_course_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_enrolments_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_enrolments')),
    sa.UniqueConstraint('user_id', 'course_id', name=op.f('uq_enrolments_user_id_course_id')),
    )
    with op.batch_alter_table('enrolments', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_enrolments_course_id'), ['course_id'], unique=False)

    op.create_table('join_codes',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('unit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=10), nullable=False),
    sa.Column('valid_until', Instant(), nullable=False),
    sa.Column('max_uses', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('uses', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('created_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created_at', Instant(), nullable=False),
    sa.Column('revoked_at', Instant(), nullable=True),
    sa.CheckConstraint('max_uses >= 1', name=op.f('ck_join_codes_max_uses')),
    sa.CheckConstraint('uses BETWEEN 0 AND max_uses', name=op.f('ck_join_codes_uses')),
    sa.ForeignKeyConstraint(['created_by'], ['users.id'], name=op.f('fk_join_codes_created_by')),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_join_codes_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_join_codes')),
    sa.UniqueConstraint('code', name=op.f('uq_join_codes_code')),
    sa.UniqueConstraint('public_id', name=op.f('uq_join_codes_public_id'))
    )
    with op.batch_alter_table('join_codes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_join_codes_unit_id'), ['unit_id'], unique=False)

    op.create_table('lesson_versions',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('course_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('lesson_code', sa.String(length=60), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('content_hash', sa.String(length=64), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('title_en', sa.String(length=200), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.Column('created_at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['course_id'], ['courses.id'], name=op.f('fk_lesson_versions_course_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lesson_versions'))
    )
    with op.batch_alter_table('lesson_versions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_lesson_versions_course_id_lesson_code_content_hash'), ['course_id', 'lesson_code', 'content_hash'], unique=True)

    op.create_table('person_merges',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('unit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kept_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('merged_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('moved', sa.Text(), nullable=False),
    sa.Column('merged_at', Instant(), nullable=False),
    sa.Column('merged_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('undone_at', Instant(), nullable=True),
    sa.Column('undone_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.CheckConstraint('kept_id <> merged_id', name=op.f('ck_person_merges_two_people')),
    sa.ForeignKeyConstraint(['kept_id'], ['users.id'], name=op.f('fk_person_merges_kept_id')),
    sa.ForeignKeyConstraint(['merged_by'], ['users.id'], name=op.f('fk_person_merges_merged_by')),
    sa.ForeignKeyConstraint(['merged_id'], ['users.id'], name=op.f('fk_person_merges_merged_id')),
    sa.ForeignKeyConstraint(['undone_by'], ['users.id'], name=op.f('fk_person_merges_undone_by')),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_person_merges_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person_merges')),
    sa.UniqueConstraint('public_id', name=op.f('uq_person_merges_public_id'))
    )
    with op.batch_alter_table('person_merges', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_person_merges_kept_id'), ['kept_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_person_merges_unit_id'), ['unit_id'], unique=False)
        batch_op.create_index('uq_person_merges_standing', ['merged_id'], unique=True, sqlite_where=sa.text('undone_at IS NULL'), postgresql_where=sa.text('undone_at IS NULL'))

    op.create_table('schemes',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('code', sa.String(length=20), nullable=False),
    sa.Column('number_prefix', sa.String(length=20), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('title_en', sa.String(length=200), nullable=False),
    sa.Column('issuer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('validity_months', sa.Integer(), nullable=True),
    sa.Column('created_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('created_at', Instant(), nullable=False),
    sa.CheckConstraint('validity_months IS NULL OR validity_months > 0', name=op.f('ck_schemes_validity_months')),
    sa.ForeignKeyConstraint(['created_by'], ['users.id'], name=op.f('fk_schemes_created_by')),
    sa.ForeignKeyConstraint(['issuer_id'], ['units.id'], name=op.f('fk_schemes_issuer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_schemes')),
    sa.UniqueConstraint('code', name=op.f('uq_schemes_code')),
    sa.UniqueConstraint('number_prefix', name=op.f('uq_schemes_number_prefix')),
    sa.UniqueConstraint('public_id', name=op.f('uq_schemes_public_id'))
    )
    with op.batch_alter_table('schemes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_schemes_issuer_id'), ['issuer_id'], unique=False)

    op.create_table('unit_requests',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('uscc', sa.String(length=18), nullable=False),
    sa.Column('region', sa.String(length=6), nullable=False),
    sa.Column('staff_no', sa.String(length=40), nullable=False),
    sa.Column('note', sa.String(length=500), nullable=False),
    sa.Column('requested_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('requested_at', Instant(), nullable=False),
    sa.Column('state', sa.String(length=9), nullable=False),
    sa.Column('unit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('decided_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('decided_at', Instant(), nullable=True),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.CheckConstraint("state IN ('pending', 'created', 'existing', 'refused', 'withdrawn')", name=op.f('ck_unit_requests_state')),
    sa.ForeignKeyConstraint(['decided_by'], ['users.id'], name=op.f('fk_unit_requests_decided_by')),
    sa.ForeignKeyConstraint(['requested_by'], ['users.id'], name=op.f('fk_unit_requests_requested_by')),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_unit_requests_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unit_requests')),
    sa.UniqueConstraint('public_id', name=op.f('uq_unit_requests_public_id'))
    )
    with op.batch_alter_table('unit_requests', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_unit_requests_requested_by_requested_at'), ['requested_by', 'requested_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_unit_requests_state_requested_at'), ['state', 'requested_at'], unique=False)

    op.create_table('award_decisions',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('scheme_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('source_kind', sa.String(length=12), nullable=False),
    sa.Column('source_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('outcome', sa.String(length=8), nullable=False),
    sa.Column('basis', sa.Text(), nullable=False),
    sa.Column('decided_at', Instant(), nullable=False),
    sa.Column('decided_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.CheckConstraint("outcome IN ('granted', 'refused')", name=op.f('ck_award_decisions_outcome')),
    sa.CheckConstraint("source_kind IN ('sitting')", name=op.f('ck_award_decisions_source_kind')),
    sa.ForeignKeyConstraint(['decided_by'], ['users.id'], name=op.f('fk_award_decisions_decided_by')),
    sa.ForeignKeyConstraint(['scheme_id'], ['schemes.id'], name=op.f('fk_award_decisions_scheme_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_award_decisions_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_award_decisions')),
    sa.UniqueConstraint('public_id', name=op.f('uq_award_decisions_public_id')),
    )
    with op.batch_alter_table('award_decisions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_award_decisions_scheme_id_user_id_source_kind_source_id'), ['scheme_id', 'user_id', 'source_kind', 'source_id'], unique=True)
        batch_op.create_index(batch_op.f('ix_award_decisions_user_id'), ['user_id'], unique=False)

    op.create_table('course_version_lessons',
    sa.Column('course_version_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('position', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('lesson_version_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['course_version_id'], ['course_versions.id'], name=op.f('fk_course_version_lessons_course_version_id')),
    sa.ForeignKeyConstraint(['lesson_version_id'], ['lesson_versions.id'], name=op.f('fk_course_version_lessons_lesson_version_id')),
    sa.PrimaryKeyConstraint('course_version_id', 'position', name=op.f('pk_course_version_lessons')),
    sa.UniqueConstraint('course_version_id', 'lesson_version_id', name=op.f('uq_course_version_lessons_course_version_id_lesson_version_id'))
    )
    op.create_table('divisions',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('competition_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=20), nullable=False),
    sa.Column('title', sa.String(length=60), nullable=False),
    sa.Column('belonging', sa.String(length=12), nullable=False),
    sa.CheckConstraint("belonging IN ('any', 'enterprise', 'university', 'institute', 'association', 'none')", name=op.f('ck_divisions_belonging')),
    sa.ForeignKeyConstraint(['competition_id'], ['competitions.id'], name=op.f('fk_divisions_competition_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_divisions'))
    )
    with op.batch_alter_table('divisions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_divisions_competition_id_code'), ['competition_id', 'code'], unique=True)
        batch_op.create_index(batch_op.f('ix_divisions_competition_id_number'), ['competition_id', 'number'], unique=True)

    op.create_table('enterprise_enrolments',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('competition_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('unit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('headcount', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('enrolled_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('enrolled_at', Instant(), nullable=False),
    sa.CheckConstraint('headcount IS NULL OR headcount >= 0', name=op.f('ck_enterprise_enrolments_headcount')),
    sa.ForeignKeyConstraint(['competition_id'], ['competitions.id'], name=op.f('fk_enterprise_enrolments_competition_id')),
    sa.ForeignKeyConstraint(['enrolled_by'], ['users.id'], name=op.f('fk_enterprise_enrolments_enrolled_by')),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_enterprise_enrolments_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_enterprise_enrolments'))
    )
    with op.batch_alter_table('enterprise_enrolments', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_enterprise_enrolments_competition_id_unit_id'), ['competition_id', 'unit_id'], unique=True)
        batch_op.create_index(batch_op.f('ix_enterprise_enrolments_unit_id'), ['unit_id'], unique=False)

    op.create_table('enterprise_results',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('competition_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('unit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('unit_name', sa.String(length=200), nullable=False),
    sa.Column('is_enrolled', sa.Boolean(), nullable=False),
    sa.Column('entries', sa.Integer(), nullable=False),
    sa.Column('participants', sa.Integer(), nullable=False),
    sa.Column('sum_milli', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('headcount', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('standing', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('is_shared', sa.Boolean(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['competition_id'], ['competitions.id'], name=op.f('fk_enterprise_results_competition_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_enterprise_results_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_enterprise_results'))
    )
    with op.batch_alter_table('enterprise_results', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_enterprise_results_competition_id_position'), ['competition_id', 'position'], unique=True)
        batch_op.create_index(batch_op.f('ix_enterprise_results_competition_id_unit_id'), ['competition_id', 'unit_id'], unique=True)
        batch_op.create_index(batch_op.f('ix_enterprise_results_unit_id'), ['unit_id'], unique=False)

    op.create_table('join_requests',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('unit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('join_code_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('staff_no', sa.String(length=40), nullable=False),
    sa.Column('state', sa.String(length=9), nullable=False),
    sa.Column('requested_at', Instant(), nullable=False),
    sa.Column('decided_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('decided_at', Instant(), nullable=True),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.CheckConstraint("state IN ('pending', 'confirmed', 'refused', 'withdrawn')", name=op.f('ck_join_requests_state')),
    sa.ForeignKeyConstraint(['decided_by'], ['users.id'], name=op.f('fk_join_requests_decided_by')),
    sa.ForeignKeyConstraint(['join_code_id'], ['join_codes.id'], name=op.f('fk_join_requests_join_code_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_join_requests_unit_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_join_requests_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_join_requests')),
    sa.UniqueConstraint('public_id', name=op.f('uq_join_requests_public_id'))
    )
    with op.batch_alter_table('join_requests', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_join_requests_unit_id_state_requested_at'), ['unit_id', 'state', 'requested_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_join_requests_user_id_requested_at'), ['user_id', 'requested_at'], unique=False)
        batch_op.create_index('uq_join_requests_pending', ['user_id', 'unit_id'], unique=True, sqlite_where=sa.text("state = 'pending'"), postgresql_where=sa.text("state = 'pending'"))

    op.create_table('lesson_checks',
    sa.Column('lesson_version_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('assessment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessments.id'], name=op.f('fk_lesson_checks_assessment_id')),
    sa.ForeignKeyConstraint(['lesson_version_id'], ['lesson_versions.id'], name=op.f('fk_lesson_checks_lesson_version_id')),
    sa.PrimaryKeyConstraint('lesson_version_id', name=op.f('pk_lesson_checks')),
    sa.UniqueConstraint('assessment_id', name=op.f('uq_lesson_checks_assessment_id'))
    )
    op.create_table('lesson_progress',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('course_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('lesson_code', sa.String(length=60), nullable=False),
    sa.Column('lesson_version_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('opened_at', Instant(), nullable=False),
    sa.Column('last_at', Instant(), nullable=False),
    sa.Column('last_anchor', sa.String(length=40), nullable=False),
    sa.Column('read_percent', sa.Integer(), nullable=False),
    sa.Column('completed_at', Instant(), nullable=True),
    sa.CheckConstraint('read_percent BETWEEN 0 AND 100', name=op.f('ck_lesson_progress_read_percent')),
    sa.ForeignKeyConstraint(['course_id'], ['courses.id'], name=op.f('fk_lesson_progress_course_id')),
    sa.ForeignKeyConstraint(['lesson_version_id'], ['lesson_versions.id'], name=op.f('fk_lesson_progress_lesson_version_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_lesson_progress_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lesson_progress')),
    sa.UniqueConstraint('user_id', 'course_id', 'lesson_code', name=op.f('uq_lesson_progress_user_id_course_id_lesson_code')),
    )
    op.create_table('scheme_serials',
    sa.Column('scheme_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('year', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['scheme_id'], ['schemes.id'], name=op.f('fk_scheme_serials_scheme_id')),
    sa.PrimaryKeyConstraint('scheme_id', 'year', name=op.f('pk_scheme_serials'))
    )
    op.create_table('sittings',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('organiser_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('assessment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('cut_score_milli', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('created_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('created_at', Instant(), nullable=False),
    sa.Column('opened_at', Instant(), nullable=True),
    sa.Column('closed_at', Instant(), nullable=True),
    sa.CheckConstraint("state IN ('draft', 'open', 'closed')", name=op.f('ck_sittings_state')),
    sa.CheckConstraint('cut_score_milli > 0', name=op.f('ck_sittings_cut_score')),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessments.id'], name=op.f('fk_sittings_assessment_id')),
    sa.ForeignKeyConstraint(['created_by'], ['users.id'], name=op.f('fk_sittings_created_by')),
    sa.ForeignKeyConstraint(['organiser_id'], ['units.id'], name=op.f('fk_sittings_organiser_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sittings')),
    sa.UniqueConstraint('assessment_id', name=op.f('uq_sittings_assessment_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_sittings_public_id'))
    )
    with op.batch_alter_table('sittings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sittings_organiser_id'), ['organiser_id'], unique=False)

    op.create_table('award_rules',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('scheme_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('sitting_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('active_from', Instant(), nullable=False),
    sa.Column('ended_at', Instant(), nullable=True),
    sa.Column('created_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['created_by'], ['users.id'], name=op.f('fk_award_rules_created_by')),
    sa.ForeignKeyConstraint(['scheme_id'], ['schemes.id'], name=op.f('fk_award_rules_scheme_id')),
    sa.ForeignKeyConstraint(['sitting_id'], ['sittings.id'], name=op.f('fk_award_rules_sitting_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_award_rules'))
    )
    with op.batch_alter_table('award_rules', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_award_rules_sitting_id'), ['sitting_id'], unique=False)
        batch_op.create_index('uq_award_rules_open', ['scheme_id', 'sitting_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    op.create_table('certificates',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('decision_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('scheme_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('serial', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('code', sa.String(length=28), nullable=False),
    sa.Column('holder_name', sa.String(length=200), nullable=False),
    sa.Column('unit_name', sa.String(length=200), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('title_en', sa.String(length=200), nullable=False),
    sa.Column('issuer_name', sa.String(length=200), nullable=False),
    sa.Column('zone', sa.String(length=40), nullable=False),
    sa.Column('issued_at', Instant(), nullable=False),
    sa.Column('valid_from', Instant(), nullable=False),
    sa.Column('valid_until', Instant(), nullable=True),
    sa.Column('document_sha256', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['decision_id'], ['award_decisions.id'], name=op.f('fk_certificates_decision_id')),
    sa.ForeignKeyConstraint(['scheme_id'], ['schemes.id'], name=op.f('fk_certificates_scheme_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_certificates_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certificates')),
    sa.UniqueConstraint('code', name=op.f('uq_certificates_code')),
    sa.UniqueConstraint('decision_id', name=op.f('uq_certificates_decision_id')),
    sa.UniqueConstraint('number', name=op.f('uq_certificates_number')),
    sa.UniqueConstraint('public_id', name=op.f('uq_certificates_public_id')),
    )
    with op.batch_alter_table('certificates', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_certificates_scheme_id_issued_at'), ['scheme_id', 'issued_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_certificates_scheme_id_year_serial'), ['scheme_id', 'year', 'serial'], unique=True)
        batch_op.create_index(batch_op.f('ix_certificates_user_id'), ['user_id'], unique=False)

    op.create_table('sitting_admissions',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('sitting_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('candidate_name', sa.String(length=200), nullable=False),
    sa.Column('unit_name', sa.String(length=420), nullable=False),
    sa.Column('staff_no', sa.String(length=40), nullable=False),
    sa.Column('admitted_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('admitted_at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['admitted_by'], ['users.id'], name=op.f('fk_sitting_admissions_admitted_by')),
    sa.ForeignKeyConstraint(['sitting_id'], ['sittings.id'], name=op.f('fk_sitting_admissions_sitting_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_sitting_admissions_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sitting_admissions'))
    )
    with op.batch_alter_table('sitting_admissions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sitting_admissions_sitting_id_user_id'), ['sitting_id', 'user_id'], unique=True)
        batch_op.create_index(batch_op.f('ix_sitting_admissions_user_id'), ['user_id'], unique=False)

    op.create_table('sitting_results',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('sitting_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('attempt_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('attempt_number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('points_milli', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('max_milli', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('passed', sa.Boolean(), nullable=False),
    sa.Column('decided_at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempts.id'], name=op.f('fk_sitting_results_attempt_id')),
    sa.ForeignKeyConstraint(['sitting_id'], ['sittings.id'], name=op.f('fk_sitting_results_sitting_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_sitting_results_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sitting_results'))
    )
    with op.batch_alter_table('sitting_results', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sitting_results_sitting_id_user_id'), ['sitting_id', 'user_id'], unique=True)
        batch_op.create_index(batch_op.f('ix_sitting_results_user_id'), ['user_id'], unique=False)

    op.create_table('revocations',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('certificate_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('revoked_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('revoked_at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['certificate_id'], ['certificates.id'], name=op.f('fk_revocations_certificate_id')),
    sa.ForeignKeyConstraint(['revoked_by'], ['users.id'], name=op.f('fk_revocations_revoked_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_revocations')),
    sa.UniqueConstraint('certificate_id', name=op.f('uq_revocations_certificate_id'))
    )
    with op.batch_alter_table('board_entries', schema=None) as batch_op:
        batch_op.add_column(sa.Column('group_code', sa.String(length=20), server_default='', nullable=False))
        batch_op.add_column(sa.Column('area_code', sa.String(length=6), server_default='', nullable=False))
        batch_op.create_index(batch_op.f('ix_board_entries_board_id_area_code_sort_key_subject'), ['board_id', 'area_code', 'sort_key', 'subject'], unique=False)
        batch_op.create_index(batch_op.f('ix_board_entries_board_id_group_code_sort_key_subject'), ['board_id', 'group_code', 'sort_key', 'subject'], unique=False)

    with op.batch_alter_table('competitions', schema=None) as batch_op:
        batch_op.add_column(sa.Column('entry_scope', sa.String(length=8), server_default='open', nullable=False))
        batch_op.add_column(sa.Column('ranked_by', sa.String(length=12), server_default='mean', nullable=False))
        batch_op.add_column(sa.Column('ranked_from', sa.Integer(), server_default='1', nullable=False))
        batch_op.create_check_constraint("entry_scope", "entry_scope IN ('open', 'enrolled')")
        batch_op.create_check_constraint(
            "ranked_by", "ranked_by IN ('mean', 'coverage', 'participants')"
        )
        batch_op.create_check_constraint("ranked_from", "ranked_from >= 1")

    with op.batch_alter_table('entries', schema=None) as batch_op:
        batch_op.add_column(sa.Column('public_name', sa.String(length=200), server_default='', nullable=False))
        batch_op.add_column(sa.Column('shows_name', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('province', sa.String(length=2), server_default='', nullable=False))
        batch_op.add_column(sa.Column('division', sa.String(length=20), server_default='', nullable=False))
        batch_op.create_index(batch_op.f('ix_entries_unit_id'), ['unit_id'], unique=False)

    with op.batch_alter_table('login_sessions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_login_sessions_expires_at'), ['expires_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_login_sessions_revoked_at'), ['revoked_at'], unique=False)

    with op.batch_alter_table('roster_imports', schema=None) as batch_op:
        batch_op.add_column(sa.Column('decisions', sa.Text(), server_default='{}', nullable=False))
        batch_op.add_column(sa.Column('missing', sa.Text(), server_default='[]', nullable=False))
        batch_op.add_column(sa.Column('emptied_at', Instant(), nullable=True))

    with op.batch_alter_table('unit_names', schema=None) as batch_op:
        batch_op.add_column(sa.Column('initials', sa.String(length=200), server_default='', nullable=False))

    with op.batch_alter_table('users', schema=None) as batch_op:
        batch_op.add_column(sa.Column('closed_at', Instant(), nullable=True))
        batch_op.add_column(sa.Column('notice_version', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('adult_declared_at', Instant(), nullable=True))

    _backfill(op.get_bind())


def _backfill(connection: sa.Connection) -> None:
    """Give older rows what newer ones get when they are written."""
    connection.execute(sa.text("UPDATE entries SET province = substr(region, 1, 2)"))
    entries = sa.table("entries", sa.column("id"), sa.column("participant_name"))
    names = [
        {"row": row.id, "name": mask_name(row.participant_name)}
        for row in connection.execute(sa.select(entries.c.id, entries.c.participant_name))
    ]
    if names:
        connection.execute(
            sa.text("UPDATE entries SET public_name = :name WHERE id = :row"), names
        )
    units = sa.table("unit_names", sa.column("id"), sa.column("name"))
    initials = [
        {"row": row.id, "initials": pinyin_initials(row.name)}
        for row in connection.execute(sa.select(units.c.id, units.c.name))
    ]
    if initials:
        connection.execute(
            sa.text("UPDATE unit_names SET initials = :initials WHERE id = :row"), initials
        )


def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
