"""The network model of each pool, as declared and as seen."""

from collections.abc import Iterator

from inspector.cluster.fingerprint import Agreement
from inspector.renderers.blocks import Block, Heading, Paragraph, Text, Tone, row, table
from inspector.renderers.layout.missing import lay_out_missing
from inspector.report import Unknown
from inspector.report.network_model import ConfigurationCount, NetworkModels, PoolModel
from inspector.wording import count

_COLUMNS = (
    "Pool",
    "Declared",
    "Pods get addresses from",
    "IP configurations, expected",
    "Seen",
    "Pod routes",
    "Verdict",
)
_TONES = {
    Agreement.AGREES: Tone.GOOD,
    Agreement.DIFFERS: Tone.BAD,
    Agreement.UNKNOWN: Tone.WARNING,
}


def lay_out_network_models(models: NetworkModels, most: int | None) -> Iterator[Block]:
    """Yield what each pool declares and what its nodes look like, then every difference."""
    yield Heading(2, "Network model: declared and seen")
    yield table(_COLUMNS, models.pools, _pool, most=most)
    for pool in models.pools:
        for difference in pool.differences:
            yield Paragraph(Text(f"{pool.pool}: {difference}", Tone.BAD))
    yield from lay_out_missing(
        dict.fromkeys(each for pool in models.pools for each in pool.missing)
    )


def _pool(pool: PoolModel) -> tuple[Text, ...]:
    return row(
        pool.pool,
        pool.declared_words,
        pool.pod_addresses,
        _expected(pool),
        _seen(pool),
        _routes(pool),
        _verdict(pool),
    )


def _expected(pool: PoolModel) -> str | None:
    if pool.expected_least is None:
        return None
    words = str(pool.expected_least)
    if pool.expected_most != pool.expected_least:
        words += f" to {pool.expected_most}"
    return f"{words} and {pool.expected_ipv6} IPv6" if pool.expected_ipv6 else words


def _seen(pool: PoolModel) -> Text:
    if not pool.ipv4_configurations:
        return Text("unknown", Tone.WARNING) if pool.missing else Text("no node", Tone.MUTED)
    words = _histogram(pool.ipv4_configurations)
    if any(each.ip_configurations for each in pool.ipv6_configurations):
        words += f", IPv6 {_histogram(pool.ipv6_configurations)}"
    return Text(words)


def _histogram(counts: tuple[ConfigurationCount, ...]) -> str:
    return ", ".join(f"{each.ip_configurations} ({count(each.nodes, 'node')})" for each in counts)


def _routes(pool: PoolModel) -> str | Unknown | None:
    if isinstance(pool.nodes_with_pod_route, Unknown) or not pool.nodes_with_pod_route:
        return pool.nodes_with_pod_route or None
    return f"to {pool.nodes_with_pod_route} of {count(pool.nodes, 'node')}"


def _verdict(pool: PoolModel) -> Text:
    if not pool.nodes and pool.agreement is Agreement.UNKNOWN and not pool.missing:
        return Text("no node to tell by", Tone.MUTED)
    return Text(pool.agreement, _TONES[pool.agreement])
