"""The forms of a post: its name, and whether it is a key post."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField
from wtforms.validators import InputRequired, Length

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


class NewPostForm(PostNameForm):
    """A post to be made."""

    is_key_post = BooleanField(_l("关键岗位"))
