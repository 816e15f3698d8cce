"""The sums of a certificate signed too easily, and the law brought to six posts."""

from drawing import BLUE, GREEN, GREY, INK, ORANGE, PURPLE, arrow, path, picture, spaced, text

MADE, SOLD, PRICE = 500, 320, 900
MEND, LATE = 38, 15_000
POSTS = (
    (24, 24, BLUE, "设计与工艺", ("没有不合理的危险", "性能与注明的相符"), "第二十六条"),
    (256, 24, ORANGE, "操作", ("不掺假、不以次充好", "返修件重新检验"), "第三十二条"),
    (488, 24, GREEN, "检验", ("没有检的不签", "不冒充合格"), "第十二条"),
    (24, 184, GREEN, "包装与标识", ("真实、齐全、用中文", "期限与警示醒目"), "第二十七、二十八条"),
    (256, 184, PURPLE, "储运", ("保持质量", "不为违法产品提供便利"), "第三十四、六十一条"),
    (488, 184, BLUE, "销售与服务", ("进货检查验收", "修理、更换、退货"), "第三十三、四十条"),
)


def duties() -> str:
    """Six boxes in the order of the work, and one line for everybody."""
    parts = []
    for x, y, colour, name, lines, article in POSTS:
        parts.append(
            f'<rect x="{x}" y="{y}" width="208" height="120" rx="8" fill="#f7f9fb" '
            f'stroke="{colour}" stroke-width="2"/>'
        )
        parts.append(text(x + 16, y + 30, name, colour=colour))
        parts += [text(x + 16, y + 58 + 23 * at, line) for at, line in enumerate(lines)]
        parts.append(text(x + 16, y + 108, article, colour=GREY))
    parts += [
        *(arrow(x, y, x + 22, y) for x in (233, 465) for y in (84, 244)),
        path("592,146 592,164 128,164"),
        arrow(128, 164, 128, 182),
        f'<rect x="24" y="326" width="672" height="36" rx="6" fill="#f7f9fb" stroke="{INK}"/>',
        text(360, 350, "人人：岗位质量责任（第三条），有权检举（第十条）", anchor="middle"),
    ]
    description = (
        "六个方框依次相连。设计与工艺：没有不合理的危险，第二十六条。操作：不掺假、不以次充好，第三十二条。"
        "检验：不以不合格冒充合格，第十二条。包装标识：真实、齐全，第二十七、二十八条。储运：保持质量，"
        "第三十四、六十一条。销售与服务：进货检查验收和修理、更换、退货，第三十三、四十条。"
    )
    return picture(380, "产品质量法的要求落到六个岗位", description, parts)


FIGURES = {"duties.svg": duties}


def numbers() -> list[str]:
    """What the lesson prints."""
    value, mended = MADE * PRICE, MADE * MEND + LATE
    return [
        f"500\\times 900={value}",
        f"| {spaced(value / 2)} |",
        f"| {spaced(value)} |",
        f"| {spaced(3 * value)} |",
        f"| {spaced(3 * PRICE)} |",
        f"| {spaced(SOLD * PRICE)} |",
        f"共 {spaced(MADE * MEND)} 元",
        f"合计 {spaced(mended)} 元",
        f"{100 * mended / value:.1f} %",
    ]


KEYS = {"tqp-04-002": 800 * 250 * 0.5 / 10_000}
