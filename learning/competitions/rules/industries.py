"""The industries 行业 that a board is cut by: the sections of GB/T 4754. Pure."""

from learning.kernel.translation import N_

# GB/T 4754-2017, table 1: the letter of a section 门类 and its title.
INDUSTRIES: dict[str, str] = {
    "A": N_("农、林、牧、渔业"),
    "B": N_("采矿业"),
    "C": N_("制造业"),
    "D": N_("电力、热力、燃气及水生产和供应业"),
    "E": N_("建筑业"),
    "F": N_("批发和零售业"),
    "G": N_("交通运输、仓储和邮政业"),
    "H": N_("住宿和餐饮业"),
    "I": N_("信息传输、软件和信息技术服务业"),
    "J": N_("金融业"),
    "K": N_("房地产业"),
    "L": N_("租赁和商务服务业"),
    "M": N_("科学研究和技术服务业"),
    "N": N_("水利、环境和公共设施管理业"),
    "O": N_("居民服务、修理和其他服务业"),
    "P": N_("教育"),
    "Q": N_("卫生和社会工作"),
    "R": N_("文化、体育和娱乐业"),
    "S": N_("公共管理、社会保障和社会组织"),
    "T": N_("国际组织"),
}


def section_of(code: str) -> str:
    """Return the section of a GB/T 4754 code, its letter: C3411 is of C; "" when it is none."""
    return code[:1] if code[:1] in INDUSTRIES else ""
