"""What the author of a course is told of its review, in both languages. Pure."""

from learning.accounts.rules.letters import Letter


def course_published(title: str, number: int) -> Letter:
    """Tell who submitted a course that its release of this number is published."""
    return Letter(
        f"课程“{title}”已发布",
        f"The course “{title}” is published",
        f"您提交的课程“{title}”已审阅，作为第 {number} 次发布上线，学员现在读到的是新版本。",
        f"The course “{title}” that you submitted was reviewed and published as release {number}; "
        "learners read the new version now.",
    )


def course_sent_back(title: str, words: str) -> Letter:
    """Tell who submitted a course that it was sent back, and why."""
    return Letter(
        f"课程“{title}”被退回",
        f"The course “{title}” was sent back",
        f"您提交的课程“{title}”没有发布，审阅的人写道：{words}",
        f"The course “{title}” that you submitted was not published. The reviewer wrote: {words}",
    )
