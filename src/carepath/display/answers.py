"""What a notebook shows of an explanation or a comparison: text, HTML, Markdown and the tree as a drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carepath.display.answer_svg import answer_svg
from carepath.display.drawing_shapes import safe
from carepath.display.drawing_style import colours
from carepath.display.html_parts import STYLE
from carepath.display.markdown import plain
from carepath.display.notebook import HTML, MARKDOWN, SVG, TEXT, Forms
from carepath.display.words import Words
from carepath.explain.text import Entry, entries_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carepath.explain.explanation import Explanation

#: The style of an answer, beside that of a report; a truth has a form of its own and stands there in words.
ANSWER = """\
.cp-report .cp-answer{border:2px solid var(--cp-ink);border-radius:6px;padding:10px 14px;margin:0 0 14px}
.cp-report details.cp-tree,.cp-report div.cp-tree{border-top:1.5px solid var(--cp-rule);padding:8px 0}
.cp-report .cp-tree summary{font-size:1em;margin:0;font-weight:normal}
.cp-report .cp-tree ul{list-style:none;margin:.2em 0 .4em .35em;padding-left:1em;border-left:1.5px solid var(--cp-rule)}
.cp-report .cp-tree ul.cp-read{list-style:disc;border-left:0;font-size:.92em;color:var(--cp-soft)}
.cp-report .cp-grounds{margin:.2em 0 .2em .35em}
.cp-report .cp-tree .cp-grounds summary{font-size:.92em;color:var(--cp-soft)}
.cp-report .cp-truth{display:inline-block;border:1.5px solid currentColor;border-radius:9px;padding:0 7px;\
font-size:.8em;font-weight:bold;white-space:nowrap}
.cp-report .cp-truth.cp-true{background:var(--cp-ink);color:var(--cp-paper);border-color:var(--cp-ink)}
.cp-report .cp-truth.cp-false{border-radius:1px}
.cp-report .cp-truth.cp-unknown{border-style:dashed}
"""


def answer_forms(explanation: Explanation, lang: str) -> Forms:
    """An answer: the sentence and the tree; the drawing where there is a tree.

    Args:
        explanation: what is shown.
        lang: ``en`` or ``nl``.
    """
    forms: Forms = {
        TEXT: lambda: explanation.report(lang),
        HTML: lambda: answer_html(explanation, lang),
        MARKDOWN: lambda: answer_markdown(explanation, lang),
    }
    if explanation.nodes:
        forms[SVG] = lambda: answer_svg(explanation, lang)
    return forms


# --- HTML --------------------------------------------------------------------------------------------------------


def answer_html(explanation: Explanation, lang: str) -> str:
    """The answer as a part of another page, a notebook's: the first tree is open, all else opens at a click."""
    words = Words(explanation.guideline, lang)
    parts = [f'<p class="cp-answer"><strong>{safe(words.of(explanation.sentence))}</strong></p>']
    grounds = words.phrase("label_grounds")
    trees = enumerate(entries_of(explanation, words))
    parts += [_tree(entry, grounds, is_first=index == 0) for index, entry in trees]
    parts.append(f"<footer><p>{safe(words.phrase('professional_use'))}</p></footer>")
    body = "\n".join(parts)
    style = f"<style>\n{colours('.cp-report')}{STYLE}{ANSWER}</style>"
    return f'<div>\n{style}\n<div class="cp-report" lang="{lang}">\n{body}\n</div>\n</div>\n'


def _tree(entry: Entry, grounds: str, *, is_first: bool) -> str:
    below = _below(entry, grounds)
    if not below:
        return f'<div class="cp-tree">{_line(entry)}</div>'
    shown = " open" if is_first else ""
    return f'<details class="cp-tree"{shown}><summary>{_line(entry)}</summary>\n{below}\n</details>'


def _line(entry: Entry) -> str:
    mark = f'<span class="cp-truth cp-{entry.truth}">{safe(entry.mark)}</span> ' if entry.mark else ""
    label = f"<strong>{safe(entry.label)}</strong> " if entry.label else ""
    return f"{mark}{label}{safe(entry.text)}"


def _below(entry: Entry, grounds: str) -> str:
    """What was read, what stands below, and at a click the grounds."""
    read = _listed((safe(one) for one in (*entry.reads, *entry.limits)), ' class="cp-read"')
    below = _listed(f"{_line(one)}\n{_below(one, grounds)}".rstrip() for one in entry.below)
    stands = _listed((safe(one) for one in entry.grounds), ' class="cp-read"')
    if stands:
        mark = f' <span class="cp-mark cp-choice">{safe(entry.chosen)}</span>' if entry.chosen else ""
        summary = f"<summary>{safe(grounds)} ({len(entry.grounds)}){mark}</summary>"
        stands = f'<details class="cp-grounds">{summary}\n{stands}\n</details>'
    return "\n".join(part for part in (read, stands, below) if part)


def _listed(items: Iterable[str], classes: str = "") -> str:
    written = "\n".join(f"<li>{item}</li>" for item in items)
    return f"<ul{classes}>\n{written}\n</ul>" if written else ""


# --- Markdown ----------------------------------------------------------------------------------------------------


def answer_markdown(explanation: Explanation, lang: str) -> str:
    """The answer as Markdown: the sentence, then the trees as nested lists."""
    words = Words(explanation.guideline, lang)
    blocks = [f"**{plain(words.of(explanation.sentence))}**"]
    lines = [line for entry in entries_of(explanation, words) for line in _items(entry, 0)]
    blocks += ["\n".join(lines)] if lines else []
    blocks.append(plain(words.phrase("professional_use")))
    return "\n\n".join(blocks) + "\n"


def _items(entry: Entry, depth: int) -> Iterable[str]:
    margin = "  " * depth
    yield f"{margin}* {plain(entry.line)}"
    for detail in (*entry.reads, *entry.limits, *entry.grounds):
        yield f"{margin}  * {plain(detail)}"
    for below in entry.below:
        yield from _items(below, depth + 1)
