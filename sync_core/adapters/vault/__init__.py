"""Where secrets come from: https://learn.microsoft.com/azure/key-vault/secrets/about-secrets."""
