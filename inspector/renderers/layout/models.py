"""The network model of each pool, as declared and as seen."""

from collections.abc import Iterator

from inspector.fingerprint import Agreement
from inspector.renderers.blocks import Block, Heading, Paragraph, Text, Tone, count, row, table
from inspector.renderers.layout.missing import lay_out_missing
from inspector.report.network_model import ConfigurationCount, NetworkModels, PoolModel

NO_POOL = "no pool"
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
            yield Paragraph(Text(f"{_name(pool)}: {difference}", Tone.BAD))
    yield from lay_out_missing(
        dict.fromkeys(each for pool in models.pools for each in pool.missing)
    )


def _name(pool: PoolModel) -> str:
    return f"Pool {pool.pool}" if pool.pool is not None else "Nodes outside any pool"


def _pool(pool: PoolModel) -> tuple[Text, ...]:
    return row(
        pool.pool or NO_POOL,
        pool.declared_words,
        pool.pod_addresses,
        _expected(pool),
        _seen(pool),
        _routes(pool),
        _verdict(pool),
    )


def _expected(pool: PoolModel) -> str | None:
    if pool.expected_least is None or pool.expected_least == pool.expected_most:
        return str(pool.expected_least) if pool.expected_least is not None else None
    return f"{pool.expected_least} to {pool.expected_most}"


def _seen(pool: PoolModel) -> Text:
    if not pool.ipv4_configurations:
        return Text("unknown", Tone.WARNING) if pool.missing else Text("no node", Tone.MUTED)
    words = _histogram(pool.ipv4_configurations)
    if any(each.ip_configurations for each in pool.ipv6_configurations):
        words += f", IPv6 {_histogram(pool.ipv6_configurations)}"
    return Text(words)


def _histogram(counts: tuple[ConfigurationCount, ...]) -> str:
    return ", ".join(f"{each.ip_configurations} ({count(each.nodes, 'node')})" for each in counts)


def _routes(pool: PoolModel) -> str | None:
    if not pool.nodes_with_pod_route:
        return None
    return f"to {pool.nodes_with_pod_route} of {count(pool.nodes, 'node')}"


def _verdict(pool: PoolModel) -> Text:
    if not pool.nodes and pool.agreement is Agreement.UNKNOWN and not pool.missing:
        return Text("no node to tell by", Tone.MUTED)
    return Text(pool.agreement, _TONES[pool.agreement])
