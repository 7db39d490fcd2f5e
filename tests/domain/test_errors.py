"""The family of errors tells a caller what can be done."""

from sync_core.domain.errors import CalendarRefused, MailboxRefused


def test_a_mailbox_that_cannot_be_used_is_a_calendar_that_refuses_and_tells_its_state() -> None:
    refusal = MailboxRefused("missing", "no mailbox answers to this address")

    assert isinstance(refusal, CalendarRefused)
    assert (refusal.state, refusal.reason) == ("missing", str(refusal))
