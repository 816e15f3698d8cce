"""Tickets, seats, accommodation and the door of a sitting.

Revision 0008, after 0007.
"""

import sqlalchemy as sa
from alembic import op
from learning.exams.rules.seating import ticket_number
from learning.kernel.db import Instant

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

BATCH = 500
NUMBER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
ADMISSIONS = sa.table(
    'sitting_admissions',
    sa.column('id', NUMBER),
    sa.column('sitting_id', NUMBER),
    sa.column('admitted_at', Instant()),
)


def upgrade() -> None:
    """Apply."""
    op.create_table('sitting_incidents',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('sitting_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('room_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('reason', sa.String(length=20), nullable=False),
    sa.Column('note', sa.String(length=500), nullable=False),
    sa.Column('noted_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('noted_at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['noted_by'], ['users.id'], name=op.f('fk_sitting_incidents_noted_by')),
    sa.ForeignKeyConstraint(['room_id'], ['sitting_rooms.id'], name=op.f('fk_sitting_incidents_room_id')),
    sa.ForeignKeyConstraint(['sitting_id'], ['sittings.id'], name=op.f('fk_sitting_incidents_sitting_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_sitting_incidents_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sitting_incidents'))
    )
    with op.batch_alter_table('sitting_incidents', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sitting_incidents_sitting_id_user_id'), ['sitting_id', 'user_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_sitting_incidents_user_id'), ['user_id'], unique=False)

    with op.batch_alter_table('sitting_admissions', schema=None) as batch_op:
        batch_op.add_column(sa.Column('ticket_no', sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column('room_id', NUMBER, nullable=True))
        batch_op.add_column(sa.Column('seat', NUMBER, nullable=True))
        batch_op.add_column(sa.Column('extra_percent', NUMBER, nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('extra_minutes', NUMBER, nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('accommodation', sa.String(length=300), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('presence', sa.String(length=8), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('identity_checked', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('presence_by', NUMBER, nullable=True))
        batch_op.add_column(sa.Column('presence_at', Instant(), nullable=True))
    with op.batch_alter_table('sitting_admissions', schema=None) as batch_op:
        for name in ('extra_percent', 'extra_minutes', 'accommodation', 'presence', 'identity_checked'):
            batch_op.alter_column(name, server_default=None)
        batch_op.create_index(batch_op.f('ix_sitting_admissions_room_id_seat'), ['room_id', 'seat'], unique=True)
        batch_op.create_unique_constraint(batch_op.f('uq_sitting_admissions_ticket_no'), ['ticket_no'])
        batch_op.create_foreign_key(batch_op.f('fk_sitting_admissions_room_id'), 'sitting_rooms', ['room_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_sitting_admissions_presence_by'), 'users', ['presence_by'], ['id'])
        batch_op.create_check_constraint(batch_op.f('ck_sitting_admissions_seat_in_room'), '(room_id IS NULL) = (seat IS NULL)')
        batch_op.create_check_constraint(batch_op.f('ck_sitting_admissions_extra'), 'extra_percent >= 0 AND extra_minutes >= 0')
        batch_op.create_check_constraint(batch_op.f('ck_sitting_admissions_presence'), "presence IN ('', 'present', 'absent', 'refused')")
    with op.batch_alter_table('sittings', schema=None) as batch_op:
        batch_op.add_column(sa.Column('next_ticket', NUMBER, nullable=False, server_default='1'))
        batch_op.add_column(sa.Column('begun_at', Instant(), nullable=True))
    with op.batch_alter_table('sittings', schema=None) as batch_op:
        batch_op.alter_column('next_ticket', server_default=None)
    _give_tickets()


def _give_tickets() -> None:
    """Number the admissions that are there, in their order."""
    connection = op.get_bind()
    give = sa.text('UPDATE sitting_admissions SET ticket_no = :ticket WHERE id = :id')
    keep = sa.text('UPDATE sittings SET next_ticket = :next WHERE id = :id')
    serials: dict[int, int] = {}
    last = 0
    while rows := connection.execute(
        sa.select(ADMISSIONS).where(ADMISSIONS.c.id > last).order_by(ADMISSIONS.c.id).limit(BATCH)
    ).all():
        last = rows[-1].id
        numbers = []
        for row in rows:
            serial = serials[row.sitting_id] = serials.get(row.sitting_id, 0) + 1
            ticket = ticket_number(row.admitted_at.year, row.sitting_id, serial)
            numbers.append({'id': row.id, 'ticket': ticket})
        connection.execute(give, numbers)
    if serials:
        connection.execute(keep, [{'id': id_, 'next': n + 1} for id_, n in serials.items()])


def downgrade() -> None:
    """Refuse: history is append-only, and a backup is the way back."""
    raise NotImplementedError("restore a backup instead")
