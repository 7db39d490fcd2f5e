"""The published types of resources, and whether what is written fits them."""
