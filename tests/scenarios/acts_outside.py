"""What goes wrong outside and is mended again, and what comes with time."""

from datetime import UTC, datetime, timedelta

from tests.scenarios import administration
from tests.scenarios.acting import act
from tests.scenarios.play import Play
from tests.scenarios.said import Text, refuse
from tests.services import wait_until

_MOMENT = timedelta(milliseconds=10)
_DOWN = {"kind": "unavailable", "count": -1, "retryAfter": "1"}
_TIMERS = {"pull": "pull_due_calendars", "renew": "renew_subscriptions", "night": "tidy_up"}


@act("outside", "graph is down")
def graph_is_down(play: Play, *, for_: Text | None = None) -> None:
    scope = {"mailbox": play.member(for_).mailbox} if for_ else {}
    play.stage.ask_graph("POST", "faults", {**_DOWN, **scope})
    play.is_disturbed = True


@act("outside", "graph throttles")
def graph_throttles(play: Play, *, times: int = 1) -> None:
    play.stage.ask_graph("POST", "faults", {"kind": "throttle", "count": times, "retryAfter": "1"})


@act("outside", "graph loses the reply to the next")
def graph_loses_reply(play: Play, what: Text) -> None:
    operations = {"creation": "event.create", "change": "event.update", "deletion": "event.delete"}
    if what not in operations:
        raise refuse(what, f"a reply to a {', '.join(operations)} can be lost, not to {what!r}")
    play.stage.ask_graph("POST", "faults", {"kind": "lostReply", "operation": operations[what]})


@act("outside", "graph forgets how far we read")
def graph_forgets(play: Play) -> None:
    play.stage.ask_graph("POST", "faults", {"kind": "deltaEvicted"})


@act("outside", "graph says its answers are gone")
def graph_says_gone(play: Play) -> None:
    play.stage.ask_graph("POST", "faults", {"kind": "deltaGone"})


@act("outside", "graph repeats old pages")
def graph_repeats(play: Play) -> None:
    play.stage.ask_graph("POST", "faults", {"kind": "deltaReplay"})


@act("outside", "graph cuts a page off")
def graph_cuts(play: Play) -> None:
    play.stage.ask_graph("POST", "faults", {"kind": "truncated"})


@act("outside", "graph tells nobody")
def graph_is_silent(play: Play) -> None:
    """Notifications are lost from here on."""
    play.stage.ask_graph("POST", "faults", {"kind": "dropNotification", "count": -1})


@act("outside", "graph removes the subscriptions of")
def graph_removes_subscriptions(play: Play, who: Text) -> None:
    for each in play.stage.ask_graph("GET", "subscriptions")["value"]:
        if play.mailbox_id(play.member(who)) in each["resource"] or play.member(who).mailbox in each["resource"]:
            play.stage.ask_graph("POST", f"subscriptions/{each['id']}/lifecycle", {"event": "subscriptionRemoved"})


@act("outside", "graph keeps our mark on copies")
def graph_keeps_mark(play: Play) -> None:
    play.stage.ask_graph("PATCH", "switches", {"copiesKeepTransactionId": True})


@act("outside", "graph tells everything twice")
def graph_tells_twice(play: Play) -> None:
    play.stage.ask_graph("PATCH", "switches", {"notificationCopies": 2})


@act("outside", "graph comes back")
def graph_comes_back(play: Play) -> None:
    play.stage.ask_graph("DELETE", "faults")
    play.is_disturbed = False


@act("outside", "the mailbox is blocked of")
def mailbox_is_blocked(play: Play, who: Text) -> None:
    _set_mailbox(play, who, "blocked")


@act("outside", "the mailbox loses its licence of")
def mailbox_loses_licence(play: Play, who: Text) -> None:
    _set_mailbox(play, who, "none")


@act("outside", "the user is deleted of")
def user_is_deleted(play: Play, who: Text) -> None:
    _set_mailbox(play, who, "deleted")


