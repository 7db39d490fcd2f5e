"""Runs a Python v2 function app as the Azure Functions host would: routes, queues and timers, without Core Tools."""
