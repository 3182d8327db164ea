"""What a cluster has room for, and what moving it to another network model would mean."""
