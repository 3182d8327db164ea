"""A check's page: its parts, and how they look."""

import re

import pytest
from markdown_it import MarkdownIt

from inspector.checks import all_checks
from inspector.findings import Group, Severity
from inspector.pages import Page, Part, find_page, page_of, plain
from inspector.renderers import Format, render_page, render_pages
from inspector.renderers.page_text import page_markdown, page_text
from tests.test_markdown import flat

PARSER = MarkdownIt("gfm-like", {"linkify": False})
DOCUMENTATION = """Every node has a route.

What: for ``vmSize`` and `x_y` *there* is
one <route>.

A second paragraph: of the same part.

Why it matters:
- no route, no pods
- see https://learn.microsoft.com/azure/aks/x_y.

How to fix: see a@b.example, then https://a.example/b_c_d (twice).

Sources: https://a.example/1
https://a.example/2
"""
PAGE = Page(
    id="made-up",
    title="Routes & nodes",
    group=Group.ROUTES,
    severity=Severity.HIGH,
    documentation=DOCUMENTATION,
)


def test_a_page_has_parts() -> None:
    assert PAGE.claim == "Every node has a route."
    assert PAGE.parts == (
        Part(None, ("Every node has a route.",)),
        Part(
            "What",
            (
                "for ``vmSize`` and `x_y` *there* is one <route>.",
                "A second paragraph: of the same part.",
            ),
        ),
        Part(
            "Why it matters",
            ("- no route, no pods", "- see https://learn.microsoft.com/azure/aks/x_y."),
        ),
        Part("How to fix", ("see a@b.example, then https://a.example/b_c_d (twice).",)),
        Part("Sources", ("https://a.example/1 https://a.example/2",)),
    )


def test_a_check_without_documentation_has_a_claim_all_the_same() -> None:
    bare = Page(
        id="a", title="It holds", group=Group.ROUTES, severity=Severity.LOW, documentation=""
    )
    assert bare.claim == "It holds"
    assert bare.parts == ()


def test_plain_text_has_no_marks_around_code() -> None:
    assert plain("``vmSize`` and `x`, a ` alone") == "vmSize and x, a ` alone"
    assert page_text(PAGE).splitlines()[2] == "What: for vmSize and x_y *there* is one <route>."


def test_markdown_marks_code_and_addresses_and_nothing_else() -> None:
    markdown = page_markdown(PAGE)
    tokens = list(flat(PARSER.parse(markdown)))
    assert [each.content for each in tokens if each.type == "code_inline"] == ["vmSize", "x_y"]
    assert [each.attrs["href"] for each in tokens if each.type == "link_open"] == [
        "https://learn.microsoft.com/azure/aks/x_y",
        "https://a.example/b_c_d",
        "https://a.example/1",
        "https://a.example/2",
    ]
    assert not [each for each in tokens if each.type.startswith("html")]
    emphasised = [each for each in tokens if each.type == "em_open"]
    assert len(emphasised) == 1, "the title alone"
    shown = "".join(each.content for each in tokens if each.type == "text")
    assert "*there* is one <route>." in shown
    assert sum(each.type == "list_item_open" for each in tokens) == 2


def test_the_terminal_has_headings_and_wrapped_paragraphs() -> None:
    text = render_page(PAGE, width=40)
    lines = text.splitlines()
    assert max(map(len, lines)) <= 40
    for heading in ("What", "Why it matters", "How to fix", "Sources"):
        assert heading in lines
    assert "  See a@b.example, then" in lines
    assert render_page(PAGE, width=40, color=True) != text


@pytest.mark.parametrize("check_id", [each.id for each in all_checks()])
def test_every_page_is_whole_in_every_format(check_id: str) -> None:
    page = find_page(check_id)
    assert page is not None
    markdown, terminal = render_page(page, Format.MARKDOWN), render_page(page)
    tokens = list(flat(PARSER.parse(markdown)))
    assert not [each for each in tokens if each.type in {"html_inline", "html_block", "fence"}]
    headings = [part.heading for part in page.parts]
    assert headings[0] is None, "it begins with a claim"
    words = [word for part in page.parts for text in part.paragraphs for word in text.split()]
    for heading in filter(None, headings):
        assert f"**{heading}:**" in markdown
        assert re.search(rf"^{heading}$", terminal, re.MULTILINE)
    said = {each.strip("`.,;:()").lower() for each in words}
    assert said <= {each.strip("`.,;:()").lower() for each in terminal.split()}


def test_the_list_of_checks_names_each_with_group_severity_and_title() -> None:
    pages = [page_of(each) for each in all_checks()]
    for form in (Format.TERMINAL, Format.MARKDOWN):
        lines = render_pages(pages, form).splitlines()
        for each in all_checks():
            (line,) = (line for line in lines if re.match(rf"[ |]+{each.id} ", line))
            assert re.search(rf"{each.id}[ |]+{each.group}[ |]+{each.severity}[ |]+", line)


def test_an_unknown_id_has_no_page() -> None:
    assert find_page("nope") is None
