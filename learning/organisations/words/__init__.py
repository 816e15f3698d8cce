"""What units, rosters and their faults are called on screen, translated."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext

from learning.kernel.errors import DomainError, Problem
from learning.organisations.rules.categories import StaffCategory
from learning.organisations.rules.roster import RosterProblem
from learning.organisations.rules.units import UnitKind
from learning.organisations.words.cells import cell_words


def _(text: str, **values: object) -> str:
    """Translate; the library is untyped, and message extraction knows this name."""
    return str(gettext(text, **values))


def kind_words(kind: str) -> str:
    """Return what kind of unit it is."""
    return {
        UnitKind.ASSOCIATION.value: _("协会"),
        UnitKind.ENTERPRISE.value: _("企业"),
        UnitKind.UNIVERSITY.value: _("高校"),
        UnitKind.INSTITUTE.value: _("院所"),
        UnitKind.DEPARTMENT.value: _("部门"),
    }[kind]


def place_words(place: str) -> str:
    """Return what a column of a roster is called."""
    return {
        "name": _("姓名"),
        "staff_no": _("工号"),
        "phone": _("手机号"),
        "email": _("邮箱"),
        "department": _("部门"),
        "post": _("岗位"),
        "category": _("人员类别"),
        "leave_from": _("离岗自"),
        "leave_to": _("离岗至"),
    }.get(place, place)


def category_words(category: str) -> str:
    """Return what a staff category is called, "" for none."""
    return {
        StaffCategory.TECHNICAL.value: _("专业技术人员"),
        StaffCategory.MANAGER.value: _("管理人员"),
        StaffCategory.SKILLED.value: _("技能人员"),
        StaffCategory.SAFETY_MANAGER.value: _("高危行业安全管理人员"),
        StaffCategory.SAFETY_WORKER.value: _("高危岗位从业人员"),
        StaffCategory.OTHER.value: _("其他人员"),
    }.get(category, "")


def category_choices() -> list[tuple[str, str]]:
    """Return the staff categories with what they are called."""
    return [(one.value, category_words(one.value)) for one in StaffCategory]


def category_list() -> str:
    """Return what the staff categories are called, one behind the other."""
    return _("、").join(words for _code, words in category_choices())


def field_words(problem: Problem) -> str:
    """Return what is wrong with a field of a unit's form."""
    words = {
        "name_missing": _("请填写名称。"),
        "name_too_long": _("最多 200 个字。"),
        "name_taken": _("同一上级下已有这个名称的单位。"),
        "bad_code": _("用 2 到 20 个字母、数字或连字符，以字母或数字开头。"),
        "code_taken": _("这个单位代码已被使用。"),
        "department_code": _("部门没有单位代码，员工用所属单位的代码登录。"),
        "uscc_missing": _("企业须填统一社会信用代码。"),
        "bad_uscc": _("不是有效的统一社会信用代码：应为 18 位，校验位也要相符。"),
        "uscc_taken": _("这个统一社会信用代码已登记在另一单位名下。"),
        "department_uscc": _("部门没有统一社会信用代码。"),
        "bad_region": _("填 6 位行政区划代码，如 370200。"),
        "bad_industry": _("填行业代码，如 C 或 C3670。"),
        "bad_headcount": _("人数不能为负。"),
        "too_many_aliases": _("别名最多 20 个。"),
        "department_needs_parent": _("部门须有上级单位。"),
        "too_deep": _("层级太深。"),
        "too_few_parts": _("至少拆成两个单位。"),
        "bad_day": _("生效日期不是有效的日期。"),
        "date_in_future": _("生效日期不能晚于今天。"),
        "bad_valid_until": _("有效期从今天起，最长一年。"),
        "bad_max_uses": _("填 1 到 100,000。"),
        "staff_no_too_long": _("工号最多 40 个字。"),
        "text_too_long": _("最多 500 个字。"),
        "reason_missing": _("请写明原因，本人会看到。"),
    }
    return words.get(problem.code, _("这一项填得不对。"))


