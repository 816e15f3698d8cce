"""The rules of writing find what they name, and leave alone what only looks like it."""

import pytest

from learning.question_bank.linting import judge
from learning.question_bank.linting.sources import bare_sources
from learning.question_bank.loader import Bank, dump, parse_items
from learning.question_bank.words import key_words

BANK = Bank("re", "可靠性")
QUESTION = "甲泵和乙泵串联，一台停机时系统（　）。"
OPTIONS = ("停止供水", "流量减半", "压力升高", "自动切换")
SOURCE = "GB/T 2900.99—2016 中 192-01-24（可靠性）。"
EXPLANATION = "串联系统一台停机即停止；流量减半、压力升高、自动切换都要有并联的支路。"


def item(
    stem=QUESTION, options=OPTIONS, key=0, *, code="re-1", told=EXPLANATION, source=SOURCE, mark=""
):
    lines = [f"- [{'x' if at == key else ' '}] {text}" for at, text in enumerate(options)]
    head = f"## {code} 单选 · 掌握 · 难度 0.40{mark}"
    quotes = [f"> 解析：{told}"] * bool(told) + [f"> 出处：{source}"] * bool(source)
    return "\n".join([head, stem, *lines, *quotes])


def read(*items):
    loaded = parse_items("# 可靠性\n\n" + "\n\n".join(items) + "\n", BANK)
    assert [str(problem) for problem in loaded.problems] == []
    return loaded.items


def messages(*items):
    return [message for _, message in judge(read(*items))]


def many(number, **fields):
    """Items that are no twins of each other: each stem is a character of its own, repeated."""
    return [
        item(stem=chr(0x4E00 + n) * 30 + "（　）。", code=f"re-{n}", **fields)
        for n in range(number)
    ]


def test_an_item_well_written_is_left_alone():
    assert messages(item()) == []


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"options": (*OPTIONS[:3], "以上都对")}, "指向别的选项"),
        ({"options": (*OPTIONS[:3], "都不正确")}, "指向别的选项"),
        ({"stem": "下列不属于可靠性参数的是（　）。"}, "加粗"),
        ({"stem": "关于冗余，错误的说法是（　）。"}, "加粗"),
        (
            {"stem": "下列**不正确**的是（　）。", "options": ("不停止供水", *OPTIONS[1:])},
            "双重否定",
        ),
        ({"stem": "系统不会不停机的条件是（　）。"}, "双重否定"),
        ({"options": ("0.9", "0.5", "0.7", "0.99")}, "按大小排列"),
        ({"options": ("1～3 h", "2～4 h", "4～6 h", "6～9 h")}, "有重叠"),
        ({"told": "串联系统一台停机即停止；流量减半、压力升高都要有并联的支路。"}, "自动切换"),
        ({"told": ""}, "没有解析"),
        ({"source": ""}, "没有出处"),
        ({"source": "GB/T 19001—2016"}, "没有写明条款"),
        ({"source": "串联；GB/T 2900.99—2016"}, "没有写明条款"),
        ({"source": "《中华人民共和国产品质量法》（2018 年修正）。"}, "没有写明条款"),
        ({"source": "GB/T 39654—2020《品牌评价 原则与基础》。"}, "没有写明条款"),
    ],
)
def test_a_weak_item_is_named_with_its_weakness(fields, words):
    found = judge(read(item(**fields)))

    assert any(code == "re-1" and words in message for code, message in found), found


@pytest.mark.parametrize(
    "fields",
    [
        {"stem": "下列**不属于**可靠性参数的是（　）。"},
        {"stem": "审核员据此开出不符合。该不符合应当（　）。"},
        {"options": ("0.5", "0.7", "0.9", "0.99"), "told": "0.5、0.7、0.9、0.99 各是……"},
        {"options": ("0.99", "0.9", "0.7", "0.5"), "told": "0.5、0.7、0.9、0.99 各是……"},
        {"options": ("2 h", "1 d", "9 min", "3 s"), "told": "其余各项单位不同。"},
        {"options": ("1～3 h", "3～4 h", "4～6 h", "6～9 h"), "told": "其余各项太长或太短。"},
    ],
)
def test_what_only_looks_weak_is_left_alone(fields):
    assert messages(item(**fields)) == []


def test_two_items_that_differ_in_numbers_alone_are_named_at_the_later_one():
    first = item(stem="三台泵并联，每台可靠度 0.9，系统可靠度（　）。")
    second = item(stem="三台泵并联，每台可靠度 0.8，系统可靠度（　）。", code="re-2")

    assert judge(read(first, second)) == [("re-2", "与 re-1 相似 100 %")]


def test_keys_that_prefer_a_position_are_named_for_the_bank():
    (told,) = messages(*many(20))

    assert "20、0、0、0 不均匀" in told


def test_keys_spread_evenly_are_left_alone():
    spread = [
        text
        for place in range(4)
        for text in [one.replace("re-", f"re-{place}-") for one in many(40, key=place)[place::4]]
    ]

    assert messages(*spread) == []


