"""Acts in words: what was dealt with, and what was done; where words are missing, the code."""

from functools import cache

from flask_babel import gettext

from learning.kernel.translation import N_


def _(text: str, **values: object) -> str:
    """Translate; the library is untyped, and message extraction knows this name."""
    return str(gettext(text, **values))


@cache
def _things() -> dict[str, str]:
    """Return the first part of codes in Chinese."""
    return {
        "account": N_("账户"),
        "answers": N_("答卷"),
        "appeal": N_("申诉"),
        "appeals": N_("申诉"),
        "application": N_("报考"),
        "assessment": N_("测验"),
        "assignment": N_("培训任务"),
        "attempt": N_("作答"),
        "audit": N_("审计记录"),
        "authorisation": N_("授权上岗"),
        "bank": N_("题库"),
        "certificate": N_("证书"),
        "code": N_("激活码"),
        "codes": N_("激活码"),
        "competition": N_("竞赛"),
        "correction": N_("更正申请"),
        "coverage": N_("持证率"),
        "exemption": N_("豁免"),
        "external": N_("外发证"),
        "forecast": N_("到期预测"),
        "gaps": N_("缺口"),
        "grid": N_("人员 × 证书"),
        "hours": N_("学时"),
        "item": N_("试题"),
        "join": N_("加入单位"),
        "join_code": N_("加入码"),
        "live": N_("现场赛"),
        "login": N_("登录"),
        "marking": N_("评分"),
        "membership": N_("单位成员"),
        "notices": N_("站内通知"),
        "overdue": N_("逾期清单"),
        "password": N_("密码"),
        "person": N_("人员"),
        "post": N_("岗位"),
        "practice": N_("练习"),
        "privacy": N_("隐私"),
        "regrade": N_("重新判分"),
        "reminders": N_("提醒"),
        "reset_link": N_("重置链接"),
        "role": N_("角色"),
        "requirements": N_("岗位持证要求"),
        "roster": N_("花名册"),
        "scheme": N_("认证项目"),
        "sheet": N_("答题卡"),
        "sitting": N_("考试场次"),
        "staff": N_("人员名单"),
        "staff_status": N_("离岗与承包商"),
        "standard": N_("合格线"),
        "study": N_("学时"),
        "track": N_("培养方向"),
        "unit": N_("单位"),
        "unit_request": N_("单位登记申请"),
        "user": N_("用户"),
    }


@cache
def _deeds() -> dict[str, str]:
    """Return the last part of codes in Chinese."""
    return {
        "accepted": N_("同意"),
        "activated": N_("激活"),
        "added": N_("增加"),
        "admitted": N_("准考"),
        "admission_withdrawn": N_("取消准考"),
        "appointed": N_("指派"),
        "assigned": N_("指派"),
        "attached": N_("关联"),
        "award_granted": N_("授奖"),
        "awards_announced": N_("公布获奖"),
        "awards_drawn": N_("抽奖"),
        "cancelled": N_("取消"),
        "cards_downloaded": N_("下载上岗证"),
        "changed": N_("修改"),
        "claim_approved": N_("批准学时申报"),
        "claim_refused": N_("退回学时申报"),
        "class_cancelled": N_("取消面授班"),
        "class_made": N_("建面授班"),
        "closed": N_("关闭"),
        "closed_everywhere": N_("全部退出"),
        "confirmed": N_("确认"),
        "consented": N_("同意隐私说明"),
        "created": N_("新建"),
        "credit_corrected": N_("更正学时"),
        "credit_taken_back": N_("冲销学时"),
        "decided": N_("裁定"),
        "disabled": N_("停用"),
        "dismissed": N_("免去"),
        "doubted": N_("存疑"),
        "downloaded": N_("下载"),
        "edited": N_("修改"),
        "enabled": N_("启用"),
        "ended": N_("结束"),
        "enrolled": N_("报名"),
        "evidence_opened": N_("查看证明材料"),
        "exported": N_("导出"),
        "extended": N_("加时"),
        "file_opened": N_("查看附件"),
        "first_operator": N_("设首位运维"),
        "forced": N_("强制交卷"),
        "form_written": N_("设置套打格式"),
        "given": N_("授予"),
        "granted": N_("授予"),
        "issued": N_("颁发"),
        "key_seen": N_("查看答案"),
        "key_set": N_("设置答案"),
        "key_shown": N_("查看答案"),
        "keys_exported": N_("导出答案"),
        "lapsed": N_("自动失效"),
        "lodged": N_("提出"),
        "made": N_("新建"),
        "merge_undone": N_("撤销合并"),
        "merged": N_("合并"),
        "moved": N_("移动"),
        "opened": N_("开放"),
        "paused": N_("暂停"),
        "photo_put": N_("更换照片"),
        "printed": N_("打印"),
        "pruned": N_("期满清理"),
        "refused": N_("退回"),
        "registered": N_("注册"),
        "reminded": N_("催办"),
        "renamed": N_("改名"),
        "requested": N_("申请"),
        "reset": N_("重置"),
        "results_downloaded": N_("下载成绩"),
        "resumed": N_("恢复"),
        "revoked": N_("撤销"),
        "rule": N_("改规则"),
        "ruled": N_("裁定"),
        "sealed": N_("封存"),
        "sent": N_("发送"),
        "set": N_("登记"),
        "settings_changed": N_("修改设置"),
        "standings_downloaded": N_("下载名次"),
        "statement": N_("开学时证明"),
        "taken_over": N_("换设备接管"),
        "undone": N_("撤销导入"),
        "updated": N_("修改"),
        "voided": N_("作废"),
        "withdrawn": N_("撤回"),
        "applied": N_("执行"),
    }


def act_words(code: str) -> str:
    """Return an act in words such as 证书：颁发; of a code without words what of it has some."""
    thing, _dot, deed = code.partition(".")
    if thing not in _things():
        return code
    done = _deeds().get(deed)
    return _("%(thing)s：%(deed)s", thing=_(_things()[thing]), deed=_(done) if done else deed)
