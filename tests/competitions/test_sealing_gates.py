"""Every service that writes to a competition passes a gate that an archived edition keeps shut.

What each gate answers is tested in `test_archiving`; here it is that none goes around them. A new
service fails until it passes one, or stands below with the reason why it need not.
"""

import ast
import importlib
import inspect
import pkgutil

from learning.competitions import services

#: They hold the competition's row and refuse an archived edition.
GATES = {"hold", "hold_alone", "refuse_sealed"}
#: An edition is archived only after its close: these refuse a closed competition.
CLOSED = {"entry_refusal", "hold_open"}

FREE = {
    "write_annual": "the report on a contest is written after it",
    "create_competition": "another one",
    "make_assessment": "part of other acts, which hold the competition",
    "note_headcount": "part of other acts, which hold the competition",
    "void_entry": "part of other acts, which hold the competition",
    "move_entry": "part of other acts, which hold the competition and refuse a closed one",
    "put_down": "at a desk that `hold_paper` opened",
    "take_off": "at a desk that `hold_paper` opened",
    "get_own_prize": "reads",
    "get_appealable": "reads",
    "open_declaration": "reads, with an audit",
    "open_paper": "reads",
    "record_download": "an audit",
    "record_own_download": "an audit",
    "record_awards_download": "an audit",
    "show_name": "whether one's own name is shown is one's own choice at any time",
    "claim_award": "a winner's own claim has days of its own",
    "take_back_delivery": "a winner's own data",
    "give_up_award": "a winner's own claim has days of its own",
    "ask_for_certificates": "prints what stands",
    "close_competition": "an archived edition is closed: not_running",
    "start_round": "a closed round starts nothing",
    "earn_bonus": "a closed contest gives no bonus",
    **dict.fromkeys(
        (
            "lodge_item_appeal",
            "withdraw_item_appeal",
            "decide_item_appeal",
            "note_appealed_item",
            "start_round_regrade",
            "rule_on_round",
            "take_round_ruling_back",
            "drop_round_regrade",
            "ask_round_look",
            "ask_round_force",
        ),
        "corrections of what was published stay possible",
    ),
}


def read_services() -> tuple[dict[str, set[str]], set[str]]:
    """What each function of the services calls, and which of them are somebody's acts."""
    calls: dict[str, set[str]] = {}
    acts = set()
    for found in pkgutil.iter_modules(services.__path__):
        module = importlib.import_module(f"{services.__name__}.{found.name}")
        for node in ast.parse(inspect.getsource(module)).body:
            if not isinstance(node, ast.FunctionDef):
                continue
            # Private names repeat from module to module.
            own = {n.name for n in ast.parse(inspect.getsource(module)).body if hasattr(n, "name")}
            name = _named(found.name, node.name)
            calls[name] = {
                _named(found.name, called) if called in own else called
                for call in ast.walk(node)
                if isinstance(call, ast.Call) and (called := _called(call))
            }
            parameters = {a.arg for a in (*node.args.args, *node.args.kwonlyargs)}
            if "actor" in parameters and not node.name.startswith("_"):
                acts.add(node.name)
    return calls, acts


def _named(module: str, name: str) -> str:
    return f"{module}.{name}" if name.startswith("_") else name


def _called(call: ast.Call) -> str:
    if any(word.arg == "corrects" for word in call.keywords):
        return ""  # the gate is left open on purpose
    target = call.func
    return target.id if isinstance(target, ast.Name) else getattr(target, "attr", "")


def _reached(calls: dict[str, set[str]], name: str) -> set[str]:
    seen, waiting = set(), [name]
    while waiting:
        for called in calls.get(waiting.pop(), set()):
            if called not in seen:
                seen.add(called)
                waiting.append(called)
    return seen


def test_every_act_on_a_competition_passes_a_gate_or_says_why_not() -> None:
    calls, acts = read_services()
    free = {name for name in acts if not _reached(calls, name) & (GATES | CLOSED)}

    assert free - GATES - set(FREE) == set()
    assert set(FREE) - acts == set(), "no such service any more"


def test_a_service_without_a_gate_would_be_found() -> None:
    calls, _acts = read_services()
    calls["show_all"] = {"update", "log"}
    calls["show_more"] = {"teams._half"}
    calls["teams._half"] = {"hold"}

    assert not _reached(calls, "show_all") & GATES
    assert _reached(calls, "show_more") & GATES
