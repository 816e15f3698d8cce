"""Use cases of sittings: write one, admit, open, start, record results, close."""

from learning.exams.services.admission import (
    AdmissionPlan,
    Choice,
    ChoiceKind,
    admit,
    plan_admission,
    withdraw,
)
from learning.exams.services.appeals import (
    assign_appeal,
    decide_appeal,
    lodge_appeal,
    note_item_shown,
    open_evidence,
    take_appeal,
    why_not,
    withdraw_appeal,
)
from learning.exams.services.applications import (
    apply,
    apply_for_many,
    forget_applications,
    prune_applications,
    withdraw_application,
)
from learning.exams.services.arranging import change_settings, give_signal
from learning.exams.services.door import note_incident, note_presence
from learning.exams.services.effects import ResultEffect, preview_results
from learning.exams.services.halls import add_room, appoint, dismiss, remove_room
from learning.exams.services.invigilating import (
    Batch,
    act_on_everybody,
    act_on_people,
    batch_size,
    give_minutes_back,
    note_during,
)
from learning.exams.services.keying import key_sheet, settle_sheet
from learning.exams.services.keying_files import RowOutcome, key_rows
from learning.exams.services.managing import (
    close_sitting,
    create_sitting,
    edit_sitting,
    open_sitting,
)
from learning.exams.services.marking import (
    Given,
    give_mark,
    most_of_steps,
    step_aside,
    take_answer,
    undo_mark,
)
from learning.exams.services.marks import (
    declare_conflict,
    end_marking,
    find_answers,
    reopen_mark,
    score_marked,
)
from learning.exams.services.naming import choose_items
from learning.exams.services.papers import (
    KEY_RIGHT,
    Readable,
    draw_for_print,
    log_use,
    read_keys,
    read_papers,
    read_sample,
    require_key_right,
)
from learning.exams.services.regrades import (
    ask_for_force,
    ask_for_look,
    drop_regrade,
    keep_look,
    look,
    put_into_force,
    rule_on,
    start_regrade,
    take_ruling_back,
)
from learning.exams.services.resits import (
    allow_resit,
    check_resit,
    forget_leaves,
    set_resit,
)
from learning.exams.services.reviewing import decide_application, open_file
from learning.exams.services.seating import place_candidate, seat_all
from learning.exams.services.sheets import open_correction, open_scan
from learning.exams.services.sitting import take_result
from learning.exams.services.standards import (
    adopt_standard,
    appoint_judges,
    dismiss_judge,
    judge_item,
    look_at_key,
    open_standard,
    take_step,
)
from learning.exams.services.starting import Arrival, note_wrong_code, start_sitting
from learning.exams.services.telling import tell_result, tell_voided

__all__ = [
    "KEY_RIGHT",
    "AdmissionPlan",
    "Arrival",
    "Batch",
    "Choice",
    "ChoiceKind",
    "Given",
    "Readable",
    "ResultEffect",
    "RowOutcome",
    "act_on_everybody",
    "act_on_people",
    "add_room",
    "admit",
    "adopt_standard",
    "allow_resit",
    "apply",
    "apply_for_many",
    "appoint",
    "appoint_judges",
    "ask_for_force",
    "ask_for_look",
    "assign_appeal",
    "batch_size",
    "change_settings",
    "check_resit",
    "choose_items",
    "close_sitting",
    "create_sitting",
    "decide_appeal",
    "decide_application",
    "declare_conflict",
    "dismiss",
    "dismiss_judge",
    "draw_for_print",
    "drop_regrade",
    "edit_sitting",
    "end_marking",
    "find_answers",
    "forget_applications",
    "forget_leaves",
    "give_mark",
    "give_minutes_back",
    "give_signal",
    "judge_item",
    "keep_look",
    "key_rows",
    "key_sheet",
    "lodge_appeal",
    "log_use",
    "look",
    "look_at_key",
    "most_of_steps",
    "note_during",
    "note_incident",
    "note_item_shown",
    "note_presence",
    "note_wrong_code",
    "open_correction",
    "open_evidence",
    "open_file",
    "open_scan",
    "open_sitting",
    "open_standard",
    "place_candidate",
    "plan_admission",
    "preview_results",
    "prune_applications",
    "put_into_force",
    "read_keys",
    "read_papers",
    "read_sample",
    "remove_room",
    "reopen_mark",
    "require_key_right",
    "rule_on",
    "score_marked",
    "seat_all",
    "set_resit",
    "settle_sheet",
    "start_regrade",
    "start_sitting",
    "step_aside",
    "take_answer",
    "take_appeal",
    "take_result",
    "take_ruling_back",
    "take_step",
    "tell_result",
    "tell_voided",
    "undo_mark",
    "why_not",
    "withdraw",
    "withdraw_appeal",
    "withdraw_application",
]
