"""Signs a webhook with the development secret and posts it, as a scheduler would.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import json
import urllib.error
import urllib.request
import uuid
from datetime import UTC, datetime
from pathlib import Path

from standardwebhooks import Webhook

from devtools.development import WEBHOOK_SECRET
from devtools.trouble import Trouble


def send(file: Path, url: str, secret: str = WEBHOOK_SECRET) -> int:
    """Post the file, print the answer, and return 0 if it was accepted.

    Raises:
        Trouble: The file cannot be read or nobody answers.
    """
    try:
        body = file.read_text("utf-8")
        is_batch = isinstance(json.loads(body), list)
    except (OSError, ValueError) as error:
        raise Trouble(f"{file} is no readable JSON file: {error}") from error
    message_id, now = f"msg_{uuid.uuid4().hex}", datetime.now(UTC)
    headers = {
        "content-type": f"application/cloudevents{'-batch' if is_batch else ''}+json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, now, body),
    }
    if not url.startswith(("http://", "https://")):
        raise Trouble(f"{url} is no http address.")
    request = urllib.request.Request(url, body.encode(), headers, method="POST")  # noqa: S310 - scheme checked above
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
            status, text = answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        status, text = error.code, error.read().decode(errors="replace")
    except OSError as error:
        raise Trouble(f"Nobody answers at {url}: is `python3 dev.py up` running?") from error
    print(status, text)
    return 0 if status < 300 else 1
