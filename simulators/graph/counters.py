"""Counts what callers do, so that tests can say how much traffic something cost."""

from collections import Counter

from simulators.graph.wire import JsonObject

EVENT_WRITES = frozenset({"event.create", "event.update", "event.delete", "event.purge"})


class Counters:
    """Since start or the last reset."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.http_requests = 0
        self.batches = 0
        self.batch_members = 0
        self.lost_replies = 0
        self.mails = 0
        """Invitations, updates and cancellations that Outlook would have sent to attendees."""
        self.requests: Counter[str] = Counter()
        """By method and operation, batch members included."""
        self.statuses: Counter[int] = Counter()
        self.by_mailbox: Counter[str] = Counter()
        self.writes: Counter[str] = Counter()
        """Successful changes to events through the API, by operation."""
        self.max_concurrency: Counter[str] = Counter()
        """Most requests at once, by mailbox."""
        self.notifications: Counter[str] = Counter()
        """By what became of each: posted, failed, dropped."""

    def show(self) -> JsonObject:
        return {
            "httpRequests": self.http_requests,
            "batches": self.batches,
            "batchMembers": self.batch_members,
            "lostReplies": self.lost_replies,
            "mails": self.mails,
            "requests": dict(self.requests),
            "statuses": {str(status): count for status, count in self.statuses.items()},
            "byMailbox": dict(self.by_mailbox),
            "writes": {"total": sum(self.writes.values()), **self.writes},
            "maxConcurrency": dict(self.max_concurrency),
            "notifications": dict(self.notifications),
        }
