"""A stand-in for Microsoft Graph's calendars, written from Microsoft's documentation; README.md lists the control API.

https://learn.microsoft.com/graph/api/resources/calendar-overview
"""
