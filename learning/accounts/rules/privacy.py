"""The privacy notice: which version is in force, and what each kept field is for.

The table is data: the notice page prints it, and forms take their words of purpose from here, so
that what is promised and what is asked cannot part. Versions are whole numbers; their texts lie in
`learning/accounts/notices/`; neither they nor the rows of their table are changed once in force.
"""

from dataclasses import dataclass

from learning.kernel.translation import N_

CURRENT_NOTICE = 4


@dataclass(frozen=True, slots=True)
class KeptField:
    """One kind of data: what it is, why it is kept, who sees it, for how long.

    `since` is the version of the notice that first told of it so, `until` the last one: what is
    told in other words later is another row with the same code, since what was agreed to stays.
    """

    code: str
    name: str
    purpose: str
    seen_by: str
    kept: str
    since: int = 1
    until: int = CURRENT_NOTICE


KEPT_FIELDS = (
    KeptField(
        "name",
        N_("姓名"),
        N_("在成绩、名次和证书上认人"),
        N_("本人、本单位人事、考务；公开榜单上默认隐去一部分"),
        N_("账号注销时删除；已发证书和已公布成绩上的姓名保留"),
    ),
    KeptField(
        "login",
        N_("手机号、邮箱、工号"),
        N_("登录和找回密码；工号用于和单位花名册对上"),
        N_("本人；本单位人事看得到工号"),
        N_("账号注销时删除"),
    ),
    KeptField(
        "place",
        N_("单位、部门、岗位"),
        N_("按单位和岗位安排培训、考试，统计持证情况"),
        N_("本人、本单位人事；单位名称随名次公布"),
        N_("离职后按日期保留记录，用于证明当时的任职"),
    ),
    KeptField(
        "answers",
        N_("作答、得分、学习进度"),
        N_("评分、复核申诉、颁发证书、安排复习"),
        N_("本人、考务；单位人事只看到结果"),
        N_("成绩和答卷保留到证书失效后三年"),
        until=3,
    ),
    KeptField(
        "answers",
        N_("作答、得分、学习进度"),
        N_("评分、复核申诉、颁发证书、安排复习"),
        N_("本人、考务；单位人事只看到结果"),
        N_(
            "写下的答案在交卷满三年后删除；凭它发的证书还有效的，保留到证书失效满三年，"
            "申诉没有了结的，保留到了结。得分、名次和学习进度作为成绩记录保留"
        ),
        since=4,
    ),
    KeptField(
        "device",
        N_("登录设备和时间"),
        N_("防止他人冒用账号，考试中换设备时接上作答"),
        N_("本人"),
        N_("登录结束后九十天"),
    ),
    KeptField(
        "log",
        N_("操作记录"),
        N_("查明谁在何时改动了名册、成绩和证书"),
        N_("运维；只在核查时"),
        N_("三年"),
        until=3,
    ),
    KeptField(
        "log",
        N_("操作记录"),
        N_("查明谁在何时改动了名册、成绩和证书"),
        N_("运维；只在核查时"),
        N_("满三年后删除；申诉没有了结的，提出时还在的记录保留到了结"),
        since=4,
    ),
    KeptField(
        "consent",
        N_("您同意本说明的版本和时间"),
        N_("证明处理资料得到了您的同意"),
        N_("运维；只在核查时"),
        N_("长期保留"),
        since=4,
    ),
    KeptField(
        "application",
        N_("报考材料：报考条件说明、证明文件、缴费凭据、签署的协议"),
        N_("审核是否符合报考条件，处理对不予通过的申诉，证明持证人当时符合条件"),
        N_("本人、本场考务；每次打开文件都有记录"),
        N_(
            "撤回报考时立即清空；其余在不予通过或考试结束满九十天、"
            "申诉期已过并且没有未答复的申诉后清空；凭本场考试发的证书还有效的，"
            "保留到证书失效。签署的协议和审核结果保留"
        ),
        since=2,
    ),
    KeptField(
        "photo",
        N_("照片"),
        N_("印在准考证和需要照片的证书上，入场时由人核对；不做人脸识别"),
        N_("本人、考务、本场监考、发证机构、本单位人事"),
        N_("随报考上传的，与报考材料一样；人事录入的和证书上的，账号注销时删除"),
        since=2,
    ),
    KeptField(
        "accommodation",
        N_("考试便利申请，可能说到健康状况"),
        N_("安排加时、读屏、单独考场等便利；只在您自己提出时才有"),
        N_("本人、本场考务；监考只看到批准的便利"),
        N_("申请和证明与报考材料一样；批准的缘由账号注销时删除，批准的时间保留"),
        since=2,
        until=3,
    ),
    KeptField(
        "accommodation",
        N_("考试便利申请，可能说到健康状况"),
        N_("安排加时、读屏、单独考场等便利；只在您自己提出并单独同意时才有"),
        N_("本人、本场考务；监考只看到批准的便利"),
        N_(
            "申请和证明与报考材料一样；撤回报考、账号注销时，申请和单独同意一并删除。"
            "批准的缘由账号注销时删除，批准的时间保留"
        ),
        since=4,
    ),
    KeptField(
        "conduct",
        N_("考场记录：离开考试页面等设备事件，监考记下的到场和违纪"),
        N_("维护考场秩序，查明违纪，处理申诉；不录音，不录像"),
        N_("本人、本场考务和监考"),
        N_(
            "设备事件在交卷满十二个月（运行方可以另定月数）后删除，申诉未了结或证书未失效的，"
            "保留到那时；到场和违纪随成绩保留"
        ),
        since=2,
    ),
    KeptField(
        "fairness",
        N_("竞赛核查记录：作答快慢、答案雷同、设备共用等线索"),
        N_("请人核查成绩是否公平；线索本身不决定任何结果"),
        N_("主办方"),
        N_("随竞赛成绩保留"),
        since=2,
        until=3,
    ),
    KeptField(
        "fairness",
        N_("竞赛核查记录：作答快慢、答案雷同、设备共用、报名手机号连号等线索"),
        N_("请人核查成绩是否公平；线索本身不决定任何结果"),
        N_("主办方"),
        N_("随竞赛成绩保留"),
        since=4,
    ),
    KeptField(
        "appeals",
        N_("申诉、投诉、异议和所附材料：考试、竞赛、奖项、证书的决定"),
        N_("由没有参与原决定的人复核并答复，作为申诉登记备查"),
        N_("本人、处理申诉的人、考务、主办方或发证机构"),
        N_("长期保留"),
        since=2,
    ),
    KeptField(
        "leave",
        N_("休假、外协身份和免于持证，及其起止日期和备注"),
        N_("这段时间不催办、不计入应持证人数"),
        N_("本单位人事、部门负责人"),
        N_("按日期保留，用于说明当时为什么不计入"),
        since=2,
    ),
    KeptField(
        "study_proof",
        N_("校外学习的证明"),
        N_("核定学时；同一份证明再次提交时能认出来"),
        N_("本人、本单位人事"),
        N_(
            "撤回时立即删除；其余在核定满十二个月（运行方可以另定月数）后删除，只留学习名称、"
            "学时和文件校验值"
        ),
        since=2,
    ),
    KeptField(
        "award_papers",
        N_("取证材料：工作经历说明、项目总结和附件"),
        N_("核实取证、换证的条件"),
        N_("本人、核实人、评审人、发证机构"),
        N_("附件在申请了结、最后一张相关证书失效满九十天后删除；账号注销时文字和附件都删除"),
        since=2,
    ),
    KeptField(
        "external",
        N_("其他机构的证书和扫描件"),
        N_("统计持证情况，提醒到期"),
        N_("本单位人事；本人看得到证书"),
        N_("随持证记录保留"),
        since=2,
    ),
    KeptField(
        "correction",
        N_("更正申请和所附证明"),
        N_("核对后更正姓名、工号等"),
        N_("本人、本单位人事"),
        N_("证明在处理满九十天后删除；账号注销时文字也删除"),
        since=2,
    ),
    KeptField(
        "roster",
        N_("单位上传的花名册"),
        N_("建立账号，登记单位和岗位"),
        N_("本单位人事"),
        N_("满九十天后清空"),
        since=2,
    ),
    KeptField(
        "delivery",
        N_("寄送奖品的收件人、电话、地址"),
        N_("只用于寄送这一件奖品"),
        N_("本人、主办方"),
        N_("领奖满九十天后删除，您也可以提前收回"),
        since=2,
    ),
    KeptField(
        "notes",
        N_("学习笔记和划线"),
        N_("供您自己复习"),
        N_("只有本人"),
        N_("由您自己删除"),
        since=2,
    ),
    KeptField(
        "mail",
        N_("发给您的邮件"),
        N_("把通知送到邮箱"),
        N_("运维；只在查明送达问题时"),
        N_("发出满九十天后删除"),
        since=2,
    ),
    KeptField(
        "notice",
        N_("站内通知，以及提醒过您哪些到期日"),
        N_("把结果和期限告诉您；同一个期限不重复提醒"),
        N_("本人"),
        N_("通知满一年后删除；提醒过的到期日随持证和任务记录保留"),
        since=4,
    ),
    KeptField(
        "entry",
        N_("选定培养方向时声明的学历、工作年限和说明，单位人事的答复"),
        N_("与报名条件比对，由单位人事确认"),
        N_("本人、本单位人事"),
        N_("账号注销时删除；声明的时间和确认结果保留"),
        since=3,
    ),
)


def kept_fields(version: int) -> tuple[KeptField, ...]:
    """Return the rows of the table of a version of the notice."""
    return tuple(field for field in KEPT_FIELDS if field.since <= version <= field.until)
