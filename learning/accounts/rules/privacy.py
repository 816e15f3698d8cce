"""The privacy notice: which version is in force, and what each kept field is for.

The table is data: the notice page prints it, and forms take their words of purpose from here, so
that what is promised and what is asked cannot part. Versions are whole numbers; their texts lie in
`learning/accounts/notices/` and are never changed once in force.
"""

from dataclasses import dataclass

from learning.kernel.translation import N_

CURRENT_NOTICE = 1


@dataclass(frozen=True, slots=True)
class KeptField:
    """One kind of data: what it is, why it is kept, who sees it, for how long."""

    code: str
    name: str
    purpose: str
    seen_by: str
    kept: str


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
    ),
)
