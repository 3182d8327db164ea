"""Names and tags that would like to act: on a terminal, in a page, on a parser."""

import json
import re
from collections.abc import Callable
from itertools import chain, cycle
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inspector import (
    CheckFormat,
    Config,
    Format,
    Ignore,
    Snapshot,
    analyze,
    check,
    load_demo,
    render,
    render_check,
)
from inspector.cli import run
from inspector.renderers.layout import lay_out, lay_out_check
from inspector.snapshot import decode_snapshot, encode_snapshot
from inspector.visible import visible
from tests.test_json import failing_cluster
from tests.test_markdown import assert_shows
from tests.test_terminal import STYLE

HOSTILE = {
    "rich markup": "[red]x[/red]",
    "rich link": "[link=https://evil.example]x[/link]",
    "unbalanced markup": "[/]",
    "colour": "\x1b[31mred\x1b[0m",
    "clear screen": "\x1b[2J\x1b[H",
    "C1 control": "\x9b31mred",
    "hyperlink": "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x07",
    "title": "\x1b]0;owned\x07",
    "backspaces": "safe\b\b\b\bevil",
    "pipe": "a|b||c\\|d",
    "backticks": "`code` ```fence",
    "script": "<script>alert(1)</script>",
    "image tag": '<img src=x onerror="alert(1)">',
    "comment": "<!-- gone -->",
    "newline": "a\nb\n\n# c",
    "carriage return": "safe\revil",
    "line separators": "a\u2028b\u2029c\x85d\x0be\x0cf",
    "bidi override": "safe\u202egpj.exe\u2066x\u2069",
    "zero width": "a\u200bb\u200dc\ufeffd",
    "emoji code": ":smile: :skull:",
    "markdown link": "[x](https://evil.example)",
    "markdown image": "![x](https://evil.example/p.png)",
    "reference": "[x]: https://evil.example",
    "javascript": "[x](javascript:alert(1))",
    "autolink": "<https://evil.example> https://evil.example www.evil.example a@evil.example",
    "emphasis": "**a** __b__ _c_ ~~d~~",
    "html entity": "&lt;b&gt; &#27; &copy;",
    "table": "--- | ---",
    "heading": "# a",
    "indented": "    code",
    "quotes": "\"'\\",
    "format": "{0} %s {name!r} ${HOME} $(id)",
    "null": "\x00",
    "private use": "\ue000\U000f0000",
    "wide": "東京" * 20,
    "combining": "e\u0301\u0301\u0301",
    "long": "x" * 250,
}
ACTS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
CLUSTERS = ("kubenet-vmss", "private-udr", "half-migrated")
SNAPSHOTS = {
    **{name: encode_snapshot(load_demo(name)) for name in CLUSTERS},
    "failing": encode_snapshot(failing_cluster()),
}


class Renaming:
    """Gives everything in a snapshot hostile names and tags; what an id leads to stays the same.

    Each name is made once, with a number behind it, and used wherever the old one stood; the
    slashes that a name in an id cannot have are left out of it.
    """

    def __init__(self, texts: list[str]) -> None:
        self._texts = cycle(texts)
        self._names: dict[str, str] = {}

    def name(self, old: str) -> str:
        if old.isdigit():
            return old
        if old.lower() not in self._names:
            number = len(self._names)
            self._names[old.lower()] = f"{next(self._texts).replace('/', '')}{number}"
        return self._names[old.lower()]

    def id(self, old: str) -> str:
        segments = old.split("/")
        for index in chain([4], range(8, len(segments), 2)):
            if index < len(segments):
                segments[index] = self.name(segments[index])
        return "/".join(segments)

    def value(self, old: Any, key: str = "") -> Any:
        if isinstance(old, dict) and key == "tags":
            return {tag: next(self._texts) for tag in old}
        if isinstance(old, dict):
            return {self._key(each): self.value(child, each) for each, child in old.items()}
        if isinstance(old, list):
            return [self.value(each) for each in old]
        if not isinstance(old, str) or key == "type":
            return old
        if old.startswith("/subscriptions/"):
            return self.id(old)
        return self.name(old) if key == "name" or old.lower() in self._names else old

    def _key(self, old: str) -> str:
        return self.id(old) if old.startswith("/subscriptions/") else old


def hostile(content: bytes, texts: list[str]) -> Snapshot:
    """Return the snapshot with every name and every tag's value made of the texts."""
    renamed = Renaming(texts).value(json.loads(content))
    return decode_snapshot(msgspec.json.encode(renamed), "hostile.json")


