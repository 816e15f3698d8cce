"""The words of an annual report 年度工作总结, as the association writes them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AnnualText:
    """Plan, what was done, problems, what is next; a line a paragraph."""

    plan: str = ""
    done: str = ""
    problems: str = ""
    outlook: str = ""
