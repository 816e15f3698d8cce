"""Carries what robots are to say from the outbox to their groups."""

import ssl
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select

from learning.compliance.models import ReminderSettings
from learning.compliance.rules.robots import RobotKind, refusal_of, robot_request
from learning.kernel.db import Database
from learning.kernel.mail import Message
from learning.kernel.webhooks import post_json


class RobotChannel:
    """Posts messages to the webhook of the settings that their recipient names.

    The address with its key never leaves the settings. Where they are gone, or name no robot any
    more, there is nobody to tell: the message counts as carried.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        *,
        allow_private: bool,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._database, self._clock = database, clock
        self._allow_private = allow_private
        self._context = context

    def send(self, message: Message) -> None:
        """Post one message; OSError when the robot did not take it."""
        with self._database.session(write=False) as session:
            row = session.scalars(
                select(ReminderSettings).where(ReminderSettings.public_id == message.recipient)
            ).one_or_none()
        if row is None or not row.robot_kind:
            return
        text = f"{message.subject}\n{message.body}"
        request = robot_request(
            RobotKind(row.robot_kind), row.robot_url, row.robot_secret, text, self._clock()
        )
        answer = post_json(
            request.url, request.body, allow_private=self._allow_private, context=self._context
        )
        refusal = refusal_of(answer)
        if refusal:
            raise OSError(f"the robot refused: {refusal}")