def conflict_words(error: DomainError) -> str:
    """Return why an act on a unit is not possible now."""
    words = {
        "changed_since": _("生效日期早于最近一次变动，请改用之后的日期。"),
        "unit_closed": _("这个单位已经撤销。"),
        "unit_cycle": _("不能放到自己或自己的下级之下。"),
        "unit_not_empty": _("还有下级单位或人员，先调走再撤销。"),
        "unit_kinds_differ": _("部门只能与部门合并，单位只能与单位合并。"),
        "roster_stale": _("检查之后单位或人员有变动，已按最新情况重新检查，请看一遍再导入。"),
        "roster_has_errors": _("还有错误：接受建议，或改好文件后重新上传。"),
        "roster_undecided": _("还有工号相同、姓名不同的行没有决定。"),
        "roster_decided": _("刚才有别人处理了这份花名册，请看一遍最新的结果再继续。"),
        "roster_too_early": _("有人的部门或岗位在这一天之后才变动过，请改用之后的日期。"),
        "roster_too_many_leave": _("一次最多 5,000 人次离开，请在名单里分几次办理。"),
        "roster_not_applied": _("这份花名册没有导入，或者已经撤销。"),
        "roster_built_on": _(
            "导入之后，有人又调动、合并、改名或启用了账号，或者部门里又加了人，不能整份撤销；请逐人更正。"
        ),
        "roster_holders": _(
            "这份花名册新建的人员已登记了证书或学时，撤销后就无人能查到；请先撤销证书导入，或逐人更正。"
        ),
        "nobody_chosen": _("没有勾选任何人。"),
        "too_many_people": _("一次最多 500 人，请分几次办理。"),
        "target_unknown": _("没有找到这个单位：填全名、别名、单位代码或统一社会信用代码。"),
        "target_ambiguous": _("不止一个单位叫这个名称，请写上级，如：示例企业/质量部。"),
        "no_candidates": _("没有可以发码的人员。"),
    }
    return words.get(error.code, _("无法完成这个操作。"))


def refusal_words(refusal: str) -> str:
    """Return why a person cannot be handed a code here."""
    return {
        "disabled": _("账号已停用"),
        "elsewhere": _("在其他单位也有登记或负有管理职责，请平台运维办理"),
        "no_login": _("没有登录名，请先用花名册补上工号、手机号或邮箱"),
        "activated": _("已激活，忘记密码时发重置码"),
    }[refusal]


def table_words(table: str) -> str:
    """Return what the rows of a table are to people; "" for what they never hear of."""
    return {
        "login_names": _("登录名"),
        "memberships": _("任职"),
        "post_holdings": _("岗位"),
        "role_assignments": _("管理权限"),
        "attempts": _("作答"),
        "entries": _("参赛"),
        "enrolments": _("选课"),
        "lesson_progress": _("课时进度"),
        "sitting_admissions": _("考试准入"),
        "sitting_results": _("考试结果"),
        "award_decisions": _("发证决定"),
        "certificates": _("证书"),
        "join_requests": _("加入申请"),
        "correction_requests": _("更正申请"),
    }.get(table, "")


def merge_lines(
    moves: Mapping[str, Sequence[object]], held: Mapping[str, Sequence[object]]
) -> list[tuple[str, int, int]]:
    """Return what moves and what stays behind, a line for each kind of record."""
    lines: dict[str, list[int]] = {}
    for number, counts in enumerate((moves, held)):
        for table, rows in counts.items():
            line = lines.setdefault(table_words(table) or _("其他记录"), [0, 0])
            line[number] += len(rows)
    return [(label, line[0], line[1]) for label, line in lines.items()]


def merge_words(code: str, table: str = "") -> str:
    """Return why two records cannot be merged, or a merge not be undone."""
    kind = table_words(table) or _("其他记录")
    return {
        "merge_same_person": _("这是同一份记录。"),
        "merge_own_account": _("不能合并自己的账号，请另一位管理员办理。"),
        "merge_elsewhere": _("其中一人在其他单位也有登记或负有管理职责，请平台运维办理。"),
        "merge_closed": _("其中一个账号已停用或注销，不能合并。"),
        "merge_busy": _("要并入的账号正在作答，或刚有成绩在处理；请过几分钟再合并。"),
        "merge_changed": _("刚才有变动，请重新核对后再合并。"),
        "merge_undone": _("这次合并已经撤销。"),
        "merge_too_old": _("合并已超过 30 天，不能撤销。"),
        "merge_kept_merged": _("保留的账号后来又并入了别的账号，请先撤销那一次合并。"),
        "merge_row_changed": _("合并之后有变动（%(kind)s），不能原样撤销。", kind=kind),
        "merge_undo_conflict": _("合并之后，工号等已被别人使用，不能原样撤销。"),
    }.get(code, _("无法完成这个操作。"))


def document_words(error: DomainError) -> str:
    """Return why an uploaded file cannot be read, and what to do."""
    words = {
        "document_empty": _("文件是空的，请重新选择。"),
        "document_old_excel": _("这是旧版 .xls，请在 Excel 里另存为 .xlsx 再上传。"),
        "document_not_xlsx": _("这不是 Excel 文件，请上传 .xlsx。"),
        "document_damaged": _("文件已损坏或不是标准的 .xlsx，请在 Excel 里另存一份再上传。"),
        "document_encrypted": _("文件设了密码，请取消密码后再上传。"),
        "document_too_large": _("文件太大：最多 12 MB、50,000 行，请分几次上传。"),
        "document_no_sheet": _("文件里没有可见的工作表。"),
        "roster_no_header": _("没有找到表头：须有“姓名”列，以及工号、手机号、邮箱中至少一列。"),
        "roster_empty": _("表头下面没有人员。"),
    }
    return words.get(error.code, _("文件无法读取。"))