def test_a_key_that_is_the_longest_too_often_is_named_for_the_bank():
    longest = [
        one
        for place in range(4)
        for one in many(
            32, key=place, options=[*OPTIONS[:place], "停止向用户供水", *OPTIONS[place + 1 :]],
            told="其余各项都要有并联的支路。",
        )[place::4]
    ]  # fmt: skip

    (told,) = messages(*longest)

    assert "最长的是答案的有 32 题，按机会应为 8 题" in told


@pytest.mark.parametrize(("above", "found"), [(3, 1), (4, 0)])
def test_less_than_two_fifths_above_recall_are_named_for_the_bank(above, found):
    ten = many(10)
    marked = [
        one.replace("0.40", "0.40 · 认知 分析" if at < above else "0.40 · 认知 识记")
        for at, one in enumerate(ten)
    ]

    assert sum("应用、分析" in message for message in messages(*marked)) == found


def test_a_bank_that_marks_nothing_is_not_judged_by_what_it_asks():
    assert messages(*many(10)) == []


def test_the_mark_is_written_back_and_is_no_part_of_the_key_as_words():
    items = read(item(mark=" · 认知 应用"))

    assert "难度 0.40 · 认知 应用" in dump(items, BANK)
    assert items[0].key.setting("cognition") == "apply"
    assert items[0].document.settings == ()


def test_an_unknown_mark_is_named():
    text = "# 可靠性\n\n" + item(mark=" · 认知 背诵") + "\n"

    assert ["“认知 背诵”" in p.message for p in parse_items(text, BANK).problems] == [True]


def test_a_mark_stands_beside_the_attributes_of_the_kind(app):
    blank = (
        "## re-1 填空 · 掌握 · 难度 0.40 · 不计顺序 · 认知 应用\n"
        "甲是 ____，乙是 ____。\n= 一\n= 二\n> 解析：略。"
    )
    (read_item,) = read(blank)

    with app.test_request_context():
        words = key_words(read_item.document, read_item.key)

    assert "不计顺序 · 认知 应用" in dump([read_item], BANK)
    assert "不计顺序" in words
    assert "认知" not in words


@pytest.mark.parametrize(
    "source",
    [
        "GB/T 19001—2016 中 8.4.1、8.7",
        "GB/T 19000—2016“要求”",
        "GB/Z 19579—2012（过程评分要素）",
        "GB/T 19580—2012 第 4 章；自评",
        "IEC 60300-3-3:2017 附录 A",
        "《中华人民共和国民法典》第一千二百零六条",
        "《中华人民共和国商标法》（2019 年修正）第七、四十三条",
        "《中国质量奖管理办法》关于评选周期的规定",
        "费根堡姆《全面质量管理》",
    ],
)
def test_a_standard_or_a_law_that_is_not_named_whole_is_left_alone(source):
    assert list(bare_sources(read(item(source=source))[0])) == []


def test_a_source_without_a_numbered_place_is_named_unless_it_is_an_exception():
    (one,) = read(item(source="可靠性框图的画法。"))

    assert [(code, "编号的位置" in message) for code, message in judge([one])] == [("re-1", True)]
    assert judge([one], without_place=["re-1"]) == []


def test_an_exception_whose_source_has_a_place_is_to_be_taken_out():
    [(code, message)] = judge(read(item()), without_place=["re-1"])

    assert code == ""
    assert "re-1，出处已写明位置" in message


TELLING = "这台泵停止供水以后，值班员首先要查（　）。"
OTHERS = ("电源", "水位", "阀门", "压力")
OF_OTHERS = "先查电源；水位、阀门、压力随后再查。"


def two(mark="", other_mark=""):
    other = item(TELLING, OTHERS, code="re-2", told=OF_OTHERS, mark=other_mark)
    return read(item(mark=mark), other)


def test_an_answer_in_another_stem_is_named_at_the_item_whose_answer_it_is():
    [(code, message)] = judge(two())

    assert code == "re-1"
    assert "停止供水" in message
    assert "互斥 re-2" in message


def test_enemies_whichever_says_it_give_each_other_nothing_away():
    assert judge(two(mark=" · 互斥 re-2")) == []
    assert judge(two(other_mark=" · 互斥 re-1")) == []


def test_a_pair_that_was_read_and_found_harmless_is_not_named_again():
    assert judge(two(), [("re-1", "re-2")]) == []


def test_a_harmless_pair_without_a_cue_is_to_be_taken_out():
    [(code, message)] = judge(two(), [("re-1", "re-2"), ("re-2", "re-1")])

    assert code == ""
    assert "re-2 与 re-1" in message


def test_a_word_that_fills_a_gap_is_an_answer_too():
    blank = (
        "## re-3 填空 · 掌握 · 难度 0.40\n两泵串联，一停则____。\n= 停止供水 | 全停\n> 解析：串联。\n> 出处："
        + SOURCE
    )

    found = judge(read(blank, item(TELLING, OTHERS, code="re-2", told=OF_OTHERS)))

    assert [code for code, _ in found] == ["re-3"]
