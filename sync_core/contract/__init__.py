"""The neutral scheduler contract as values: what a board says and what it is told.

The contract itself: docs/contract/scheduler.openapi.yaml
"""