def roster_words(problem: RosterProblem) -> tuple[str, str]:
    """Return what is wrong with a cell and how to mend it."""
    found = _file_words(problem) or _state_words(problem) or cell_words(problem)
    return found or (_("这一格填得不对"), _("请检查后重新上传。"))


def _file_words(problem: RosterProblem) -> tuple[str, str] | None:
    other = problem.other
    as_text = _("把这一列设为文本格式，重新填写。")
    return {
        "column_twice": (_("这一列的含义与前面的列重复"), _("只保留一列。")),
        "columns_unread": (
            _("这些列没有识别，不会导入：%(columns)s", columns=other),
            _("需要的，把表头改成模板里的列名再上传。"),
        ),
        "cell_error": (_("单元格里是错误值"), _("改成要导入的内容。")),
        "formula": (_("单元格是公式，已取其结果"), _("核对结果，或粘贴为数值。")),
        "formula_without_value": (
            _("公式没有结果"),
            _("在 Excel 里打开并保存一次，或粘贴为数值。"),
        ),
        "name_missing": (_("没有姓名"), _("补上姓名，或删去这一行。")),
        "name_not_text": (_("姓名是数字或日期"), _("填写姓名。")),
        "name_too_long": (_("姓名超过 200 个字"), _("检查是否填错列。")),
        "name_odd": (_("姓名里没有文字"), _("检查是否填错列。")),
        "no_way_in": (_("工号、手机号、邮箱都没有"), _("至少填一项，用来登录。")),
        "staff_no_number": (
            _("工号是数字格式，开头的 0 可能已丢失"),
            _("如工号以 0 开头，把这一列设为文本格式，重新填写。"),
        ),
        "number_rounded": (_("Excel 已把它变成近似值，末尾的数字丢了"), as_text),
        "cell_is_date": (_("Excel 已把它变成日期"), as_text),
        "width_mixed": (_("全角与半角混用"), _("字母和数字改为半角。")),
        "number_as_decimal": (_("工号带小数点"), as_text),
        "bad_staff_no": (
            _("工号含有不能用的字符，或超过 40 个字"),
            _("用字母、数字、汉字和 - _ . /。"),
        ),
        "bad_phone": (_("手机号格式不对"), _("填 11 位手机号；境外号码以 + 和国家码开头。")),
        "bad_email": (_("邮箱格式不对"), _("改成完整的邮箱地址。")),
        "bad_department": (_("部门路径不对"), _("用 / 分隔，最多 8 级。")),
        "bad_post": (_("岗位名称超过 120 个字"), _("写短一些。")),
        "bad_category": (_("没有这个人员类别"), _("填：%(list)s。", list=category_list())),
        "staff_no_twice": (_("工号与 %(cell)s 重复", cell=other), _("改正其中一行。")),
        "phone_twice": (_("手机号与 %(cell)s 重复", cell=other), _("改正其中一行。")),
        "email_twice": (_("邮箱与 %(cell)s 重复", cell=other), _("改正其中一行。")),
    }.get(problem.code)


def _state_words(problem: RosterProblem) -> tuple[str, str] | None:
    other = problem.other
    owner = _("已属于 %(name)s", name=other) if other else _("已被另一人使用")
    return {
        "staff_no_zeros": (
            _("工号不足 %(n)s 位，开头的 0 可能已丢失", n=other),
            _("接受建议补 0；确实如此的，保留原值。"),
        ),
        "staff_no_other_name": (
            _("这个工号已属于 %(name)s，姓名不同", name=other),
            _("请选择怎样处理。"),
        ),
        "holder_still_listed": (
            _("原来用这个工号的人还在第 %(line)s 行", line=other),
            _("在那一行写上新工号，或改正其中一行。"),
        ),
        "staff_no_taken": (
            _("这个工号%(owner)s，姓名不同", owner=owner),
            _("核对工号和姓名；系统不会覆盖已有的人。"),
        ),
        "phone_taken": (_("这个手机号%(owner)s", owner=owner), _("核对号码，或留空。")),
        "email_taken": (_("这个邮箱%(owner)s", owner=owner), _("核对邮箱，或留空。")),
        "no_organisation_code": (
            _("本单位还没有单位代码，只有工号无法登录"),
            _("请平台运维登记单位代码，或补上手机号、邮箱。"),
        ),
        "same_person_twice": (_("与第 %(line)s 行是同一个人", line=other), _("合并成一行。")),
        "department_missing": (
            _("没有“%(name)s”这个部门", name=other),
            _("核对名称，或勾选“自动新建部门”后重新上传。"),
        ),
        "department_like": (
            _("将新建；已有相近的部门 %(name)s", name=other),
            _("如是笔误，改用已有的部门。"),
        ),
        "department_ambiguous": (_("有不止一个同名部门"), _("先给其中一个改名。")),
        "department_of_other_organisation": (
            _("这个路径是下级单位"),
            _("请到那个单位的页面导入。"),
        ),
        "login_not_added": (
            _("此人在其他单位也有登记，未添加这个登录名"),
            _("由本人在账户页添加，或请平台运维办理。"),
        ),
        "joins_from_elsewhere": (
            _("此人已在其他单位登记，将同时加入本单位"),
            _("核对是不是同一人。"),
        ),
        "rejoins": (_("此人曾在本单位，将恢复"), _("核对是不是同一人。")),
        "staff_no_changes": (_("工号将由 %(old)s 改为此值", old=other), _("核对是否换了工号。")),
    }.get(problem.code)


