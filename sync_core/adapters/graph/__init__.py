"""How Microsoft Graph says it: calendars, events, subscriptions and users, over HTTP.

https://learn.microsoft.com/graph/api/resources/calendar-overview
"""
