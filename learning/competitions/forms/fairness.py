"""The form of a competition's thresholds."""

from flask_babel import lazy_gettext as _l
from wtforms import FloatField, IntegerField
from wtforms.validators import InputRequired

from learning.competitions.forms.desks import DeskForm
from learning.competitions.rules.fairness import FairnessRules

_required = InputRequired(message=_l("请填写这一项。"))


class FairnessForm(DeskForm):
    """From when on an attempt is looked at."""

    item_seconds = FloatField(_l("平均每题少于（秒）"), [_required])
    share = FloatField(_l("且得分率不低于"), [_required])
    gaps = IntegerField(_l("节奏：至少几次间隔"), [_required])
    variation = FloatField(_l("节奏：变异系数低于"), [_required])
    takeovers = IntegerField(_l("换设备不少于（次）"), [_required])
    shared = IntegerField(_l("雷同：相同的错答不少于"), [_required])
    chance = FloatField(_l("雷同：巧合的概率低于"), [_required])
    phones = IntegerField(_l("连号：连续的手机号不少于（个）"), [_required])

    def rules(self) -> FairnessRules:
        """Return what a valid form says."""
        return FairnessRules(
            item_seconds=self.item_seconds.data,
            share=self.share.data,
            gaps=self.gaps.data,
            variation=self.variation.data,
            takeovers=self.takeovers.data,
            shared=self.shared.data,
            chance=self.chance.data,
            phones=self.phones.data,
        )
