"""The terminal's text at every width, with colour and without."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from rich.cells import cell_len

from inspector import Format, Report, analyze, demo_clusters, load_demo, render
from inspector.renderers import UNLIMITED
from inspector.renderers.blocks import (
    Block,
    Commands,
    Facts,
    Heading,
    Paragraph,
    Table,
    Text,
    Tone,
    Tree,
)
from inspector.renderers.layout import lay_out
from inspector.renderers.terminal import render_terminal
from inspector.visible import visible

WIDTHS = (60, 80, 120, 200)
STYLE = re.compile(r"\x1b\[[0-9;]*m")
LONGEST_WHOLE_WORD = 14


@pytest.fixture(params=demo_clusters(), scope="module")
def report(request: pytest.FixtureRequest) -> Report:
    return analyze(load_demo(request.param))


def on_terminal(block: Block, width: int) -> str:
    return render_terminal([block], width=width, color=False)


def values(block: Block) -> Iterator[str]:
    """Yield what a block says, without the names of its columns."""
    match block:
        case Heading(_, text) | Paragraph(Text(text)):
            yield text
        case Facts(rows):
            for label, lines in rows:
                yield from (label, *(line.text for line in lines))
        case Table():
            yield from (cell.text for row in block.rows for cell in row)
            yield block.note or ""
        case Tree(label, children):
            yield label.text
            for child in children:
                yield from values(child)
        case Commands(lines):
            yield from lines


def characters(*parts: str) -> Counter[str]:
    return Counter(each for part in parts for each in part if each.isalnum())


def breakable(text: str) -> list[str]:
    """Return the lines that a narrow terminal breaks: all but commands."""
    return [line for line in text.splitlines() if not line.startswith("    az ")]


def readings(block: Block) -> list[Counter[str]]:
    """Return the characters a block may be printed with: a table also as a record for each row."""
    said = characters(*map(visible, values(block)))
    if not isinstance(block, Table):
        return [said]
    if not block.rows:
        return [said + characters("none")]
    return [
        said + characters(*block.columns),
        said + characters(*block.columns * len(block.rows)),
    ]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("show_all", [False, True])
def test_no_line_is_wider_than_the_terminal(report: Report, width: int, *, show_all: bool) -> None:
    text = render(report, width=width, show_all=show_all)
    assert max(map(cell_len, breakable(text))) <= width
    assert not any(line.endswith(" ") for line in text.splitlines())


@pytest.mark.parametrize("width", [*WIDTHS, UNLIMITED])
def test_no_width_loses_a_character(report: Report, width: int) -> None:
    for block in lay_out(report, show_all=True):
        assert characters(on_terminal(block, width)) in readings(block), block


@pytest.mark.parametrize("width", [*WIDTHS, UNLIMITED])
def test_short_words_are_never_torn(report: Report, width: int) -> None:
    for block in lay_out(report, show_all=False):
        printed = set(on_terminal(block, width).split())
        words = {word for text in values(block) for word in visible(text).split()}
        assert {word for word in words if cell_len(word) <= LONGEST_WHOLE_WORD} <= printed


def test_without_a_width_nothing_is_wrapped(report: Report) -> None:
    for block in lay_out(report, show_all=True):
        lines = on_terminal(block, UNLIMITED).splitlines()
        for text in values(block):
            assert any(visible(text) in line for line in lines), text


def test_a_row_without_a_width_is_one_line() -> None:
    rows = tuple((Text("a" * 5000), Text("b " * 2000), Text("c")) for _ in range(3))
    lines = on_terminal(Table(columns=("A", "B", "C"), rows=rows), UNLIMITED).splitlines()
    assert len(lines) == 1 + len(rows)


def test_a_narrow_terminal_gets_records() -> None:
    table = Table(
        columns=("Route", "Address prefix", "Next hop"),
        rows=(
            (Text("to-node-0-of-the-first-pool"), Text("10.244.0.0/24"), Text("10.240.0.4")),
            (Text("to-node-1-of-the-first-pool"), Text("10.244.1.0/24"), Text("10.240.0.5")),
        ),
        note="40 more",
    )
    assert on_terminal(table, 40) == (
        "  - Route: to-node-0-of-the-first-pool\n"
        "    Address prefix: 10.244.0.0/24\n"
        "    Next hop: 10.240.0.4\n"
        "  - Route: to-node-1-of-the-first-pool\n"
        "    Address prefix: 10.244.1.0/24\n"
        "    Next hop: 10.240.0.5\n"
        "  40 more\n"
    )
    assert on_terminal(table, 80).splitlines() == [
        "  Route                        Address prefix  Next hop",
        "  to-node-0-of-the-first-pool  10.244.0.0/24   10.240.0.4",
        "  to-node-1-of-the-first-pool  10.244.1.0/24   10.240.0.5",
        "  40 more",
    ]


@pytest.mark.parametrize("width", [*WIDTHS, UNLIMITED])
def test_a_command_is_one_line_at_every_width(width: int) -> None:
    command = f"az network nic show --ids /subscriptions/{'x' * 200} --query 'a b'"
    assert on_terminal(Commands((command, "az account show")), width) == (
        f"    {command}\n    az account show\n"
    )


@pytest.mark.parametrize("tone", [each for each in Tone if each is not Tone.PLAIN])
def test_a_heading_may_have_a_tone(tone: Tone) -> None:
    plain = render_terminal([Heading(3, "High")], width=80, color=True)
    toned = render_terminal([Heading(3, "High", tone)], width=80, color=True)
    assert STYLE.sub("", plain) == STYLE.sub("", toned) == "High\n"
    assert plain != toned


def test_an_empty_table_says_so() -> None:
    assert on_terminal(Table(columns=("A",), rows=()), 80) == "  none\n"


@pytest.mark.parametrize("width", [1, 10, 30])
def test_the_narrowest_terminals_are_served(report: Report, width: int) -> None:
    assert max(map(cell_len, breakable(render(report, width=width)))) <= width


@pytest.mark.parametrize("width", [*WIDTHS, UNLIMITED])
def test_colour_is_all_that_styles_add(report: Report, width: int) -> None:
    plain = render(report, width=width)
    styled = render(report, width=width, color=True)
    assert "\x1b" not in plain
    assert "\x1b" in styled
    without = [line.rstrip() for line in STYLE.sub("", styled).splitlines()]
    assert without == plain.splitlines()


@pytest.mark.parametrize("tone", Tone)
def test_every_tone_but_plain_is_styled(tone: Tone) -> None:
    printed = render_terminal([Paragraph(Text("word", tone))], width=80, color=True)
    assert ("\x1b[" in printed) is (tone is not Tone.PLAIN)


def test_wide_characters_count_twice() -> None:
    table = Table(columns=("A", "B"), rows=((Text("東京" * 30), Text("Zürich")),))
    lines = on_terminal(table, 60).splitlines()
    assert max(map(cell_len, lines)) <= 60
    assert Counter("".join(lines))["東"] == 30


@pytest.mark.parametrize("form", Format)
def test_text_ends_in_one_newline(report: Report, form: Format) -> None:
    assert re.search(r"[^\n]\n\Z", render(report, form))


def test_a_long_label_leaves_room_for_its_value() -> None:
    """A peering's name, up to 80 characters, is part of its label."""
    block = Facts((("Peering " + "x" * 80, (Text("to-hub, Connected"),)), ("Id", (Text("1"),))))
    printed = on_terminal(block, 60)
    assert max(map(cell_len, printed.splitlines())) <= 60
    assert characters(printed) in readings(block)
