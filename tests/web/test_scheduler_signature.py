"""Only who knows a secret, and sends lately, is let in; everybody else hears the same."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_core.domain.errors import Misconfigured
from sync_core.web.proofs.call import Unauthorized
from sync_core.web.signature import verify_signature
from tests.web.posting import NEXT_SECRET, NOW, SECRET, STRANGER, signature, signed

BODY = '{"subject": "Prüfung"}'.encode()
KNOWN = (SECRET, NEXT_SECRET)


@pytest.mark.parametrize("secret", KNOWN)
def test_either_secret_of_a_rotation_is_accepted(secret: str) -> None:
    assert verify_signature(KNOWN, signed(BODY, secret), BODY, NOW) == "msg_1"


def test_one_fitting_signature_among_others_is_enough() -> None:
    headers = signed(BODY)
    others = " ".join(["v1a,AAAA", "v2", signed(BODY, STRANGER)["Webhook-Signature"], headers["Webhook-Signature"]])
    assert verify_signature(KNOWN, headers | {"Webhook-Signature": others}, BODY, NOW) == "msg_1"


@pytest.mark.parametrize("minutes", [-4.9, 4.9])
def test_a_clock_may_be_off_by_less_than_five_minutes(minutes: float) -> None:
    verify_signature(KNOWN, signed(BODY, at=NOW + timedelta(minutes=minutes)), BODY, NOW)


@pytest.mark.parametrize("minutes", [-5.1, 5.1, -60 * 24 * 365])
def test_a_stale_delivery_and_one_from_the_future_are_refused(minutes: float) -> None:
    with pytest.raises(Unauthorized):
        verify_signature(KNOWN, signed(BODY, at=NOW + timedelta(minutes=minutes)), BODY, NOW)


def test_a_secret_we_do_not_know_is_refused() -> None:
    with pytest.raises(Unauthorized):
        verify_signature(KNOWN, signed(BODY, STRANGER), BODY, NOW)


def test_one_changed_byte_is_refused() -> None:
    with pytest.raises(Unauthorized):
        verify_signature(KNOWN, signed(BODY), BODY.replace(b"subject", b"subjecu"), NOW)


@pytest.mark.parametrize("name", ["Webhook-Id", "Webhook-Timestamp", "Webhook-Signature"])
def test_a_delivery_that_lacks_a_header_is_refused(name: str) -> None:
    headers = {key: value for key, value in signed(BODY).items() if key != name}
    with pytest.raises(Unauthorized):
        verify_signature(KNOWN, headers, BODY, NOW)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Webhook-Signature", "v1"),
        ("Webhook-Signature", "v1,"),
        ("Webhook-Signature", "v1,not base64!"),
        ("Webhook-Signature", "v1,AAA"),
        ("Webhook-Signature", "v1,AAAA,BBBB"),
        ("Webhook-Signature", "v1,\u00e4\ud800"),
        ("Webhook-Signature", " "),
        ("Webhook-Timestamp", "nan"),
        ("Webhook-Timestamp", "1e9"),
        ("Webhook-Timestamp", "-1"),
        ("Webhook-Timestamp", "9" * 400),
        ("Webhook-Timestamp", "999999999999"),
        ("Webhook-Timestamp", "١٧٩٥"),
        ("Webhook-Id", "msg.1"),
        ("Webhook-Id", "msg 1"),
        ("Webhook-Id", "m" * 129),
        ("Webhook-Id", "\ud800"),
    ],
)
def test_a_malformed_header_is_refused_like_any_other(name: str, value: str) -> None:
    with pytest.raises(Unauthorized):
        verify_signature(KNOWN, signed(BODY) | {name: value}, BODY, NOW)


def test_an_id_with_a_full_stop_cannot_shift_the_border_to_the_timestamp() -> None:
    timestamp = str(int(NOW.timestamp()))
    headers = {
        "webhook-id": f"msg.{timestamp}",
        "webhook-timestamp": timestamp,
        "webhook-signature": signature(SECRET, f"msg.{timestamp}", timestamp, BODY),
    }
    with pytest.raises(Unauthorized):
        verify_signature(KNOWN, headers, BODY, NOW)


def test_a_body_that_is_no_text_is_refused() -> None:
    body = b"\xff\xfe{}"
    with pytest.raises(Unauthorized):
        verify_signature(KNOWN, signed(body), body, NOW)


@given(
    st.dictionaries(st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature"]), st.text()), st.binary()
)
def test_whatever_stands_in_the_headers_is_refused_and_breaks_nothing(headers: dict[str, str], body: bytes) -> None:
    with pytest.raises(Unauthorized):
        verify_signature(KNOWN, headers, body, NOW)


def test_a_secret_that_cannot_be_read_does_not_shut_out_the_others() -> None:
    assert verify_signature(("whsec_ä", "", SECRET), signed(BODY), BODY, NOW) == "msg_1"


@pytest.mark.parametrize("secrets", [(), ("",), ("whsec_",)])
def test_without_a_usable_secret_nobody_is_let_in(secrets: tuple[str, ...]) -> None:
    with pytest.raises(Misconfigured):
        verify_signature(secrets, signed(BODY), BODY, NOW)
