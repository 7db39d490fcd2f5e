"""Tandem's core: keeps a planning board and Outlook calendars in step."""
