"""Reads lists of certificates from Excel: which column is what, each cell in canonical form.

It parses only; what a row means is `rules.register`'s matter. Days come as Excel's dates, as its
serial numbers, or in any of the ways in which people write them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from learning.accounts.rules import normalise_phone
from learning.certification.rules.register import CellProblem, RegisterRow
from learning.kernel.documents import BadDocument, Sheet, cell_address, cell_text
from learning.kernel.documents.sheets import CellValue
from learning.kernel.errors import Invalid
from learning.organisations.rules.days import day_of
from learning.organisations.rules.headings import meaning_of, unread_columns
from learning.organisations.rules.names import (
    clean_person_name,
    clean_text,
    fold_width,
    name_key,
)

HEADER_ROWS = 30  # titles and notes stand above the header
EXACT_DIGITS = 15
_SYNONYMS = {
    "name": "姓名 持证人 持证人姓名 员工姓名 人员姓名 职工姓名 名字 name holder holdername",
    "staff_no": "工号 员工工号 员工号 职工号 员工编号 职工编号 人员编号 "
    "staffno staffnumber employeeid",
    "phone": "手机号 手机 手机号码 移动电话 联系电话 电话 mobile phone phonenumber",
    "scheme": "证书种类 证书名称 证书类别 证书类型 证书 资格名称 资格 持证项目 作业类别 认证项目 "
    "certificate certificatetype type scheme",
    "number": "证书编号 编号 证号 证书号 证书号码 证件编号 资格证号 number no certno certificateno "
    "certificatenumber",
    "issuer": "发证机关 发证机构 发证单位 颁发机构 颁发单位 颁证机关 issuer issuedby authority",
    "valid_from": "有效期自 有效期起 有效期开始 起始日期 生效日期 发证日期 签发日期 领证日期 "
    "取证日期 批准日期 初次领证日期 validfrom issued issuedon issuedate from",
    "valid_until": "有效期至 有效期止 有效期到 截止日期 到期日期 到期日 到期时间 失效日期 "
    "有效日期 有效期截止 有效截止日期 validuntil validto expires expiry expirydate until to",
    "review_due": "下次复审日期 下次复审 复审日期 应复审日期 复审期限 复审时间 复审到期 nextreview "
    "reviewdue reviewby review",
}
_FIELDS = {word: place for place, words in _SYNONYMS.items() for word in words.split()}
_FOR_LIFE = frozenset("长期 长期有效 永久 永久有效 终身 终身有效 forlife life".split())
_NONE = frozenset({"-", "--", "/", "无", "不复审", "none", "n/a"})


@dataclass(slots=True)
class ParsedList:
    """The rows of a list, everything wrong with its cells, and columns not read as “H 类别”."""

    rows: list[RegisterRow] = field(default_factory=list)
    problems: list[CellProblem] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)


def find_columns(sheet: Sheet, needed: frozenset[str]) -> tuple[int, dict[str, int]]:
    """Return the header's row and the column of each field; the first of two of one meaning counts.

    Raises BadDocument("list_no_header") where no row names all the needed fields.
    """
    for number, row in enumerate(sheet.rows[:HEADER_ROWS]):
        places: dict[str, int] = {}
        for column, value in enumerate(row):
            meaning = meaning_of(cell_text(value), _FIELDS)
            if meaning:
                places.setdefault(meaning, column)
        if needed <= set(places):
            return number, places
    raise BadDocument("list_no_header")


def parse_list(sheet: Sheet) -> ParsedList:
    """Return the rows of a list. Raises BadDocument("list_no_header" | "list_empty")."""
    needed = frozenset({"name", "scheme", "number", "valid_from"})
    header, places = find_columns(sheet, needed)
    parsed = ParsedList(columns={p: cell_address(0, c)[:-1] for p, c in places.items()})
    parsed.unread = unread_columns(sheet, header, places.values())
    reader = _Reader(sheet, places, parsed)
    titles = [sheet.rows[header][column] for column in places.values()]
    for number in range(header + 1, len(sheet.rows)):
        cells = [sheet.rows[number][column] for column in places.values()]
        if number in sheet.banners or cells == titles or reader.is_blank(number):
            continue
        parsed.rows.append(reader.read(number))
    if not parsed.rows:
        raise BadDocument("list_empty")
    return parsed


def read_pairs(sheet: Sheet) -> list[tuple[int, str, str]]:
    """Return (Excel's row number, number, name) of a list of certificates to verify.

    Raises BadDocument("pairs_no_header" | "list_empty").
    """
    try:
        header, places = find_columns(sheet, frozenset({"name", "number"}))
    except BadDocument as error:
        raise BadDocument("pairs_no_header") from error
    pairs = []
    for index, row in enumerate(sheet.rows[header + 1 :], start=header + 2):
        number, name = (clean_text(cell_text(row[places[p]])) for p in ("number", "name"))
        if number or name:
            pairs.append((index, number, name))
    if not pairs:
        raise BadDocument("list_empty")
    return pairs


class _Reader:
    """Reads one row after another, noting problems by cell."""

    def __init__(self, sheet: Sheet, places: Mapping[str, int], parsed: ParsedList) -> None:
        self.sheet, self.places, self.problems = sheet, places, parsed.problems
        self.number = 0

    def is_blank(self, number: int) -> bool:
        """Tell whether no field of the row holds anything."""
        return all(
            not clean_text(cell_text(self.sheet.rows[number][column]))
            and (number, column) not in self.sheet.formulas
            and (number, column) not in self.sheet.errors
            for column in self.places.values()
        )

    def read(self, number: int) -> RegisterRow:
        """Return the row in canonical form."""
        self.number = number
        until = self._value("valid_until")
        is_for_life = name_key(cell_text(until)) in _FOR_LIFE
        return RegisterRow(
            line=number + 1,
            name=clean_person_name(cell_text(self._value("name"))),
            staff_no="".join(fold_width(cell_text(self._value("staff_no"))).split()),
            phone=self._phone(),
            scheme=clean_text(cell_text(self._value("scheme"))),
            number=self._certificate_number(),
            issuer=clean_text(cell_text(self._value("issuer"))),
            valid_from=self._day("valid_from", self._value("valid_from")),
            valid_until=None if is_for_life else self._day("valid_until", until),
            review_due=self._day("review_due", self._value("review_due")),
            is_for_life=is_for_life,
        )

    def _value(self, place: str) -> CellValue:
        column = self.places.get(place)
        if column is None:
            return ""
        here, value = (self.number, column), self.sheet.rows[self.number][column]
        if here in self.sheet.errors:
            self._note(place, "cell_error", "")
            return ""
        if here in self.sheet.formulas and value == "":
            self._note(place, "formula_without_value", "")
        return value

    def _note(self, place: str, code: str, value: str) -> None:
        cell = cell_address(self.number, self.places[place])
        self.problems.append(CellProblem(self.number + 1, place, code, value[:60], cell=cell))

    def _phone(self) -> str:
        raw = fold_width(cell_text(self._value("phone")))
        if not raw:
            return ""
        try:
            return normalise_phone(raw)
        except Invalid:
            self._note("phone", "phone_bad", raw)
            return ""

    def _certificate_number(self) -> str:
        value = self._value("number")
        text = clean_text(cell_text(value))
        is_spoilt = isinstance(value, int | float) and len(text) > EXACT_DIGITS
        if is_spoilt or isinstance(value, date | datetime):
            self._note("number", "number_as_number", text)
        return text

    def _day(self, place: str, value: CellValue) -> date | None:
        text = clean_text(cell_text(value))
        if not text or name_key(text) in _NONE:
            return None
        found = day_of(value)
        if found is None:
            self._note(place, "date_bad", text)
        return found
