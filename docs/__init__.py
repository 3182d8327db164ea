"""The documentation, and what generates the parts of it that the code tells."""
