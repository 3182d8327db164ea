"""Markdown, as a reader of GitHub's dialect understands it."""

import re
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from inspector import Format, Report, analyze, demo_clusters, load_demo, render
from inspector.renderers.blocks import (
    Block,
    Commands,
    Facts,
    Heading,
    Paragraph,
    Table,
    Text,
    Tree,
)
from inspector.renderers.layout import lay_out
from inspector.renderers.markdown import escape, render_markdown
from inspector.visible import visible

PARSER = MarkdownIt("gfm-like", {"linkify": False})
ACTIVE = {"link_open", "image", "html_block", "html_inline", "code_inline", "em_open", "fence"}
ACTIVE |= {"strong_open", "s_open", "code_block", "hardbreak", "blockquote_open", "hr"}
BREAK = "\u200b"
"""What keeps GitHub from making a link of text; :func:`visible` lets none through."""

FRAGMENTS = (
    *("\\", "`", "```", "*", "**", "_", "__", "~~", "[", "](", ")", "![", "<", ">", "|", "&", "#"),
    *("<b>", "<!--", "</script>", "&lt;", "&#124;", "http://", "://", "www.", "WWW.", "@", "x.com"),
    *("-", "+", "=", "---", "===", ":-:", "1.", "9)", "$", "$$", "^", ":smile:", "[^1]", "[ ]"),
    *(
        " ",
        "    ",
        "\t",
        "\n",
        "\r",
        "\n\n",
        "\x1b",
        "\x00",
        "\u202e",
        "\u2028",
        "a",
        "B",
        "é",
        "5",
    ),
)
texts = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=3)).map("".join)


