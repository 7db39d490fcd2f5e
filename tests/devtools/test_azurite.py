"""Azurite serves all three stores on the ports it was given or found."""

from pathlib import Path

import pytest
from azure.data.tables import TableServiceClient
from azure.storage.queue import QueueServiceClient

from devtools.azurite import Azurite, start_azurite
from devtools.processes import Parts

pytestmark = pytest.mark.services


def test_tables_and_queues_answer_under_the_connection_string(azurite: Azurite, unique: str) -> None:
    with TableServiceClient.from_connection_string(azurite.connection_string) as tables:
        tables.create_table(unique)
        assert unique in {table.name for table in tables.list_tables()}
    with QueueServiceClient.from_connection_string(azurite.connection_string) as queues:
        queues.create_queue(unique)
        assert unique in {queue.name for queue in queues.list_queues()}


def test_with_a_location_the_storage_outlives_the_emulator(tmp_path: Path, unique: str) -> None:
    for is_second in (False, True):
        with Parts() as parts:
            storage = start_azurite(parts, location=tmp_path).connection_string
            with TableServiceClient.from_connection_string(storage) as tables:
                if not is_second:
                    tables.create_table(unique)
                assert [table.name for table in tables.list_tables()] == [unique]
