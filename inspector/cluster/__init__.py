"""What the resources of a cluster add up to: routes, pools, ways out, address plan, owners."""
