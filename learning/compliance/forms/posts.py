"""The forms of a post: its name, whether it is a key post, what becomes of its training."""

from collections.abc import Collection

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField
from wtforms.validators import AnyOf, InputRequired, Length

from learning.compliance.services.posts import MAX_REASON, Fate, Settling
from learning.organisations.rules.posts import POST_NAME_LENGTH
from learning.web.forms import plain_text


class PostNameForm(FlaskForm):
    """What a post is to be called."""

    name = StringField(
        _l("岗位名称"),
        validators=[
            InputRequired(_l("请填写这一项。")),
            Length(max=POST_NAME_LENGTH, message=_l("最多 120 个字。")),
            plain_text,
        ],
    )


class RetirePostForm(FlaskForm):
    """What becomes of the training tasks that a post gives; "" where nothing was asked."""

    fate = StringField(default="", validators=[AnyOf([*Fate, ""])])
    reason = StringField(_l("取消任务的原因"), validators=[Length(max=MAX_REASON), plain_text])

    def settling(self, seen: Collection[str]) -> Settling | None:
        """Return what was decided of the tasks that were shown, None for nothing."""
        if not self.fate.data:
            return None
        return Settling(Fate(self.fate.data), frozenset(seen), self.reason.data or "")


class NewPostForm(PostNameForm):
    """A post to be made."""

    is_key_post = BooleanField(_l("关键岗位"))
