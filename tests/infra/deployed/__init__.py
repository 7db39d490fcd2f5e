"""What would be deployed: main.bicep carried through with sample parameters, each name and property worked out."""
