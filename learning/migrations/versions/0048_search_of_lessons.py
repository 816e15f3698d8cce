"""Search of lessons: filled when the courses are next read, which every start does.

Revision 0048, after 0047.
"""

import sqlalchemy as sa
from alembic import op
from learning.kernel.search import TermsText, index_statements

revision = '0048'
down_revision = '0047'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('lesson_search',
    sa.Column('lesson_version_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('course_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('terms', TermsText, nullable=False),
    sa.ForeignKeyConstraint(['course_id'], ['courses.id'], name=op.f('fk_lesson_search_course_id')),
    sa.ForeignKeyConstraint(['lesson_version_id'], ['lesson_versions.id'], name=op.f('fk_lesson_search_lesson_version_id')),
    sa.PrimaryKeyConstraint('lesson_version_id', name=op.f('pk_lesson_search'))
    )
    with op.batch_alter_table('lesson_search', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_lesson_search_course_id'), ['course_id'], unique=False)
    op.execute(index_statements('lesson_search', 'lesson_version_id')[op.get_context().dialect.name])


def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
