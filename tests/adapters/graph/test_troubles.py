"""The table of refusals, one line per case."""

import pytest

from sync_core.adapters.graph.client import read_retry_after
from sync_core.adapters.graph.troubles import Trouble, classify, code_of


@pytest.mark.parametrize(
    ("status", "code", "trouble"),
    [
        (200, "", Trouble.NONE),
        (204, "", Trouble.NONE),
        (302, "", Trouble.REFUSED),
        (400, "", Trouble.REFUSED),
        (400, "ErrorInvalidRequest", Trouble.REFUSED),
        (400, "TimeZoneNotSupportedException", Trouble.REFUSED),
        (400, "ErrorInvalidIdMalformed", Trouble.NOT_FOUND),
        (400, "ErrorItemNotFound", Trouble.NOT_FOUND),
        (404, "erroritemnotfound", Trouble.NOT_FOUND),
        (403, "ErrorItemNotFound", Trouble.CALENDAR),
        (404, "ResourceNotFound", Trouble.CALENDAR),
        (404, "Request_ResourceNotFound", Trouble.CALENDAR),
        (404, "MailboxNotEnabledForRESTAPI", Trouble.CALENDAR),
        (404, "", Trouble.CALENDAR),
        (403, "ErrorAccessDenied", Trouble.CALENDAR),
        (400, "extensionError", Trouble.CALENDAR),
        (401, "InvalidAuthenticationToken", Trouble.AUTHENTICATION),
        (400, "ErrorDuplicateTransactionId", Trouble.DUPLICATE),
        (409, "ErrorDuplicateTransactionId", Trouble.DUPLICATE),
        (409, "ErrorIrresolvableConflict", Trouble.MOVED),
        (412, "", Trouble.MOVED),
        (410, "", Trouble.CURSOR),
        (400, "SyncStateNotFound", Trouble.CURSOR),
        (404, "syncStateInvalid", Trouble.CURSOR),
        (409, "resyncRequired", Trouble.CURSOR),
        (424, "", Trouble.THROTTLED),
        (429, "ApplicationThrottled", Trouble.THROTTLED),
        (503, "", Trouble.THROTTLED),
        (500, "ErrorInternalServerError", Trouble.UNCERTAIN),
        (504, "UnknownError", Trouble.UNCERTAIN),
        (599, "", Trouble.UNCERTAIN),
    ],
)
def test_what_a_refusal_means(status: int, code: str, trouble: Trouble) -> None:
    assert classify(status, code) is trouble


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"error": {"code": "ErrorItemNotFound"}}, "ErrorItemNotFound"),
        ({"error": {"code": "<script>alert('x')</script>"}}, "scriptalertxscript"),
        ({"error": {"code": 7}}, ""),
        ({"error": "text"}, ""),
        ("<html>gateway</html>", ""),
        (None, ""),
    ],
)
def test_a_code_is_fit_for_a_sentence(body: object, code: str) -> None:
    assert code_of(body) == code


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("10", 10.0), ("0", 0.0), ("-5", 0.0), ("", None), (None, None), ("soon", None)],
)
def test_a_wait_that_was_asked_for(text: str | None, seconds: float | None) -> None:
    assert read_retry_after(text) == seconds


def test_a_wait_may_be_a_date_and_is_never_negative() -> None:
    assert read_retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0
