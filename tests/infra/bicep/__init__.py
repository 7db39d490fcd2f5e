"""Bicep as values: https://learn.microsoft.com/azure/azure-resource-manager/bicep/file."""