def assert_harmless(snapshot: Snapshot) -> None:
    """Fail if a report or a check of the snapshot does anything but show its text."""
    report, checked = analyze(snapshot), check(snapshot)
    for text in (render(report), render_check(checked)):
        assert not ACTS.search(text)
    for text in (
        render(report, width=80, color=True),
        render_check(checked, width=80, color=True),
    ):
        assert not ACTS.search(STYLE.sub("", text))
    assert_shows(render(report, Format.MARKDOWN), lay_out(report, show_all=False))
    checked_markdown = render_check(checked, Format.MARKDOWN)
    assert_shows(checked_markdown, lay_out_check(checked, show_all=False))
    for form in (CheckFormat.SARIF, CheckFormat.JUNIT, CheckFormat.CSV):
        text = render_check(checked, form).replace("\r\n", "\n")
        assert not ACTS.search(text)
    for text in (render(report, Format.JSON), render_check(checked, Format.JSON)):
        assert not re.search(r"[\x00-\x09\x0b-\x1f]", text)
        assert json.loads(text)["cluster"] == str(snapshot.cluster)


@pytest.mark.parametrize("content", SNAPSHOTS.values(), ids=SNAPSHOTS.keys())
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_in_every_name_and_tag(content: bytes, text: str) -> None:
    snapshot = hostile(content, [text])
    assert_harmless(snapshot)
    report = analyze(snapshot)
    name = snapshot.cluster.name
    assert name.startswith(text.replace("/", ""))
    assert visible(name) in render(report)
    document = json.loads(render(report, Format.JSON))
    assert document["summary"]["cluster"] == name
    networks = [each["name"] for each in document["virtual_networks"]["networks"]]
    assert networks
    assert all(each.startswith(text.replace("/", "")) for each in networks)


@given(st.lists(st.text(max_size=30), min_size=1, max_size=6), st.sampled_from(sorted(SNAPSHOTS)))
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_in_every_name_and_tag(texts: list[str], name: str) -> None:
    snapshot = hostile(SNAPSHOTS[name], [f"x{text}" for text in texts])
    assert_harmless(snapshot)


@given(st.text(min_size=1, max_size=30))
@settings(max_examples=40)
def test_a_name_comes_out_of_json_as_it_went_in(text: str) -> None:
    network = text.replace("/", "")
    network = "x" if network in {"", ".", ".."} else network
    report = analyze(failing_cluster(network))
    document = json.loads(render(report, Format.JSON))
    shown = [each["name"] for each in document["infrastructure"]["resources"]]
    assert network in shown


def test_a_hostile_tag_names_the_owner() -> None:
    """The tag ``k8s-azure-service`` is shown as the owner of an address, in every section."""
    tagged = SNAPSHOTS["kubenet-vmss"].replace(b'"shop/web"', b'"[b]a|b`/\\u001b[31m\\n<b>"')
    snapshot = decode_snapshot(tagged, "tagged.json")
    assert_harmless(snapshot)
    report = analyze(snapshot)
    assert r"[b]a|b`/\x1b[31m\n<b>" in render(report)
    owners = {each["owner"]["services"][0] for each in summary_of(snapshot)["public_entries"]}
    assert "[b]a|b`/\x1b[31m\n<b>" in owners


@pytest.mark.parametrize("form", CheckFormat)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_reason_and_pattern_are_shown_harmlessly(text: str, form: CheckFormat) -> None:
    """The settings come from a repository, which is not always one's own."""
    rules = (
        Ignore(check="peering-health", reason=f"x{text}"),
        Ignore(check="peering-health", resource=f"x{text}", reason=f"x{text}"),
    )
    checked = check(load_demo("half-migrated"), config=Config(ignore=rules, origin=f"x{text}"))
    assert checked.ignored
    shown = render_check(checked, form).replace("\r\n", "\n")
    assert not ACTS.search(shown)
    if form is CheckFormat.MARKDOWN:
        assert_shows(shown, lay_out_check(checked, show_all=False))


def summary_of(snapshot: Snapshot) -> Any:
    return json.loads(render(analyze(snapshot), Format.JSON))["summary"]


