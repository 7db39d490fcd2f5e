"""How a sender of webhooks shows who it is, one room per way; all are refused alike."""
