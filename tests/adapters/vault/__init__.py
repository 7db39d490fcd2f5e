"""The vault's client, against answers as Key Vault gives them."""