def test_a_lone_surrogate_is_a_bad_document(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = SNAPSHOTS["kubenet-vmss"].replace(b'"shop/web"', b'"shop/\\ud800"')
    path = tmp_path / "surrogate.json"
    path.write_bytes(content)
    assert run(["report", "--snapshot", str(path)]) == 3
    assert_one_line(capsys)


def assert_one_line(capsys: pytest.CaptureFixture[str]) -> str:
    """Fail unless stdout is empty and stderr one harmless line; return that."""
    captured = capsys.readouterr()
    assert captured.out == ""
    assert re.fullmatch(r"aks-inspector: error: [^\n]+\n", captured.err)
    line = captured.err[:-1]
    assert line == visible(line)
    return line


def in_snapshot(folder: Path, text: str) -> list[str]:
    path = folder / "bad.json"
    encoded = json.dumps({"format": "aks-inspector/snapshot", "schema_version": 1, "cluster": text})
    path.write_text(encoded, encoding="utf-8")
    return ["report", "--snapshot", str(path)]


def in_config(folder: Path, text: str) -> list[str]:
    path = folder / "a.toml"
    path.write_text(
        f'[[ignore]]\ncheck = {json.dumps(f"x{text}")}\nreason = "x"\n', encoding="utf-8"
    )
    return ["check", "demo:seed-kubenet", "--config", str(path)]


def in_baseline(folder: Path, text: str) -> list[str]:
    path = folder / "baseline.json"
    result = json.loads(render_check(check(load_demo("seed-kubenet")), CheckFormat.JSON))
    cluster = f"/subscriptions/1/resourceGroups/x{text.replace('/', '')}"
    path.write_text(json.dumps({**result, "cluster": cluster}), encoding="utf-8")
    return ["check", "demo:seed-kubenet", "--baseline", str(path)]


WRONG_ARGUMENTS: dict[str, Callable[[Path, str], list[str]]] = {
    "command": lambda _, text: [f"x{text}"],
    "option": lambda _, text: ["report", f"--x{text}"],
    "id": lambda _, text: ["report", f"x{text}"],
    "other type": lambda _, text: ["check", f"/subscriptions/1/resourceGroups/{text[:40]}"],
    "name without group": lambda _, text: ["report", "-n", f"x{text}"],
    "group": lambda _, text: ["report", "-g", f"a/{text}", "-n", "x"],
    "subscription": lambda _, text: ["report", "-g", "a", "-n", "b", "-s", f"x{text}"],
    "snapshot": lambda _, text: ["report", "--snapshot", f"x{text}".replace("\x00", "")],
    "demo": lambda _, text: ["demo", f"x{text}"],
    "demo snapshot": lambda _, text: ["report", "--snapshot", f"demo:{text}"],
    "format": lambda _, text: ["report", "demo:seed-kubenet", "-f", f"x{text}"],
    "credential": lambda _, text: ["report", "--credential", f"x{text}"],
    "output": lambda _, text: ["demo", "seed-kubenet", "-o", f"none/{text}.md".replace("\x00", "")],
    "selected check": lambda _, text: ["check", "demo:seed-kubenet", "--select", f"x{text}"],
    "ignored check": lambda _, text: ["check", "demo:seed-kubenet", "--ignore", f"x{text}"],
    "explained check": lambda _, text: ["explain", f"x{text}"],
    "severity": lambda _, text: ["check", "demo:seed-kubenet", "--fail-on", f"x{text}"],
    "day": lambda _, text: ["check", "demo:seed-kubenet", "--as-of", f"x{text}"],
    "config": lambda _, text: ["check", "demo:seed-kubenet", "--config", f"x{text}"],
    "baseline": lambda _, text: ["check", "demo:seed-kubenet", "--baseline", f"x{text}"],
    "inside the config": in_config,
    "inside the baseline": in_baseline,
    "endpoint": lambda _, text: ["report", "-g", "a", "-n", "b", "--arm-endpoint", f"x{text}"],
    "inside the file": in_snapshot,
}


@pytest.mark.parametrize("arguments", WRONG_ARGUMENTS.values(), ids=WRONG_ARGUMENTS.keys())
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_in_an_error_is_one_harmless_line(
    arguments: Callable[[Path, str], list[str]],
    text: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AZURE_CONFIG_DIR", str(tmp_path))
    assert run(arguments(tmp_path, text)) in {2, 3}
    assert_one_line(capsys)


@pytest.mark.parametrize("text", ["\x1b[31m", "a\nb", "\u202ex", "\udcff"], ids=repr)
def test_a_hostile_file_name_is_shown_harmlessly(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"{text}.json"
    assert run(["snapshot", "--snapshot", "demo:seed-kubenet", "-o", str(path)]) == 0
    assert path.exists()
    told = capsys.readouterr().err
    assert told == visible(told[:-1]) + "\n"
