"""The fields of a round's paper and window; what they mean together is `rules.problems_of`."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    DecimalField,
    Field,
    IntegerField,
    SelectField,
)
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError

from learning.attempts.rules import Counts, Release
from learning.competitions import words
from learning.competitions.forms.format import SUM, FormatFields, format_values
from learning.competitions.rules import (
    EARLIEST,
    LATEST,
    MAX_ATTEMPTS,
    MAX_ITEM_POINTS,
    MAX_ITEMS,
    MAX_LIMIT_MINUTES,
    ContestRules,
    MultipleMarking,
    Play,
)
from learning.competitions.words import _
from learning.leaderboards.rules import TIE_RULES

LOCAL_FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
RELEASES = (Release.AT_CLOSE, Release.AT_SUBMIT)


def plain_text(_form: FlaskForm, field: Field) -> None:
    """Refuse control characters: no database and no reader has a use for them."""
    if any(ord(c) < 32 and c not in "\r\n\t" for c in field.data or ""):
        raise ValidationError(_("含有不能显示的字符。"))


def sensible_year(_form: FlaskForm, field: Field) -> None:
    """Refuse a date so far off that no zone could carry it."""
    if field.data and not EARLIEST.year <= field.data.year < LATEST.year:
        raise ValidationError(_("年份不对。"))


class PaperFields(FormatFields):
    """When a round is answered, what is asked, how it counts."""

    opens_at = DateTimeLocalField(
        _l("答题开始"), format=LOCAL_FORMATS, validators=[InputRequired(), sensible_year]
    )
    closes_at = DateTimeLocalField(
        _l("答题结束"), format=LOCAL_FORMATS, validators=[InputRequired(), sensible_year]
    )
    bank = SelectField(_l("题库"))
    single_count = IntegerField(
        _l("单项选择题（题）"), validators=[InputRequired(), NumberRange(0, MAX_ITEMS)]
    )
    single_points = DecimalField(
        _l("每题分值"),
        places=None,
        validators=[InputRequired(), NumberRange(Decimal("0.001"), MAX_ITEM_POINTS)],
    )
    multiple_count = IntegerField(
        _l("多项选择题（题）"), validators=[InputRequired(), NumberRange(0, MAX_ITEMS)]
    )
    multiple_points = DecimalField(
        _l("每题分值"),
        places=None,
        validators=[InputRequired(), NumberRange(Decimal("0.001"), MAX_ITEM_POINTS)],
    )
    judge_count = IntegerField(
        _l("判断题（题）"), default=0, validators=[Optional(), NumberRange(0, MAX_ITEMS)]
    )
    judge_points = DecimalField(
        _l("每题分值"),
        places=None,
        default=Decimal(4),
        validators=[Optional(), NumberRange(Decimal("0.001"), MAX_ITEM_POINTS)],
    )
    multiple_marking = SelectField(_l("多项选择题评分"))
    limit_minutes = IntegerField(
        _l("每次限时（分钟）"), validators=[InputRequired(), NumberRange(1, MAX_LIMIT_MINUTES)]
    )
    max_attempts = IntegerField(
        _l("每人次数"), validators=[InputRequired(), NumberRange(0, MAX_ATTEMPTS)]
    )
    counts = SelectField(_l("多次作答"))
    tie_rule = SelectField(_l("名次规则"))
    release = SelectField(_l("个人成绩"))
    review = BooleanField(_l("结束后可回看试题与答案"))

    def offer_paper(self, banks: Sequence[tuple[str, str]]) -> None:
        """Set what can be chosen; banks are (code, title)."""
        self.bank.choices = [
            (code, title if title == code else _("%(title)s（%(code)s）", title=title, code=code))
            for code, title in banks
        ]
        self.multiple_marking.choices = [(m.value, words.marking_words(m)) for m in MultipleMarking]
        self.counts.choices = [(c.value, words.counts_words(c)) for c in words.COUNTS]
        self.counts.choices.append((SUM, _("各次得分相加")))
        self.play.choices = [(play.value, words.play_words(play)) for play in Play]
        self.tie_rule.choices = [(code, words.tie_words(code)) for code in TIE_RULES]
        self.release.choices = [(r.value, words.release_words(r)) for r in RELEASES]

    def rules(self) -> ContestRules:
        """Return what valid fields say."""
        return ContestRules(
            bank=self.bank.data,
            single_count=self.single_count.data,
            single_points=self.single_points.data,
            multiple_count=self.multiple_count.data,
            multiple_points=self.multiple_points.data,
            multiple_marking=MultipleMarking(self.multiple_marking.data),
            judge_count=self.judge_count.data or 0,
            judge_points=self.judge_points.data or Decimal(4),
            limit_minutes=self.limit_minutes.data,
            max_attempts=self.max_attempts.data,
            counts=Counts.BEST if self.counts.data == SUM else Counts(self.counts.data),
            tie_rule=self.tie_rule.data,
            release=Release(self.release.data),
            review=self.review.data,
            format=self.format(),
        )


def paper_values(rules: ContestRules) -> dict[str, Any]:
    """Return the fields' values for the rules of a round."""
    return {
        "bank": rules.bank,
        "single_count": rules.single_count,
        "single_points": rules.single_points,
        "multiple_count": rules.multiple_count,
        "multiple_points": rules.multiple_points,
        "multiple_marking": rules.multiple_marking.value,
        "judge_count": rules.judge_count,
        "judge_points": rules.judge_points,
        "limit_minutes": rules.limit_minutes,
        "max_attempts": rules.max_attempts,
        "counts": SUM if rules.format.adds_up else rules.counts.value,
        "tie_rule": rules.tie_rule,
        "release": rules.release.value,
        "review": rules.review,
        **format_values(rules.format),
    }
