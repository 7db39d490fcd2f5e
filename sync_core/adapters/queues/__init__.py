"""Azure Queue Storage: https://learn.microsoft.com/rest/api/storageservices/queue-service-rest-api."""
