"""What Tandem asks of its Bicep beyond the types: each rule yields what breaks it, in words."""
