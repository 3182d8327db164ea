"""What a user may set: thresholds of the checks, severities, findings to ignore."""

import msgspec


class Thresholds(
    msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True
):
    """Where a check begins to complain; percentages are whole numbers.

    ``subnet_free_percent`` and ``subnet_free_percent_high``: free addresses of a subnet below
    which a finding is medium, and high. ``pod_cidr_used_percent``: node slices of the pod CIDR in
    use at scale. ``foreign_devices_percent``: addresses of a subnet that unknown devices take.
    ``rules_per_interface_percent``, ``security_rule_priorities_percent``: of Azure's limits.
    ``host_network_pods``: pods without an address of their own that a node subnet's node may
    have. ``retirement_notice_days``: days before a retirement that make it more than a note.
    """

    subnet_free_percent: int = 20
    subnet_free_percent_high: int = 10
    pod_cidr_used_percent: int = 80
    foreign_devices_percent: int = 10
    rules_per_interface_percent: int = 80
    security_rule_priorities_percent: int = 90
    host_network_pods: int = 10
    retirement_notice_days: int = 365
