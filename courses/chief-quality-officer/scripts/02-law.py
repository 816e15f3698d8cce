"""Which law speaks at which step of a product's life, and what one charger may cost."""

from drawing import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PURPLE,
    Axes,
    bar,
    box,
    picture,
    spaced,
    text,
    thin,
)

BIKES, CHARGER, FREIGHT = 1500, 96, 25
INJURY, PROPERTY = 620_000, 180_000
TIMES = 2


def law_map() -> str:
    """Five steps of a product's life and the laws that speak at each."""
    steps = ("立项设计", "采购制造", "检验出厂", "销售", "使用与售后")
    left, wide = 168, 107
    laws = (
        ("标准化法", 0, 4, ("执行强制性标准，公开所执行的标准",), BLUE),
        ("计量法", 1, 4, ("量值可溯源，称量与净含量真实",), GREEN),
        ("产品质量法", 0, 5, ("安全、性能、标识、抽查、禁止性行为",), ORANGE),
        ("消费者权益保护法", 3, 5, ("退换修、惩罚性赔偿",), PURPLE),
        ("民法典侵权责任编", 3, 5, ("产品责任、补救与召回",), BLUE),
        ("刑法", 1, 5, ("伪劣产品罪、不符合安全标准的产品罪",), ORANGE),
    )
    parts = [
        *(
            text(left + wide * (at + 0.5), 40, step, anchor="middle", colour=GREY)
            for at, step in enumerate(steps)
        ),
        *(thin(left + wide * at, 54, left + wide * at, 382) for at in range(6)),
    ]
    for at, (name, start, end, words, colour) in enumerate(laws):
        top = 64 + at * 53
        parts += [
            text(left - 12, top + 26, name, anchor="end"),
            box(left + wide * start + 5, top, wide * (end - start) - 10, 40, words, colour=colour),
        ]
    description = (
        "横向是立项设计、采购制造、检验出厂、销售、使用与售后五个阶段。标准化法从设计到销售，计量法从制造到销售，"
        "产品质量法贯穿五段，消费者权益保护法和民法典侵权责任编在销售以后，刑法从制造到使用。"
    )
    return picture(400, "产品的一生中各部法律在什么时候说话", description, parts)


def costs() -> dict[str, int]:
    """Return the amounts of the example in yuan."""
    act = BIKES * (CHARGER + FREIGHT)
    cap = BIKES * CHARGER
    harm = INJURY + PROPERTY
    return {
        "act": act,
        "cap": cap,
        "act_net": act - cap,
        "harm": harm,
        "harm_net": harm - cap,
        "punitive": TIMES * INJURY,
        "known": harm - cap + TIMES * INJURY,
    }


def exposure() -> str:
    """What the firm bears itself: acting at once, harm unknown before, harm though known."""
    sums = costs()
    axes = Axes(30, 590, 40, 300, 0, 3, 0, 2_000_000)
    shown = (
        ("收到第一份报告就换", (("换充电器", sums["act_net"], GREEN),)),
        ("事先确实不知", (("补偿性赔偿", sums["harm_net"], BLUE),)),
        ("明知而“先观察”", (("", sums["harm_net"], BLUE), ("惩罚性赔偿（上限）", sums["punitive"], ORANGE))),
    )  # fmt: skip
    parts = [thin(30, axes.y(0), 690, axes.y(0), dash="none")]
    for at, (name, pieces) in enumerate(shown):
        centre, base = axes.x(at + 0.5), 0
        for words, amount, colour in pieces:
            high = axes.y(base) - axes.y(base + amount)
            parts.append(bar(centre - 40, axes.y(base + amount), 80, high, colour))
            if words:
                middle = axes.y(base + amount / 2) + 6 if high > 40 else axes.y(0) - 30
                parts.append(text(centre + 48, round(middle, 1), words, colour=colour))
            base += amount
        top = axes.y(base) - 10
        parts += [
            text(centre, round(top, 1), f"{base / 10_000:g} 万元", anchor="middle", colour=INK),
            text(centre, 326, name, anchor="middle"),
        ]
    parts.append(
        text(360, 356, "已扣除按合同能向供方追回的 14.4 万元", anchor="middle", colour=GREY)
    )
    description = (
        f"三根柱。收到第一份报告就更换，企业自己负担 {sums['act_net'] / 10_000:.2f} 万元；事先不知而造成损害，"
        f"{sums['harm_net'] / 10_000:.1f} 万元；明知而先观察，{sums['known'] / 10_000:.1f} 万元，"
        "其中惩罚性赔偿 124 万元是上限。"
    )
    return picture(374, "同一只充电器，三种处置下企业自己的负担", description, parts)


FIGURES = {"law-map.svg": law_map, "charger-exposure.svg": exposure}


def numbers() -> list[str]:
    """Return what the lesson says, as printed there."""
    sums = costs()
    return [
        f"1500\\times(96+25)={spaced(sums['act'])}",
        f"1500\\times 96={spaced(sums['cap'])}",
        f"| {spaced(sums['act_net'])} |",
        f"| {spaced(sums['harm_net'])} |",
        f"620000\\times 2={spaced(sums['punitive'])}",
        f"| {spaced(sums['known'])} |",
        f"约 {sums['known'] / sums['act_net']:.0f} 倍",
    ]


KEYS = {"cqoc-02-003": 120 + max(3 * 120, 500)}
