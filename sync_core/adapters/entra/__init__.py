"""Microsoft Entra as the one who says who somebody is."""
