"""Notes in lessons, and the glossary, which the next reading of the courses fills.

Revision 0059, after 0058.
"""

import sqlalchemy as sa
from alembic import op
from learning.kernel.db import Instant

revision = '0059'
down_revision = '0058'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('glossary_terms',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('course_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('lesson_version_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('zh', sa.String(length=200), nullable=False),
    sa.Column('en', sa.String(length=200), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('sort_key', sa.String(length=400), nullable=False),
    sa.Column('find_key', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['course_id'], ['courses.id'], name=op.f('fk_glossary_terms_course_id')),
    sa.ForeignKeyConstraint(['lesson_version_id'], ['lesson_versions.id'], name=op.f('fk_glossary_terms_lesson_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_glossary_terms'))
    )
    with op.batch_alter_table('glossary_terms', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_glossary_terms_course_id'), ['course_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_glossary_terms_sort_key_id'), ['sort_key', 'id'], unique=False)

    op.create_table('lesson_notes',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('course_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('lesson_code', sa.String(length=60), nullable=False),
    sa.Column('lesson_version_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('quote', sa.String(length=500), nullable=False),
    sa.Column('prefix', sa.String(length=60), nullable=False),
    sa.Column('suffix', sa.String(length=60), nullable=False),
    sa.Column('heading', sa.String(length=40), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('made_at', Instant(), nullable=False),
    sa.Column('changed_at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['course_id'], ['courses.id'], name=op.f('fk_lesson_notes_course_id')),
    sa.ForeignKeyConstraint(['lesson_version_id'], ['lesson_versions.id'], name=op.f('fk_lesson_notes_lesson_version_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_lesson_notes_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lesson_notes')),
    sa.UniqueConstraint('public_id', name=op.f('uq_lesson_notes_public_id'))
    )
    with op.batch_alter_table('lesson_notes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_lesson_notes_user_id_changed_at'), ['user_id', 'changed_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_lesson_notes_user_id_course_id_lesson_code'), ['user_id', 'course_id', 'lesson_code'], unique=False)


def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
