"""Post-deployment network topology inspector for Azure Kubernetes Service."""
