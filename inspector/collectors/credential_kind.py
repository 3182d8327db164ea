"""The kinds of sign-in a user can ask for; free of any Azure import."""

from enum import StrEnum


class CredentialKind(StrEnum):
    """``default`` tries them all in azure-identity's order."""

    DEFAULT = "default"
    CLI = "cli"
    ENVIRONMENT = "environment"
    MANAGED_IDENTITY = "managed-identity"
    WORKLOAD_IDENTITY = "workload-identity"
