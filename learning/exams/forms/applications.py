"""The forms of applications: a candidate's own, HR's list, the examiner's decision."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    FileField,
    HiddenField,
    MultipleFileField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Length, Regexp

from learning.exams import words
from learning.exams.forms.accommodation import AccommodationForm
from learning.exams.forms.checks import read_upload
from learning.exams.forms.sittings import MAX_ROLL, MAX_SHOWN_PROBLEMS
from learning.exams.rules import (
    FILE_BYTES,
    MAX_ANSWER,
    MAX_EVIDENCE,
    MAX_FEE,
    MAX_STATEMENT,
    MAX_WANTS,
    PHOTO_BYTES,
    Decision,
    Review,
    RollLine,
    Upload,
    Wish,
    check_files,
    check_photo,
    line_of_file,
)
from learning.exams.words import _
from learning.kernel.documents.archive import Limits
from learning.kernel.errors import Problem
from learning.organisations.rules.roster import RosterProblem
from learning.organisations.words import roster_words
from learning.web.forms import plain_text

PAPERS = {"accept": "application/pdf,image/jpeg,image/png,.pdf,.jpg,.jpeg,.png"}
MAX_BATCH_FILES = 500  # what one upload carries in megabytes ends far below
PHOTOS = {"accept": "image/jpeg,image/png,.jpg,.jpeg,.png"}


class ApplicationForm(FlaskForm):
    """What a candidate sends. `agreed_sha256` says which text stood on the page they signed.

    `wants_version` says which consent to a request for accommodation stood there.
    """

    statement = TextAreaField(
        _l("报考条件说明"),
        validators=[Length(max=MAX_STATEMENT), plain_text],
        render_kw={"rows": 4},
    )
    wants = StringField(_l("考试便利申请"), validators=[Length(max=MAX_WANTS), plain_text])
    wants_agreed = BooleanField(_l("我单独同意按以上说明处理我的考试便利申请"))
    wants_version = HiddenField(validators=[Length(max=4), Regexp(r"^[0-9]*\Z")])
    fee_note = StringField(_l("缴费凭据"), validators=[Length(max=MAX_FEE), plain_text])
    evidence = MultipleFileField(_l("证明材料"), render_kw=PAPERS)
    photo = FileField(_l("照片"), render_kw=PHOTOS)
    agreed = BooleanField(_l("我已阅读并同意以上协议"))
    agreed_sha256 = HiddenField(validators=[Length(max=64)])

    def uploads(self) -> tuple[tuple[Upload, ...], list[Problem]]:
        """Return the files that were sent, or everything that is wrong with them."""
        files = [
            read_upload(file, FILE_BYTES) for file in (self.evidence.data or [])[: MAX_EVIDENCE + 1]
        ]
        evidence, problems = check_files(files)
        photo, faults = check_photo(*read_upload(self.photo.data, PHOTO_BYTES))
        return (*evidence, *([photo] if photo else [])), [*problems, *faults]

    def wish(self, uploads: tuple[Upload, ...]) -> Wish:
        """Return what a valid form says."""
        return Wish(
            statement=(self.statement.data or "").strip(),
            wants=(self.wants.data or "").strip(),
            fee_note=(self.fee_note.data or "").strip(),
            agreed_sha256=(self.agreed_sha256.data or "") if self.agreed.data else "",
            uploads=uploads,
            wants_consent=int(self.wants_version.data or 0) if self.wants_agreed.data else 0,
        )

    def show(self, problems: Sequence[Problem]) -> None:
        """Put each problem beside its field."""
        for problem in problems:
            field = self._fields.get(problem.place, self.evidence)
            field.errors = [*field.errors, words.file_problem_words(problem)]


class BatchForm(FlaskForm):
    """HR's people: pasted, or the staff numbers, phones or addresses of a roster."""

    roll = TextAreaField(
        _l("名单"), validators=[Length(max=MAX_ROLL), plain_text], render_kw={"rows": 8}
    )
    file = FileField(_l("花名册（.xlsx）"), render_kw={"accept": ".xlsx"})

    evidence = MultipleFileField(_l("证明材料"), render_kw=PAPERS)

    def papers(self, lines: Sequence[RollLine]) -> dict[int, list[Upload]] | None:
        """Return the evidence by the number of its line; None where files are wrong, said there."""
        found: dict[int, list[Upload]] = {}
        errors: list[str] = []
        for file in (self.evidence.data or [])[:MAX_BATCH_FILES]:
            name, content = read_upload(file, FILE_BYTES)
            line = line_of_file(name, lines) if name else None
            uploads, problems = check_files([(name, content)])
            if name and line is None:
                errors.append(_("%(name)s：文件名要以名单里一个人的工号或登录名开头。", name=name))
            errors += [
                _("%(name)s：%(what)s", name=name, what=words.file_problem_words(problem))
                for problem in problems
            ]
            if line is not None:
                found.setdefault(line.number, []).extend(uploads)
        self.evidence.errors = [*self.evidence.errors, *errors[:MAX_SHOWN_PROBLEMS]]
        return None if errors else found

    def workbook(self) -> bytes:
        """Return the bytes of the workbook, b"" for none."""
        return read_upload(self.file.data, Limits().file_bytes)[1]

    def show(self, problems: Sequence[Problem]) -> None:
        """Put what is wrong beside the list, by the number of the line; the first fifty."""
        texts = [words.line_problem_words(problem) for problem in problems[:MAX_SHOWN_PROBLEMS]]
        self.roll.errors = [*self.roll.errors, *texts]

    def show_cells(self, problems: Sequence[RosterProblem]) -> None:
        """Put what is wrong with cells of the roster beside the file; the first fifty."""
        told = [(problem.cell, *roster_words(problem)) for problem in problems[:MAX_SHOWN_PROBLEMS]]
        texts = [
            _("%(cell)s：%(what)s。%(how)s", cell=cell, what=what, how=how)
            for cell, what, how in told
        ]
        self.file.errors = [*self.file.errors, *texts]


class WithdrawForm(FlaskForm):
    """Why an admission is taken back; somebody who applied reads it."""

    reason = StringField(
        _l("取消准考的理由"),
        id="withdraw-reason",  # another form of the page asks for a reason too
        validators=[Length(max=MAX_ANSWER), plain_text],
    )


class DecideForm(AccommodationForm):
    """The examiner's decision; the button says which. Accommodation goes with an acceptance.

    `seen` names what stood on the page that was decided on.
    """

    seen = HiddenField(validators=[Length(max=64)])
    answer = TextAreaField(
        _l("给报考人的答复"), validators=[Length(max=MAX_ANSWER), plain_text], render_kw={"rows": 3}
    )

    def review(self, decision: Decision) -> Review:
        """Return what a valid form decides and grants."""
        answer = (self.answer.data or "").strip()
        return Review(self.seen.data or "", decision, answer, self.granted())
