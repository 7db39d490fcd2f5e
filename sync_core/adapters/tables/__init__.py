"""Azure Table Storage: https://learn.microsoft.com/rest/api/storageservices/table-service-rest-api."""
