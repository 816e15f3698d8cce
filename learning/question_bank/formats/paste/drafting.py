"""From a question as found to a draft: options, key, kind, and what an author has to know."""

import re
from dataclasses import dataclass, field, replace

from learning.question_bank.drafts import DraftOption, ItemDraft
from learning.question_bank.formats.contract import SourceProblem
from learning.question_bank.formats.paste import answers, gaps, kinds
from learning.question_bank.formats.paste.blocks import Question
from learning.question_bank.formats.paste.fields import Facts, facts_of
from learning.question_bank.formats.paste.kinds import Material
from learning.question_bank.formats.paste.lines import KEY_CLOSE, KEY_OPEN, fold, joined
from learning.question_bank.formats.paste.options import Choice, cut_options, without_bullet
from learning.question_bank.formats.paste.pairs import cut_pairs

_POINTS = re.compile(
    r"[(\[【]\s*(?:本[小大]?题|共|计|满分|每题|分值)?\s*[:]?\s*(\d{1,3}(?:\.\d{1,2})?)\s*分\s*[)\]】]"
)
_HINT_AT_END = re.compile(
    rf"[\[【(]\s*({kinds.KIND_WORD}题?)\s*(?:[,、;|]?\s*(\d{{1,3}}(?:\.\d{{1,2}})?)\s*分\s*)?"
    r"[\]】)][ ]*\*?[ ]*"
)
_HINT_AT_START = re.compile(rf"\s*({kinds.KIND_WORD}题)(?: +|[:：] *)(?=\S)")
_GRADED = re.compile(r"\s*[(（](?:系统|人工|自动)评分[)）]")
_NAMED = re.compile(r"\A\s*(?:题目|题干|试题|问题|问)\s*[:：]\s*(?=\S)")
_OFFER = re.compile(r"\n\s*(?:备选)?(?:选项|答案选项)\s*[:：]?\s*\Z")
_LABELLED = re.compile(r"(?<![A-Za-z])([A-H])\s?[.、:]\s?(?=\S)")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(slots=True)
class Drafted:
    """A draft with its problems."""

    draft: ItemDraft
    problems: list[SourceProblem] = field(default_factory=list)


def draft_question(question: Question, where: str, points: str) -> Drafted:
    """Make the draft of one question; `points` is what its section's heading says."""
    return _Drafting(question, where, points).run()