def flat(tokens: Iterable[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from flat(token.children or ())


def rendered(token: Token) -> str:
    """Return what a reader sees of an inline token; a line break of ours counts as a newline."""
    shown = [
        "\n" if child.type == "html_inline" else child.content for child in token.children or ()
    ]
    return "".join(shown).replace(BREAK, "")


def cells_in(line: str) -> int:
    """Count a table row's cells by its pipes, as every parser does before it reads a cell."""
    return len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) - 1


def tables_in(markdown: str) -> list[list[list[str]]]:
    """Return each table's rows of cells; fail if a row does not have as many as its header."""
    tokens = PARSER.parse(markdown)
    lines = markdown.split("\n")
    tables: list[list[list[str]]] = []
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type == "table_open":
            assert token.map is not None
            counts = {cells_in(line) for line in lines[token.map[0] : token.map[1]]}
            assert len(counts) == 1, lines[token.map[0]]
            tables.append([])
        elif token.type == "tr_open":
            tables[-1].append([])
        elif token.type in {"th_open", "td_open"}:
            assert following is not None
            tables[-1][-1].append(rendered(following).strip())
    return tables


def shown(text: str) -> str:
    return visible(text).strip()


def expected_tables(blocks: Iterable[Block]) -> Iterator[list[list[str]]]:
    for block in blocks:
        if isinstance(block, Table):
            rows = [[shown(cell.text) for cell in row] for row in block.rows]
            yield [[shown(name) for name in block.columns], *rows]
        elif isinstance(block, Facts):
            rows = [
                [shown(label), "\n".join(visible(line.text) for line in lines).strip()]
                for label, lines in block.rows
            ]
            yield [["Property", "Value"], *rows]


def labels(tree: Tree) -> Iterator[str]:
    yield tree.label.text
    for child in tree.children:
        yield from labels(child)


def expected_lines(blocks: Iterable[Block]) -> Iterator[str]:
    """Yield the text of everything outside tables, in order."""
    for block in blocks:
        match block:
            case Heading(text=text) | Paragraph(Text(text)):
                yield shown(text)
            case Tree():
                yield from map(shown, labels(block))
            case Table(note=str(note)):
                yield shown(note)


def lines_in(markdown: str) -> list[str]:
    """Return the text of each paragraph, heading and list item outside tables."""
    found = []
    in_table = False
    for token in PARSER.parse(markdown):
        in_table = token.type == "table_open" or (in_table and token.type != "table_close")
        if token.type == "inline" and not in_table:
            found.append(rendered(token).strip())
    return found


def assert_shows(markdown: str, blocks: Iterable[Block]) -> None:
    """Fail unless the Markdown, parsed, says what the blocks say and does nothing else."""
    every = list(blocks)
    assert tables_in(markdown) == list(expected_tables(every))
    assert lines_in(markdown) == list(expected_lines(every))
    tokens = list(flat(PARSER.parse(markdown)))
    html = {token.content for token in tokens if token.type.startswith("html")}
    assert html <= {"<br>"}
    fences = [token.content for token in tokens if token.type == "fence"]
    assert fences == [
        "".join(f"{visible(line)}\n" for line in each.lines)
        for each in every
        if isinstance(each, Commands)
    ]
    notes = sum(isinstance(each, Table) and each.note is not None for each in every)
    assert sum(token.type == "em_open" for token in tokens) == notes
    assert not {token.type for token in tokens} & ACTIVE - {"html_inline", "em_open", "fence"}


@pytest.fixture(params=demo_clusters(), scope="module")
def report(request: pytest.FixtureRequest) -> Report:
    return analyze(load_demo(request.param))


@pytest.mark.parametrize("show_all", [False, True])
def test_a_report_says_what_its_blocks_say(report: Report, *, show_all: bool) -> None:
    markdown = render(report, Format.MARKDOWN, show_all=show_all)
    assert_shows(markdown, lay_out(report, show_all=show_all))
    assert tables_in(markdown)


def test_a_cut_table_has_its_note_below_it() -> None:
    block = Table(columns=("A", "B"), rows=((Text("1"), Text("2")),), note="3 more of 4 rows")
    markdown = render_markdown([block])
    assert markdown == "| A | B |\n| --- | --- |\n| 1 | 2 |\n\n*3 more of 4 rows*\n"
    assert_shows(markdown, [block])


def test_commands_are_fenced_whatever_is_in_them() -> None:
    block = Commands(("az account show", "az tag show --name '```'"))
    markdown = render_markdown([block])
    assert markdown == "````sh\naz account show\naz tag show --name '```'\n````\n"
    assert_shows(markdown, [block])


def test_a_fact_of_several_lines_is_one_cell() -> None:
    block = Facts((("Ways", (Text("one|"), Text("two"))),))
    markdown = render_markdown([block])
    assert "| Ways | one\\|<br>two |" in markdown
    assert_shows(markdown, [block])


@given(texts)
@example("a __b__ c")
@example("  # x")
@example("    code")
@example("closed #")
@example("admin@example.com")
@example("1. one")
def test_any_text_is_only_itself(text: str) -> None:
    places: list[Block] = [
        Heading(3, text),
        Paragraph(Text(text)),
        Tree(Text(text), (Tree(Text(text), (Tree(Text(text)),)),)),
        Table(columns=("A", text), rows=((Text(text), Text("end")), (Text("start"), Text(text)))),
        Facts((("label", (Text(text), Text("end"))),)),
        Commands((f"az {text}", "az end")),
    ]
    if not shown(text):
        return  # Markdown has no empty paragraph
    for place in places:
        assert_shows(render_markdown([place]), [place])


@given(texts)
def test_nothing_is_left_to_make_a_link_of(text: str) -> None:
    """GitHub links bare addresses in the finished text, which the parser here does not."""
    places = [Paragraph(Text(f"a{text}b"))]
    (line,) = PARSER.parse(render_markdown(places))[1:2]
    assert not re.search(r"://|www\.", escape(text), re.IGNORECASE)
    raw = "".join(child.content for child in line.children or ())
    assert not re.search(r"@(?!\u200b)|www\.", raw, re.IGNORECASE)


def test_a_name_with_underscores_and_dashes_stays_readable() -> None:
    name = "MC_rg-aks-demo_aks-kubenet-demo_canadacentral"
    assert escape(name) == name
    assert escape("kubenet-one-ip-per-node: 10.0.0.0/8") == "kubenet-one-ip-per-node: 10.0.0.0/8"
