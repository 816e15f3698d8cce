"""Settings, rooms and people of a sitting.

Revision 0007, after 0006.
"""

import sqlalchemy as sa
from alembic import op
from learning.kernel.db import Instant

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('sitting_rooms',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('public_id', sa.String(length=26), nullable=False),
    sa.Column('sitting_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('place', sa.String(length=200), nullable=False),
    sa.Column('seats', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('created_at', Instant(), nullable=False),
    sa.CheckConstraint('seats >= 1', name=op.f('ck_sitting_rooms_seats')),
    sa.ForeignKeyConstraint(['sitting_id'], ['sittings.id'], name=op.f('fk_sitting_rooms_sitting_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sitting_rooms')),
    sa.UniqueConstraint('public_id', name=op.f('uq_sitting_rooms_public_id')),
    sa.UniqueConstraint('sitting_id', 'name', name=op.f('uq_sitting_rooms_sitting_id_name'))
    )
    op.create_table('sitting_staff',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('sitting_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('duty', sa.String(length=12), nullable=False),
    sa.Column('room_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('appointed_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('appointed_at', Instant(), nullable=False),
    sa.CheckConstraint("duty IN ('invigilator', 'marker', 'decider')", name=op.f('ck_sitting_staff_duty')),
    sa.ForeignKeyConstraint(['appointed_by'], ['users.id'], name=op.f('fk_sitting_staff_appointed_by')),
    sa.ForeignKeyConstraint(['room_id'], ['sitting_rooms.id'], name=op.f('fk_sitting_staff_room_id')),
    sa.ForeignKeyConstraint(['sitting_id'], ['sittings.id'], name=op.f('fk_sitting_staff_sitting_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_sitting_staff_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sitting_staff')),
    sa.UniqueConstraint('sitting_id', 'user_id', 'duty', 'room_id', name=op.f('uq_sitting_staff_sitting_id_user_id_duty_room_id'))
    )
    with op.batch_alter_table('sitting_staff', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sitting_staff_user_id_duty'), ['user_id', 'duty'], unique=False)
        batch_op.create_index('uq_sitting_staff_whole', ['sitting_id', 'user_id', 'duty'], unique=True, sqlite_where=sa.text('room_id IS NULL'), postgresql_where=sa.text('room_id IS NULL'))

    with op.batch_alter_table('sittings', schema=None) as batch_op:
        batch_op.add_column(sa.Column('settings', sa.Text(), nullable=False, server_default='{}'))
    with op.batch_alter_table('sittings', schema=None) as batch_op:
        batch_op.alter_column('settings', server_default=None)


def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
