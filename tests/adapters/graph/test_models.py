"""What every object of Graph's SDK has is read without the SDK's own way, which costs more than all the rest of it."""

import inspect
import re

from kiota_serialization_json.json_parse_node_factory import JsonParseNodeFactory
from msgraph.generated.models import entity
from msgraph.generated.models.calendar import Calendar

from sync_core.adapters.graph.sdk import Sdk


class NoTokens:
    """Has none: what is read here was never asked for."""

    async def token(self) -> str:
        raise AssertionError("nobody asks")

    def forget(self, token: str) -> None:
        raise AssertionError("nobody asks")

    async def aclose(self) -> None:
        return None


async def test_an_object_is_read_as_the_sdk_itself_reads_it_of_this_version() -> None:
    """Should the SDK come to read more of every object than these two, this says so."""
    sdk = Sdk("http://127.0.0.1:9", NoTokens(), str)
    sdk.client()
    source = inspect.getsource(entity).split("def get_field_deserializers")[1].split("def serialize")[0]
    assert re.findall(r'"([^"]+)": lambda n ', source) == list(entity.Entity().get_field_deserializers())
    sent = b'{"@odata.type": "#microsoft.graph.calendar", "id": "c-1", "name": "Calendar", "canEdit": true}'
    node = JsonParseNodeFactory().get_root_parse_node("application/json", sent)
    read = node.get_object_value(Calendar)
    assert (read.id, read.odata_type, read.name, read.can_edit) == (
        "c-1",
        "#microsoft.graph.calendar",
        "Calendar",
        True,
    )
    assert entity.Entity.get_field_deserializers.__module__ == "sync_core.adapters.graph.sdk"
    await sdk.aclose()