def provinces() -> dict[str, str]:
    """Return the provinces by the first two digits of a division code (GB/T 2260)."""
    return {
        "11": _("北京市"),
        "12": _("天津市"),
        "13": _("河北省"),
        "14": _("山西省"),
        "15": _("内蒙古自治区"),
        "21": _("辽宁省"),
        "22": _("吉林省"),
        "23": _("黑龙江省"),
        "31": _("上海市"),
        "32": _("江苏省"),
        "33": _("浙江省"),
        "34": _("安徽省"),
        "35": _("福建省"),
        "36": _("江西省"),
        "37": _("山东省"),
        "41": _("河南省"),
        "42": _("湖北省"),
        "43": _("湖南省"),
        "44": _("广东省"),
        "45": _("广西壮族自治区"),
        "46": _("海南省"),
        "50": _("重庆市"),
        "51": _("四川省"),
        "52": _("贵州省"),
        "53": _("云南省"),
        "54": _("西藏自治区"),
        "61": _("陕西省"),
        "62": _("甘肃省"),
        "63": _("青海省"),
        "64": _("宁夏回族自治区"),
        "65": _("新疆维吾尔自治区"),
        "71": _("台湾省"),
        "81": _("香港特别行政区"),
        "82": _("澳门特别行政区"),
    }


def code_state_words(state: str) -> tuple[str, str]:
    """Return how a join code stands, and the status of its badge."""
    return {
        "open": (_("可用"), "live"),
        "expired": (_("已过期"), "none"),
        "revoked": (_("已停用"), "none"),
        "used_up": (_("名额已满"), "due"),
    }[state]


def request_state_words(state: str) -> tuple[str, str]:
    """Return how a request to join or for a unit stands, and the status of its badge."""
    return {
        "pending": (_("等待确认"), "due"),
        "confirmed": (_("已加入"), "pass"),
        "refused": (_("未通过"), "over"),
        "withdrawn": (_("已撤回"), "none"),
        "created": (_("单位已建立"), "pass"),
        "existing": (_("单位已找到"), "pass"),
    }[state]


def join_words(code: str) -> str:
    """Return why an act of joining is not possible, or what is wrong with a field of it."""
    words = {
        "join_code": _("这个加入码不能用：可能输错、过期、停用或名额已满。请向单位要新的加入码。"),
        "already_member": _("您已经是这个单位的成员。"),
        "already_requested": _("您已经申请过，请等单位确认。"),
        "too_many_pending": _("等待确认的申请太多，请先撤回不需要的。"),
        "not_pending": _("这个申请已经处理过。"),
        "last_login_name": _("工号是您唯一的登录名，撤回后将无法登录，请等单位处理。"),
        "unit_closed": _("这个单位已经撤销。"),
        "reason_missing": _("请写明原因，本人会看到。"),
        "roster_too_early": _("有人的部门或岗位在这一天之后才变动过，请改用之后的日期。"),
        "roster_too_many_leave": _("一次最多 5,000 人次离开，请在名单里分几次办理。"),
        "roster_not_applied": _("这份花名册没有导入，或者已经撤销。"),
        "roster_built_on": _(
            "导入之后，有人又调动、合并、改名或启用了账号，或者部门里又加了人，不能整份撤销；请逐人更正。"
        ),
        "nobody_chosen": _("请先勾选人员。"),
        "too_many_chosen": _("一次最多处理 200 人。"),
    }
    return words.get(code, _("无法完成这个操作。"))


def row_words(code: str) -> str:
    """Return why a chosen request cannot be confirmed."""
    return {
        "not_pending": _("已经处理过"),
        "user_disabled": _("账号已停用"),
        "already_member": _("已经是成员"),
        "staff_no_taken": _("工号已属于另一名成员"),
        "staff_no_twice": _("与另一名勾选的人工号相同"),
        "person_twice": _("同一人勾选了两次"),
    }.get(code, _("无法确认"))
