"""Pure functions about networks: addresses, names, models. No collection, no report."""
