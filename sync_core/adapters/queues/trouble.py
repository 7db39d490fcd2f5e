"""Says in Tandem's words what the queue service answered:
https://learn.microsoft.com/rest/api/storageservices/queue-service-error-codes.

Words of the service stay out of the messages: they may repeat what was sent.
"""

from azure.core.exceptions import HttpResponseError

from sync_core.domain.errors import Misconfigured, Refused, TryAgain

_NOT_NOW = (408, 429, 500, 502, 503, 504)


def translate(error: Exception) -> Exception:
    """The error of Tandem's family that a caller can act on."""
    status = error.status_code if isinstance(error, HttpResponseError) else None
    if not status or status < 400:
        return TryAgain("the queue cannot be reached")
    if status in _NOT_NOW:
        return TryAgain(f"the queue does not answer now ({status})")
    if status in (401, 403):
        return Misconfigured(
            f"the queue refuses this app ({status}): its identity needs the role Storage Queue Data Message Sender "
            "or Contributor on the storage account, or the connection string a valid key"
        )
    if status == 404:
        return Misconfigured("the queue does not exist: deploy the storage as described, or prepare it")
    return Refused(f"the queue did not take a bell ({status})")
