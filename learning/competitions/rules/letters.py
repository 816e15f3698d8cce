"""Messages of competitions, each in Chinese and English. Pure.

They say what to do and until when: no points and no standings, since a mailbox is nobody's vault.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from learning.accounts.rules.letters import Letter
from learning.competitions.rules.awards import LossCause


def entry_reminder(title: str, closes_at: datetime, zone: str) -> Letter:
    """Remind a person that a contest is open and nothing was handed in yet."""
    until = _local(closes_at, zone)
    return Letter(
        f"请在 {until} 前参加“{title}”",
        "Please take part",
        f"“{title}”正在进行，您还没有交卷。请在 {until} 前登录，在“竞赛”里作答。",
        f"“{title}” is open and you have not handed in yet. Please log in and answer it under "
        f"Competitions by {until}.",
    )


def office_given(title: str, office: str, *, is_draft: bool) -> Letter:
    """Tell somebody that they look after a part of a contest's units, and where."""
    later = "竞赛开放报名后，" if is_draft else ""
    later_en = "Once entries are open, you find" if is_draft else "You find"
    return Letter(
        f"请您分办“{title}”"[:200],
        f"You look after a part of “{title}”"[:200],
        f"主办方请您以“{office}”的名义分办“{title}”。{later}在“竞赛”的“我分办的竞赛”里可以看本范围的"
        "进度和参赛单位，并核实它们申报的人数。",
        f"The organiser of “{title}” asks you to look after a part of its units as “{office}”. "
        f"{later_en} their progress and the headcounts to confirm under Competitions, “Contests I "
        "help to run”.",
    )


def prize_granted(competition: str, prize: str) -> Letter:
    """Tell somebody that the corrected list gives them a prize."""
    return Letter(
        f"“{competition}”补发奖项：{prize}"[:200],
        f"A prize of “{competition}” is yours"[:200],
        f"“{competition}”的名次更正后，主办方向您补发奖项“{prize}”。领奖方式和期限请登录查看。",
        f"After the list of “{competition}” was corrected, its organiser grants you the prize "
        f"“{prize}”. Log in to see how and until when to claim it.",
    )


def prize_struck(competition: str, prize: str) -> Letter:
    """Tell somebody that a prize is theirs no more; the reason stands in the organiser's record."""
    return Letter(
        f"“{competition}”取消奖项：{prize}"[:200],
        f"A prize of “{competition}” was withdrawn"[:200],
        f"主办方取消了您在“{competition}”的奖项“{prize}”。原因请向主办方查询；"
        "公示期内可以在获奖页提出异议。",
        f"The organiser of “{competition}” withdrew your prize “{prize}”. Ask the organiser for "
        "the reason; while the list is open to objections you may object on the page of prizes.",
    )


def prizes_moved(
    title: str, *, lost: str, gained: str, waits: str, until: datetime | None, zone: str
) -> Letter:
    """Tell somebody that the same lots, laid on a corrected list, give them other prizes.

    `lost`, `gained` and `waits` (for a prize, in reserve) are names of prizes, "" where there is
    none. `until` is when the days of objection end.
    """
    parts = [
        (
            gained,
            f"您现在列入获奖名单：{gained}。",
            f"You are on the list of winners now: {gained}.",
        ),
        (lost, f"您不再列入获奖名单：{lost}。", f"You are on the list of winners no more: {lost}."),
        (waits, f"您列入递补：{waits}。", f"You are in the reserve: {waits}."),
    ]
    chinese = "".join(text for named, text, _ in parts if named)
    english = " ".join(text for named, _, text in parts if named)
    objections = f"公示至 {_local(until, zone)}，有异议请在此前提出。" if until else ""
    object_by = f" You may object by {_local(until, zone)}." if until else ""
    return Letter(
        f"“{title}”获奖名单有更正"[:200],
        "The list of winners was corrected",
        f"“{title}”的名次更正后，按原来的抽签结果重排了奖项。{chinese}{objections}",
        f"After the list of “{title}” was corrected, the same draw was laid on it. "
        f"{english}{object_by}",
    )


def prize_won(title: str, prize: str, claim_by: datetime, zone: str) -> Letter:
    """Tell a winner of a final prize what to do, and until when."""
    until = _local(claim_by, zone)
    return Letter(
        "您获奖了，请领奖",
        "You have won a prize: please claim it",
        f"您在“{title}”中获得“{prize}”。请在 {until} 前登录，在该竞赛的“获奖”页领奖；"
        "逾期未领的，由递补的人顺延。",
        f"You have won “{prize}” in “{title}”. Please log in and claim it on the page “Prizes” of "
        f"the contest by {until}; unclaimed prizes pass to the reserve.",
    )


def prize_ending(title: str, prize: str, claim_by: datetime, zone: str) -> Letter:
    """Remind a winner that the days for claiming end soon."""
    until = _local(claim_by, zone)
    return Letter(
        f"领奖将于 {until} 截止",
        f"Claim your prize by {until}",
        f"您在“{title}”中获得的“{prize}”还没有领。{until} 后由递补的人顺延。",
        f"“{prize}”, which you won in “{title}”, has not been claimed. After {until} it passes to "
        "the reserve.",
    )


_LOST = {
    LossCause.LAPSED: ("逾期未领", "not claimed in time"),
    LossCause.GIVEN_UP: ("本人放弃", "given up by you"),
}


def prize_lost(title: str, prize: str, cause: str) -> Letter:
    """Tell who had been told of a prize that it is theirs no more, and why (of `_LOST`)."""
    reason, reason_en = _LOST[LossCause(cause)]
    return Letter(
        "您的奖项已取消",
        "Your prize has been withdrawn",
        f"您在“{title}”中获得的“{prize}”已取消。原因：{reason}。",
        f"“{prize}”, which you had won in “{title}”, has been withdrawn. Reason: {reason_en}.",
    )


def unit_prize_won(title: str, prize: str, unit: str) -> Letter:
    """Tell who enrolled an organisation that it won a final prize."""
    return Letter(
        f"{unit}在“{title}”中获奖"[:200],
        f"{unit} has won a prize in “{title}”"[:200],
        f"{unit}在“{title}”中获得“{prize}”。获奖证书可以在该竞赛的“获奖”页下载。",
        f"{unit} has won “{prize}” in “{title}”. Its certificate can be downloaded on the page "
        "“Prizes” of the contest.",
    )


def unit_prize_lost(title: str, prize: str, unit: str) -> Letter:
    """Tell who enrolled an organisation that its final prize was withdrawn."""
    return Letter(
        f"{unit}在“{title}”的奖项已取消"[:200],
        f"A prize of {unit} in “{title}” was withdrawn"[:200],
        f"主办方取消了{unit}在“{title}”的奖项“{prize}”。原因请向主办方查询。",
        f"The organiser of “{title}” withdrew the prize “{prize}” of {unit}. Ask the organiser for "
        "the reason.",
    )


def _local(instant: datetime, zone: str) -> str:
    return f"{instant.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
