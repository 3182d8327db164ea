"""Snapshot files: what is saved is loaded, and what is no snapshot is refused by name and place."""

import gzip
import random
import stat
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.scenarios import SCENARIOS
from inspector.errors import BadDocument, NewerSchema, NotASnapshot, OutputError, UsageError
from inspector.report import analyze
from inspector.resource_id import ResourceId
from inspector.snapshot import (
    Snapshot,
    decode_snapshot,
    encode_snapshot,
    load_snapshot,
    save_snapshot,
)
from tests.odd_clusters import (
    INTERFACES,
    NETWORKS,
    SCALE_SET_INTERFACES,
    bundled,
    refusal_of,
    refusal_of_list,
    refused,
)

names = st.sampled_from(sorted(SCENARIOS))


def layout_of(snapshot: Snapshot) -> Any:
    return msgspec.json.decode(encode_snapshot(snapshot))


def analysis(snapshot: Snapshot) -> bytes:
    """Return everything the report says, however ids are written."""
    return msgspec.json.encode(analyze(snapshot), enc_hook=str, order="deterministic").lower()


@cache
def usual_analysis(name: str) -> bytes:
    return analysis(bundled(name))


def with_recased_ids(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {
            change(key) if key.startswith("/sub") else key: with_recased_ids(each, change)
            for key, each in value.items()
        }
    if isinstance(value, list):
        return [with_recased_ids(each, change) for each in value]
    return change(value) if isinstance(value, str) and value.startswith("/sub") else value


def load_text(folder: Path, content: bytes) -> Snapshot:
    path = folder / "given.json"
    path.write_bytes(content)
    return load_snapshot(path)


def changed(change: Callable[[Any], object]) -> bytes:
    layout = layout_of(bundled("kubenet-vmss"))
    change(layout)
    return msgspec.json.encode(layout)


@pytest.mark.parametrize("suffix", [".json", ".json.gz"])
@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_what_is_saved_is_loaded(name: str, suffix: str, tmp_path: Path) -> None:
    snapshot = bundled(name)
    refusals = [refusal_of_list(snapshot, INTERFACES), refusal_of(snapshot, NETWORKS)]
    for each in (snapshot, refused(snapshot, refusals)):
        save_snapshot(each, tmp_path / f"a{suffix}")
        loaded = load_snapshot(tmp_path / f"a{suffix}")
        assert loaded == each
        assert encode_snapshot(loaded) == encode_snapshot(each)


@given(names, st.randoms(use_true_random=False))
def test_the_order_of_documents_and_lists_changes_nothing(name: str, rng: random.Random) -> None:
    layout = layout_of(bundled(name))
    documents = list(layout["documents"].items())
    for order in (documents, layout["listings"], *(each["ids"] for each in layout["listings"])):
        rng.shuffle(order)
    layout["documents"] = dict(documents)
    shuffled = decode_snapshot(msgspec.json.encode(layout), "shuffled")
    assert analysis(shuffled) == usual_analysis(name)


@given(names, st.randoms(use_true_random=False))
def test_the_casing_of_ids_changes_nothing(name: str, rng: random.Random) -> None:
    def recase(text: str) -> str:
        return rng.choice((str.lower, str.upper, str.swapcase, str))(text)

    layout = with_recased_ids(layout_of(bundled(name)), recase)
    recased = decode_snapshot(msgspec.json.encode(layout), "recased")
    assert recased.cluster == bundled(name).cluster
    assert analysis(recased) == usual_analysis(name)


@pytest.mark.parametrize("suffix", [".json", ".json.gz"])
def test_the_same_snapshot_gives_the_same_bytes(suffix: str, tmp_path: Path) -> None:
    snapshot = bundled("kubenet-vmss")
    backwards = dict(reversed(list(snapshot.documents.items())))
    paths = [tmp_path / f"{name}{suffix}" for name in "ab"]
    save_snapshot(snapshot, paths[0])
    save_snapshot(msgspec.structs.replace(snapshot, documents=backwards), paths[1])
    assert paths[0].read_bytes() == paths[1].read_bytes()


@pytest.mark.parametrize("suffix", [".json", ".json.gz"])
def test_a_snapshot_is_its_owners_alone(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{suffix}"
    save_snapshot(bundled("kubenet-vmss"), path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_suffix_decides_about_compression(tmp_path: Path) -> None:
    plain, packed = tmp_path / "a.json", tmp_path / "a.json.gz"
    for path in (plain, packed):
        save_snapshot(bundled("kubenet-vmss"), path)
    assert gzip.decompress(packed.read_bytes()) == plain.read_bytes()
    assert packed.read_bytes()[4:8] == bytes(4), "the time of writing is in the file"


def test_a_compressed_file_is_known_by_its_content(tmp_path: Path) -> None:
    content = gzip.compress(encode_snapshot(bundled("kubenet-vmss")))
    assert load_text(tmp_path, content) == bundled("kubenet-vmss")


@pytest.mark.parametrize("name", ["a.txt", "json", "a.gz", "a.json.zip"])
def test_another_suffix_is_refused_and_nothing_written(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"ends in \.json or \.json\.gz"):
        save_snapshot(bundled("kubenet-vmss"), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_snapshot_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"none/a\.json"):
        save_snapshot(bundled("kubenet-vmss"), tmp_path / "none" / "a.json")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"\xff\xfe\x00",
        b'{"a":' * 100_000,
        b'{"format": "\xff"}',
        encode_snapshot(bundled("kubenet-vmss"))[:-2],
        encode_snapshot(bundled("kubenet-vmss"))[:5000],
    ],
)
def test_what_is_no_json_is_no_snapshot(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(NotASnapshot, match=r"given\.json: not JSON, or cut off: .+ 'aks-inspector"):
        load_text(tmp_path, content)


@pytest.mark.parametrize(
    "content",
    [
        b"{}",
        b"[]",
        b"null",
        b'"text"',
        b'{"format": 7}',
        b'{"format": "cartography"}',
        bundled("kubenet-vmss").documents[bundled("kubenet-vmss").cluster],
    ],
)
def test_other_json_is_no_snapshot(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(NotASnapshot, match=r"given\.json: not a snapshot: \$\.format is not"):
        load_text(tmp_path, bytes(content))


@pytest.mark.parametrize("kept", [10, 400, -1, -9])
def test_a_compressed_file_that_is_cut_off_is_no_snapshot(kept: int, tmp_path: Path) -> None:
    content = gzip.compress(encode_snapshot(bundled("kubenet-vmss")), mtime=0)[:kept]
    with pytest.raises(NotASnapshot, match=r"given\.json: the compressed file is damaged"):
        load_text(tmp_path, content)


def test_a_compressed_file_that_is_damaged_is_no_snapshot(tmp_path: Path) -> None:
    content = bytearray(gzip.compress(encode_snapshot(bundled("kubenet-vmss")), mtime=0))
    content[len(content) // 2] ^= 0xFF
    with pytest.raises(NotASnapshot, match=r"given\.json: the compressed file is damaged"):
        load_text(tmp_path, bytes(content))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.json"):
        with pytest.raises(NotASnapshot) as raised:
            load_snapshot(path)
        assert str(raised.value).startswith(f"{path}: cannot be read: ")


def test_a_newer_schema_is_told_whatever_its_layout(tmp_path: Path) -> None:
    content = b'{"format": "aks-inspector/snapshot", "schema_version": 2, "documents": 7}'
    with pytest.raises(NewerSchema, match=r"given\.json: \$\.schema_version is 2.*upgrade"):
        load_text(tmp_path, content)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda layout: layout.update(documents=[]), r"`\$\.documents`"),
        (lambda layout: layout.pop("cluster"), "`cluster`"),
        (lambda layout: layout.update(cluster="aks-shop"), r"`\$\.cluster`"),
        (lambda layout: layout.pop("schema_version"), "`schema_version`"),
        (lambda layout: layout.update(captured_at="yesterday"), r"`\$\.captured_at`"),
        (lambda layout: layout["listings"][2].update(scope=7), r"`\$\.listings\[2\]\.scope`"),
        (
            lambda layout: layout.update(gaps=[{"target": layout["cluster"], "action": "a"}]),
            r"`reason`.*`\$\.gaps\[0\]`",
        ),
        (
            lambda layout: layout.update(
                gaps=[{"target": layout["cluster"], "action": "a", "reason": "bored"}]
            ),
            r"`\$\.gaps\[0\]\.reason`",
        ),
        (lambda layout: layout["documents"].update(disk={}), "'disk'"),
    ],
)
def test_the_wrong_shape_names_the_place(
    change: Callable[[Any], object], place: str, tmp_path: Path
) -> None:
    with pytest.raises(BadDocument, match=rf"given\.json: .*{place}"):
        load_text(tmp_path, changed(change))


@pytest.mark.parametrize(
    ("document", "place"),
    [
        (b'{"id": 7}', "`$.id`"),
        (b"[]", "Expected `object`"),
        (b'{"properties": {}}', "`id`"),
    ],
)
def test_a_misshapen_document_is_named(document: bytes, place: str, tmp_path: Path) -> None:
    snapshot = bundled("kubenet-vmss")
    target = next(each for each in snapshot.documents if "loadBalancers" in str(each))
    documents = {**snapshot.documents, target: msgspec.Raw(document)}
    content = encode_snapshot(msgspec.structs.replace(snapshot, documents=documents))
    with pytest.raises(BadDocument) as raised:
        load_text(tmp_path, content)
    message = str(raised.value)
    assert "given.json: " in message
    assert f"'{target}'" in message
    assert place in message


def test_a_document_under_another_id_is_named(tmp_path: Path) -> None:
    snapshot = bundled("kubenet-vmss")
    target = next(each for each in snapshot.documents if "loadBalancers" in str(each))
    moved = ResourceId(f"{target}-2")
    documents = {**snapshot.documents, moved: snapshot.documents[target]}
    content = encode_snapshot(msgspec.structs.replace(snapshot, documents=documents))
    with pytest.raises(BadDocument, match=r"kubernetes-2.*`\$\.id`"):
        load_text(tmp_path, content)


def test_text_in_a_document_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    content = encode_snapshot(bundled("kubenet-vmss"))
    broken = content.replace(b'"dnsPrefix":"aks-shop"', b'"dnsPrefix":"aks-\xff\xfe\xff\xfe"')
    assert broken != content
    with pytest.raises(BadDocument, match=r"given\.json: document '.*aks-shop': "):
        load_text(tmp_path, broken)


def test_a_document_without_end_is_refused(tmp_path: Path) -> None:
    content = encode_snapshot(bundled("kubenet-vmss"))
    deep = content.replace(b'"securityProfile":{}', b'"securityProfile":' + b'{"a":' * 100_000)
    assert deep != content
    with pytest.raises(NotASnapshot, match=r"given\.json: "):
        load_text(tmp_path, deep)


@pytest.mark.parametrize("is_other", [True, False])
def test_the_cluster_has_to_be_among_the_documents(is_other: bool, tmp_path: Path) -> None:
    def change(layout: Any) -> None:
        if is_other:
            layout["cluster"] = next(each for each in layout["documents"] if "/loadB" in each)
        else:
            layout["cluster"] += "-2"

    with pytest.raises(BadDocument, match=r"given\.json: documents: the cluster .* not among"):
        load_text(tmp_path, changed(change))


def test_unknown_fields_of_a_later_release_are_ignored(tmp_path: Path) -> None:
    loaded = load_text(tmp_path, changed(lambda layout: layout.update(notes=["x"])))
    assert loaded == bundled("kubenet-vmss")


def test_scale_set_lists_survive_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    save_snapshot(bundled("kubenet-vmss"), path)
    lists = [each for each in load_snapshot(path).listings if each.type == SCALE_SET_INTERFACES]
    assert [len(each.ids) for each in lists] == [3]
