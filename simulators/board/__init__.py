"""A planning board with a page to plan on; it speaks docs/contract/scheduler.openapi.yaml."""