@act("outside", "the mailbox is found at last of")
def mailbox_is_found(play: Play, who: Text) -> None:
    """It is there now, and the time has passed after which it is looked for again."""
    _set_mailbox(play, who, "active")
    administration.look_for_mailboxes(play.stage, [play.member(who).id])


@act("outside", "the mailbox answers again of")
def mailbox_answers(play: Play, who: Text) -> None:
    """It answers, and the time has passed after which it is tried again."""
    _set_mailbox(play, who, "active")
    play.stage.office.let_refusals_come_due([play.member(who).id])
    play.stage.office.ring([play.member(who).id])


def _set_mailbox(play: Play, who: Text, state: str) -> None:
    play.stage.ask_graph("PUT", f"users/{play.member(who).mailbox}/state", {"state": state})


@act("outside", "the board is down")
def board_is_down(play: Play) -> None:
    play.stage.ask_board("POST", "faults", {"kind": "unavailable"})
    play.is_disturbed = True


@act("outside", "the board loses the reply to the next write")
def board_loses_reply(play: Play) -> None:
    for method in ("PUT", "PATCH", "DELETE"):
        play.stage.ask_board("POST", "faults", {"kind": "lost_reply", "method": method, "times": 1})


@act("outside", "the board comes back")
def board_comes_back(play: Play) -> None:
    play.stage.ask_board("DELETE", "faults")
    play.is_disturbed = False


@act("outside", "the board tells everything twice")
def board_tells_twice(play: Play) -> None:
    play.stage.ask_board("PATCH", "webhooks", {"copies": 2})


@act("outside", "the board tells nobody")
def board_is_silent(play: Play) -> None:
    """Webhooks are never sent from here on."""
    play.stage.ask_board("PATCH", "webhooks", {"silent": True})


@act("outside", "nothing travels")
def nothing_travels(play: Play) -> None:
    """Neither side's changes are told from here on, so that what follows happens on both sides at once."""
    play.stage.ask_board("PATCH", "webhooks", {"paused": True})
    play.stage.ask_graph("POST", "faults", {"kind": "dropNotification", "count": -1})
    play.is_cut_off = True


@act("outside", "minutes pass in Outlook")
def minutes_pass(play: Play) -> None:
    play.stage.ask_graph("POST", "clock", {"seconds": 120})


@act("outside", "a moment passes")
def moment_passes(play: Play) -> None:
    """So that what follows is newer by every clock, however coarse."""
    since = datetime.now(UTC)
    wait_until(lambda: datetime.now(UTC) > since + _MOMENT, "a moment has passed")


@act("outside", "everything travels again")
def everything_travels(play: Play, *, in_any_order: bool = False) -> None:
    """What the board has to tell comes first, together or in any order; then every calendar is read."""
    spread = {"spread_seconds": 0.3} if in_any_order else {}
    play.stage.ask_board("PATCH", "webhooks", {"paused": False, **spread})
    play.stage.ask_graph("DELETE", "faults?kind=dropNotification")
    play.stage.wait_until_told()
    play.stage.office.ring(play.ids)
    play.is_cut_off = False


@act("outside", "the app dies and is started again")
def app_dies(play: Play) -> None:
    play.stage.restart_host()


@act("timer", "pull")
def pull(play: Play) -> None:
    """The turn of every resource to be read unasked comes: the timer runs for the first time this year."""
    play.stage.run_timer(_TIMERS["pull"])


@act("timer", "four hours of pulling")
def four_hours(play: Play) -> None:
    """Counts whose turn would come how often, without reading anything."""
    play.pulled = administration.pull_for(play.stage, timedelta(hours=4), timedelta(minutes=10))


@act("timer", "renew")
def renew(play: Play) -> None:
    play.stage.run_timer(_TIMERS["renew"])


@act("timer", "night")
def night(play: Play) -> None:
    play.stage.run_timer(_TIMERS["night"])
