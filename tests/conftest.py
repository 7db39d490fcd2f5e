"""Fixtures every test may ask for."""

from tests.services import azurite, parts, storage, unique

__all__ = ["azurite", "parts", "storage", "unique"]
