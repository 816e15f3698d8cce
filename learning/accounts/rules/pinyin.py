"""The pinyin by which lists of people are sorted."""

from learning.accounts.rules.names import clean

MAX_KEY_LENGTH = 400
# Surnames read otherwise than usual (《现代汉语词典》, the entries marked 姓).
_COMPOUND_SURNAMES = {
    "尉迟": "yu chi",
    "万俟": "mo qi",
    "长孙": "zhang sun",
    "澹台": "tan tai",
    "单于": "chan yu",
    "鲜于": "xian yu",
    "令狐": "ling hu",
    "宰父": "zai fu",
    "皇甫": "huang fu",
    "夏侯": "xia hou",
    "呼延": "hu yan",
    "区阳": "ou yang",
}
_SURNAMES = {
    "单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "查": "zha", "任": "ren", "区": "ou",
    "华": "hua", "盖": "ge", "缪": "miao", "翟": "zhai", "朴": "piao", "覃": "qin", "乐": "yue",
    "员": "yun", "种": "chong", "秘": "bi", "冼": "xian", "洗": "xian", "逄": "pang", "繁": "po",
    "黑": "he", "葛": "ge", "纪": "ji", "那": "na", "牟": "mu", "卜": "bu", "重": "chong",
    "召": "shao", "谌": "chen", "车": "che", "尉": "wei", "祭": "zhai", "折": "she", "应": "ying",
    "燕": "yan", "哈": "ha", "曲": "qu", "隗": "wei", "都": "du", "宁": "ning", "石": "shi",
    "柏": "bai", "沈": "shen", "贾": "jia", "郗": "xi", "佘": "she", "尹": "yin", "郇": "huan",
    "过": "guo", "倪": "ni", "麻": "ma", "阚": "kan", "乜": "nie", "褚": "chu", "臧": "zang",
}  # fmt: skip


def pinyin_sort_key(name: str) -> str:
    """Return the key by which a name is listed: toneless pinyin, then the name itself.

    The surname is read as a surname: 单 is shan, 曾 zeng, 尉迟 yu chi. At most 400 characters.
    `pinyin_sort_key("单小平")` is `"shan xiao ping 单小平"`.
    """
    from pypinyin import lazy_pinyin  # its dictionary takes 0.3 s: not at every start

    text = " ".join(clean(name).casefold().split())
    surname, reading = _surname_reading(text)
    syllables = [reading] if reading else []
    syllables += [s.strip() for s in lazy_pinyin(text[len(surname) :]) if s.strip()]
    return " ".join([*syllables, text])[:MAX_KEY_LENGTH]


def pinyin_initials(name: str) -> str:
    """Return the first letters of a name's syllables, in small letters, at most 200 characters.

    Letters and digits stay as they are, everything else goes: `pinyin_initials("示例企业 A1")` is
    `"slqya1"`.
    """
    from pypinyin import Style, lazy_pinyin  # as above

    parts = lazy_pinyin(clean(name).casefold(), style=Style.FIRST_LETTER)
    return "".join(c for part in parts for c in part if c.isascii() and c.isalnum())[:200]


def _surname_reading(name: str) -> tuple[str, str]:
    compound = _COMPOUND_SURNAMES.get(name[:2])
    if compound:
        return name[:2], compound
    single = _SURNAMES.get(name[:1])
    return (name[:1], single) if single else ("", "")
