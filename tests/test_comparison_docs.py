"""The page on kubenet and Azure CNI quotes what the program prints."""

import re
from functools import cache
from pathlib import Path

import pytest

from inspector import load_demo
from inspector.comparison import compare
from inspector.renderers.layout.comparison import lay_out_comparison
from inspector.renderers.terminal import render_terminal

PAGE = Path(__file__).parent.parent / "docs" / "kubenet-and-cni.md"
TEXT = PAGE.read_text(encoding="utf-8")
WIDTH = 100


@cache
def printed(*demos: str) -> str:
    labels = [f"demo:{each}" for each in demos]
    found = compare([load_demo(each) for each in demos], labels=labels)
    return render_terminal(lay_out_comparison(found, show_all=False), width=WIDTH, color=False)


def commands() -> list[list[str]]:
    lines = re.findall(r"^aks-inspector compare (.+)$", TEXT, re.MULTILINE)
    return [[each.removeprefix("demo:") for each in line.split()] for line in lines]


def test_the_page_names_its_commands_and_its_width() -> None:
    assert commands() == [["kubenet-vmss", "cni-nodesubnet"], ["kubenet-vmss", "cni-overlay"]]
    assert f"a terminal of {WIDTH} columns" in TEXT


@pytest.mark.parametrize("piece", re.findall(r"```text\n(.*?)\n```", TEXT, re.DOTALL))
def test_output_on_the_page_is_real(piece: str) -> None:
    assert any(f"\n{piece}\n" in f"\n{printed(*each)}" for each in commands())


def test_numbers_in_its_sentences_are_those_of_the_output() -> None:
    output = "".join(printed(*each) for each in commands())
    for quoted in ("84 of 87 are for pods", "333 = 3 x 111", "256, by the pod CIDR", "932"):
        assert quoted in " ".join(output.split())
    assert 1024 - 5 - 87 == 932
    assert "1,019 addresses" in TEXT


def test_its_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([\w.-]+\.md)(?:#[\w-]+)?\)", TEXT):
        assert (PAGE.parent / target).is_file(), target