class _Drafting:
    """The working state for one question."""

    def __init__(self, question: Question, where: str, points: str) -> None:
        self.question = question
        self.where = where
        self.points = points
        self.problems: list[SourceProblem] = []
        self.facts: Facts = facts_of(question)
        self.reasons: list[str] = []
        stated = self.facts.kind or question.hint or question.section.kind
        self.hint = "" if stated == "case" else stated
        self.text = self._prepared()

    def run(self) -> Drafted:
        """Cut, read the key, infer the kind, and put the draft together."""
        if paired := self._paired():
            return Drafted(self._with_facts(paired), self.problems)
        material = self._material()
        kind = kinds.infer(material)
        maker = {
            "single": self._choice,
            "multiple": self._choice,
            "ordering": self._ordering,
            "true_false": self._verdict,
            "blank": self._blank,
            "numeric": self._numeric,
        }.get(kind.value, self._essay)
        draft = maker(material, kind.value)
        if kind.remark:
            self._report("kind_conflict", kind.remark)
        return Drafted(self._with_facts(draft), self.problems)

    def _paired(self) -> ItemDraft | None:
        """Read a matching item whose pairs are written side by side: “PDCA——戴明环”."""
        cut = cut_pairs(self.text, self.facts.answer, is_stated=self.hint == "matching")
        if cut is None:
            return None
        return ItemDraft(kind="matching", stem=_stem(cut.stem), answers=cut.lines)

    def _report(self, code: str, message: str) -> None:
        self.problems.append(SourceProblem(self.where, code, message))

    def _prepared(self) -> str:
        text = "\n".join(piece.text.strip() for piece in self.question.body)
        stated = _POINTS.search(fold(text))
        if stated:
            self.points = stated.group(1)
            text = text[: stated.start()] + text[stated.end() :]
        for found in reversed(list(_HINT_AT_END.finditer(fold(text)))):
            is_edge = found.start() == 0 or fold(text)[found.end() : found.end() + 1] in {"", "\n"}
            if is_edge:
                self.hint = self.facts.kind or kinds.kind_of(found.group(1))
                self.points = found.group(2) or self.points
                text = text[: found.start()] + text[found.end() :]
                break
        said = _HINT_AT_START.match(fold(text))
        if said:
            self.hint = self.facts.kind or kinds.kind_of(said.group(1))
            text = text[said.end() :]
        text = _NAMED.sub("", _GRADED.sub("", text), count=1)
        return text.strip()

    def _material(self) -> Material:
        answer = self.facts.answer
        is_lettered = bool(re.fullmatch(r"[\sA-H、,，]+", fold(answer)))
        says_choice = self.hint in kinds.CHOICES or is_lettered
        cut = cut_options(
            self.text,
            may_be_bare=says_choice or bool(re.search(r"[(]\s*[A-H]{1,8}\s*[)]", fold(self.text))),
            may_be_circled=self.hint in kinds.CHOICES and "①" <= fold(answer).strip()[:1] <= "⑩",
            answer=answer,
        )
        choices = cut.choices
        stem = _OFFER.sub("", cut.stem)
        if self.hint in kinds.WRITTEN and not self._has_letters(stem, answer, choices):
            choices, stem = (), self.text
        letters = self._letters(stem, answer, choices)
        stem_verdict = answers.verdict_in_stem(stem)[1] if not choices else ""
        lead = self.question.lead
        lead_verdict = answers.read_verdict(lead) if lead and not choices else None
        label_verdict = answers.read_verdict(answer) if answer else None
        verdict = label_verdict.value if label_verdict else stem_verdict
        verdict = verdict or (lead_verdict.value if lead_verdict else "")
        return Material(self.hint, stem, choices, letters, verdict, answer)

    def _has_letters(self, stem: str, answer: str, choices: tuple[Choice, ...]) -> bool:
        read = answers.read_letters(answer, count=len(choices)) if answer else None
        return bool(read or answers.key_in_stem(stem)[1])

    def _letters(self, stem: str, answer: str, choices: tuple[Choice, ...]) -> str:
        """Read the key of a choice item from wherever it stands."""
        found: list[str] = []
        if answer:
            found.append(_answered(answer, choices))
        if choices:
            found.append(answers.key_in_stem(stem, count=len(choices))[1])
            lead = self.question.lead
            if lead and (read := answers.read_letters(lead, count=len(choices))):
                found.append(read.value)
        stated = [letters for letters in found if letters]
        if len(set(stated)) > 1:
            message = f"题干里的答案“{stated[1]}”与答案行“{stated[0]}”不一致，采用答案行"
            self._report("key_conflict", message)
        if not stated and choices:
            return self._marked(choices)
        return stated[0] if stated else ""

    def _marked(self, choices: tuple[Choice, ...]) -> str:
        marked = [letter for letter, c in zip(_LETTERS, choices, strict=False) if c.is_marked]
        if not marked or len(marked) == len(choices) > 1:
            return ""
        if all(choice.is_said for choice in choices if choice.is_marked):
            return "".join(marked)
        message = f"答案 {''.join(marked)} 取自选项的标记或格式（加粗、颜色、下划线），请核对"
        self._report("key_by_format", message)
        return "".join(marked)

    def _choice(self, material: Material, kind: str) -> ItemDraft:
        stem, _ = answers.key_in_stem(material.stem, count=len(material.choices))
        unknown = [c for c in material.letters if _LETTERS.index(c) >= len(material.choices)]
        if unknown and material.choices:
            message = f"答案“{material.letters}”中的 {'、'.join(unknown)} 不在选项里"
            self._report("key_unknown", message)
        if not material.letters:
            self._no_key()
        read = answers.read_letters(material.answer, count=len(material.choices))
        if read and read.rest and not _repeats(read.rest, material.choices):
            self.reasons.append(read.rest)
        options = tuple(
            DraftOption(_plain(choice.text), letter in material.letters)
            for letter, choice in zip(_LETTERS, material.choices, strict=False)
        )
        return ItemDraft(kind=kind, stem=_stem(stem), options=options)

    def _ordering(self, material: Material, kind: str) -> ItemDraft:
        order = answers.read_ordered(material.answer)
        texts = [choice.text for choice in material.choices]
        indexes = [_LETTERS.index(letter) for letter in order]
        if sorted(indexes) != list(range(len(texts))):
            self._report("no_key" if not order else "key_unknown", "答案没有把每个选项各排一次")
            indexes = list(range(len(texts))) if not order else []
            options = tuple(DraftOption(_plain(text)) for text in texts)
            return ItemDraft(kind=kind, stem=_stem(material.stem), options=options)
        lines = tuple(_plain(texts[index]) for index in indexes)
        return ItemDraft(kind=kind, stem=_stem(material.stem), answers=lines)

    def _verdict(self, material: Material, kind: str) -> ItemDraft:
        stem, _, why = answers.verdict_in_stem(material.stem)
        if why:
            self.reasons.append(why)
        verdict = kinds.verdict_of(material)
        if not verdict:
            self._no_key()
        read = answers.read_verdict(material.answer)
        if read and read.rest:
            self.reasons.append(read.rest)
        stem = answers.without_brackets_at_end(stem)
        return ItemDraft(kind=kind, stem=_stem(stem), answers=_verdict_lines(verdict))

    def _blank(self, material: Material, kind: str) -> ItemDraft:
        stem = material.stem
        lines: tuple[str, ...] = ()
        if not material.answer:
            stem, lines = gaps.take_filled(stem)
        stem = gaps.gaps_of(stem)
        count = stem.count("____")
        if material.answer:
            cut = gaps.cut_answers(material.answer, count)
            lines = cut.lines
            if not cut.is_sure:
                self._report("blank_split", f"答案“{material.answer[:40]}”的分法不确定，请核对")
        if not lines:
            self._no_key()
        if not count:
            stem += "____"
            self._report("gap_added", "题干没有空，已在末尾补上一个")
        return ItemDraft(kind=kind, stem=_stem(stem), answers=lines)

    def _numeric(self, material: Material, kind: str) -> ItemDraft:
        stem = gaps.gaps_of(material.stem)
        value = kinds.quantity_of(material.answer)
        return ItemDraft(kind=kind, stem=_stem(stem), answers=(value,) if value else ())

    def _essay(self, material: Material, kind: str) -> ItemDraft:
        if material.answer:
            self.reasons.insert(0, joined(material.answer.split("\n")))
        return ItemDraft(kind=kind, stem=_stem(self.text))

    def _no_key(self) -> None:
        self._report("no_key", "没有答案，只能存为草稿")

    def _with_facts(self, draft: ItemDraft) -> ItemDraft:
        facts = self.facts
        explanation = [*self.reasons, *facts.explanations]
        for code, message in facts.remarks:
            self._report(code, message)
        if not draft.stem.strip():
            self._report("stem_empty", "没有题干")
        return replace(
            draft,
            explanation=_unmarked("\n\n".join(each for each in explanation if each)),
            source=facts.source,
            area=facts.area,
            level=facts.level,
            difficulty=facts.difficulty,
            points=facts.points or self._all_points(draft),
        )

    def _all_points(self, draft: ItemDraft) -> str:
        if not self.points.startswith("/"):
            return self.points
        each = self.points[1:]  # per gap
        count = max(1, draft.stem.count("____"))
        return f"{float(each) * count:g}"


