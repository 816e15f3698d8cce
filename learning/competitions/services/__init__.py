"""Use cases of competitions: write one, open it, enter, start, publish the list, give prizes."""

from learning.competitions.services.annual import write_annual
from learning.competitions.services.appeals import (
    decide_item_appeal,
    get_appealable,
    lodge_item_appeal,
    note_appealed_item,
    why_not_decide,
    withdraw_item_appeal,
)
from learning.competitions.services.areas import count_areas, find_due_areas, keep_areas
from learning.competitions.services.awards import (
    announce_awards,
    answer_objection,
    draw_awards,
    finalise_awards,
    object_to_awards,
    record_awards_download,
    strike_award,
    write_awards,
)
from learning.competitions.services.claims import (
    claim_award,
    forget_deliveries,
    get_own_prize,
    give_up_award,
    lapse_next,
    remind_winners,
    take_back_delivery,
    tell_winners,
)
from learning.competitions.services.cloning import clone_edition
from learning.competitions.services.closing import (
    ClosingPlan,
    apply_plan,
    close_competition,
    plan_close,
    record_download,
)
from learning.competitions.services.correcting import correct_entry
from learning.competitions.services.desks import appoint_office, end_office
from learning.competitions.services.enterprises import (
    correct_headcount,
    enrol_enterprise,
    record_own_download,
)
from learning.competitions.services.extra_time import grant_extra_time, take_extra_time
from learning.competitions.services.feeding import (
    SLICE,
    Slice,
    compare_slice,
    find_slice,
    rebuild_size,
    rebuild_slice,
    recompute_board,
    remove_strangers,
    take_bonus,
    take_correction,
    take_result,
    take_void,
)
from learning.competitions.services.final_teams import (
    confirm_final,
    find_end,
    get_room,
    owner_of,
    placed_teams,
    set_team,
)
from learning.competitions.services.finals import Teams, create_final
from learning.competitions.services.granting import grant_award
from learning.competitions.services.headcounts import (
    decide_headcount,
    declare_headcount,
    open_declaration,
)
from learning.competitions.services.links import create_link, enter_by_link, revoke_link
from learning.competitions.services.looking import RoundLook, look_at_round, preview_ranks
from learning.competitions.services.managing import (
    create_competition,
    edit_competition,
    open_competition,
)
from learning.competitions.services.orders import list_prize_changes
from learning.competitions.services.pages import write_page
from learning.competitions.services.paper_rules import draw_round_papers, round_source, set_paper
from learning.competitions.services.papers import (
    hold_paper,
    open_paper,
    places_of,
    put_down,
    take_off,
    void_paper,
)
from learning.competitions.services.participation import (
    Wish,
    earn_bonus,
    enter_competition,
    show_name,
    start_round,
)
from learning.competitions.services.printing import (
    ask_for_certificates,
    forget_printings,
    join_parts,
    keep_part,
    make_part,
    note_printing_failed,
    sheets_of,
)
from learning.competitions.services.promoting import promote_from, withdraw_promoted
from learning.competitions.services.publishing import publish_document
from learning.competitions.services.regrades import (
    ask_round_force,
    ask_round_look,
    drop_round_regrade,
    keep_round_look,
    put_round_into_force,
    rule_on_round,
    start_round_regrade,
    take_round_ruling_back,
)
from learning.competitions.services.reminding import remind_absent, send_reminders
from learning.competitions.services.rounds import (
    add_preset_rounds,
    add_round,
    edit_round,
    remove_round,
    set_promotion,
)
from learning.competitions.services.series import confirm_dates, place_in_series, seal_edition
from learning.competitions.services.showing import (
    begin_freeze,
    end_freeze,
    reveal_next,
    set_showing,
)
from learning.competitions.services.targets import set_targets
from learning.competitions.services.telling import tell_moved_prizes, tell_reranked
from learning.competitions.services.unit_awards import (
    grant_unit_award,
    settle_unit_awards,
    strike_unit_award,
    tell_unit_winners,
)
from learning.competitions.services.unit_prizes import list_unit_changes
from learning.competitions.services.windows import MAX_WINDOW_REASON, move_round_window

__all__ = [
    "MAX_WINDOW_REASON",
    "SLICE",
    "ClosingPlan",
    "RoundLook",
    "Slice",
    "Teams",
    "Wish",
    "add_preset_rounds",
    "add_round",
    "announce_awards",
    "answer_objection",
    "apply_plan",
    "appoint_office",
    "ask_for_certificates",
    "ask_round_force",
    "ask_round_look",
    "begin_freeze",
    "claim_award",
    "clone_edition",
    "close_competition",
    "compare_slice",
    "confirm_dates",
    "confirm_final",
    "correct_entry",
    "correct_headcount",
    "count_areas",
    "create_competition",
    "create_final",
    "create_link",
    "decide_headcount",
    "decide_item_appeal",
    "declare_headcount",
    "draw_awards",
    "draw_round_papers",
    "drop_round_regrade",
    "earn_bonus",
    "edit_competition",
    "edit_round",
    "end_freeze",
    "end_office",
    "enrol_enterprise",
    "enter_by_link",
    "enter_competition",
    "finalise_awards",
    "find_due_areas",
    "find_end",
    "find_slice",
    "forget_deliveries",
    "forget_printings",
    "get_appealable",
    "get_own_prize",
    "get_room",
    "give_up_award",
    "grant_award",
    "grant_extra_time",
    "grant_unit_award",
    "hold_paper",
    "join_parts",
    "keep_areas",
    "keep_part",
    "keep_round_look",
    "lapse_next",
    "list_prize_changes",
    "list_unit_changes",
    "lodge_item_appeal",
    "look_at_round",
    "make_part",
    "move_round_window",
    "note_appealed_item",
    "note_printing_failed",
    "object_to_awards",
    "open_competition",
    "open_declaration",
    "open_paper",
    "owner_of",
    "place_in_series",
    "placed_teams",
    "places_of",
    "plan_close",
    "preview_ranks",
    "promote_from",
    "publish_document",
    "put_down",
    "put_round_into_force",
    "rebuild_size",
    "rebuild_slice",
    "recompute_board",
    "record_awards_download",
    "record_download",
    "record_own_download",
    "remind_absent",
    "remind_winners",
    "remove_round",
    "remove_strangers",
    "reveal_next",
    "revoke_link",
    "round_source",
    "rule_on_round",
    "seal_edition",
    "send_reminders",
    "set_paper",
    "set_promotion",
    "set_showing",
    "set_targets",
    "set_team",
    "settle_unit_awards",
    "sheets_of",
    "show_name",
    "start_round",
    "start_round_regrade",
    "strike_award",
    "strike_unit_award",
    "take_back_delivery",
    "take_bonus",
    "take_correction",
    "take_extra_time",
    "take_off",
    "take_result",
    "take_round_ruling_back",
    "take_void",
    "tell_moved_prizes",
    "tell_reranked",
    "tell_unit_winners",
    "tell_winners",
    "void_paper",
    "why_not_decide",
    "withdraw_item_appeal",
    "withdraw_promoted",
    "write_annual",
    "write_awards",
    "write_page",
]