def _answered(answer: str, choices: tuple[Choice, ...]) -> str:
    """Read an answer line: letters, with or without the options' texts, or the texts alone."""
    labelled = _labelled(answer, choices)
    read = answers.read_letters(answer, count=len(choices))
    if labelled or read:
        return labelled or (read.value if read else "")
    return _named(answer, choices) if choices else ""


def _named(answer: str, choices: tuple[Choice, ...]) -> str:
    """Find the options whose texts an answer repeats."""
    wanted = {re.sub(r"\s", "", part) for part in re.split(r"[;；\n]", answer.strip(" 。."))}
    named = [
        letter
        for letter, choice in zip(_LETTERS, choices, strict=False)
        if re.sub(r"\s", "", choice.text) in wanted
    ]
    return "".join(named) if len(named) == len(wanted) else ""


def _labelled(answer: str, choices: tuple[Choice, ...]) -> str:
    """Read an answer that repeats several options with their letters: “A.一、C.三”."""
    found = list(_LABELLED.finditer(fold(answer)))
    if len(found) < 2 or found[0].start() or len(found) > len(choices):
        return ""
    ends = [match.start() for match in found[1:]] + [len(answer)]
    texts = {
        letter: re.sub(r"\W", "", c.text) for letter, c in zip(_LETTERS, choices, strict=False)
    }
    for match, end in zip(found, ends, strict=True):
        if re.sub(r"\W", "", answer[match.end() : end]) != texts.get(match.group(1)):
            return ""
    return "".join(sorted({match.group(1) for match in found}))


def _repeats(rest: str, choices: tuple[Choice, ...]) -> bool:
    plain = re.sub(r"\W", "", rest)
    return any(plain == re.sub(r"\W", "", choice.text) for choice in choices)


def _verdict_lines(verdict: str) -> tuple[str, ...]:
    return ({"T": "对", "F": "错"}[verdict],) if verdict else ()


def _unmarked(text: str) -> str:
    return text.replace(KEY_OPEN, "").replace(KEY_CLOSE, "").strip()


def _plain(text: str) -> str:
    return _unmarked(text).replace("\n", " ")


def _stem(text: str) -> str:
    return joined(without_bullet(_unmarked(text)).split("\n"))
