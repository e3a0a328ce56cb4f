"""What only a browser knows: whether a page is wider than its window. Left out where there is no Chromium."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import carepath
from carepath.content.load import load_guideline
from carepath.display.html import report_html
from carepath.display.html_parts import PAGE
from tests.unit.display.patients import PATIENTS, assessed

WIDTHS = (375, 1280)
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
OPTIONS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --virtual-time-budget=20000 --dump-dom"
)
#: Looks at each frame once it is there: what reaches beyond its window, apart from what scrolls by itself.
SCRIPT = """
window.addEventListener("load", () => {
  const found = [];
  for (const frame of document.querySelectorAll("iframe")) {
    const page = frame.contentDocument, width = page.documentElement.clientWidth;
    if (page.documentElement.scrollWidth > width) found.push(`${frame.title}: ${page.documentElement.scrollWidth}`);
    for (const one of page.body.querySelectorAll("*")) {
      const scrolls = one.closest(".cp-figure, .cp-wide, style");
      if (!scrolls && one.getBoundingClientRect().right > width + 1)
        found.push(`${frame.title}: ${one.tagName} ${one.textContent.slice(0, 60)}`);
    }
    if (page.body.textContent.trim().length < 40) found.push(`${frame.title}: empty`);
  }
  document.body.innerHTML = "<pre id=result></pre>";
  document.getElementById("result").textContent = JSON.stringify(found);
});
"""


def pages() -> dict[str, str]:
    guideline = load_guideline()
    before, after = assessed("step 3 not done"), assessed("better after step 3")
    shown: dict[str, Any] = {
        "guideline": guideline,
        **guideline.pathways,
        "rule": guideline.rules["IM-1"],
        "fragment": before,
        "why": before.why("guideline_conflict"),
        "why not": before.why_not("mdo"),
        "change": before.what_would_change("escalate"),
        "missing": after.missing[0],
        "comparison": carepath.compare(before, after),
    }
    found = {f"report {name} {lang}": report_html(assessed(name), lang) for name in PATIENTS for lang in ("en", "nl")}
    for name, one in shown.items():
        part = one._repr_mimebundle_(include=["text/html"])["text/html"]
        found[name] = f"<!DOCTYPE html><html><head><style>{PAGE}</style></head><body>{part}</body></html>"
    return found


@pytest.mark.slow
@pytest.mark.skipif(BROWSER is None, reason="there is no Chromium")
def test_no_display_is_wider_than_its_window_on_a_telephone_or_a_desktop(tmp_path: Path) -> None:
    frames = (
        f'<iframe title="{html.escape(name)} {width}" width="{width}" srcdoc="{html.escape(page)}"></iframe>'
        for name, page in pages().items()
        for width in WIDTHS
    )
    file = tmp_path / "frames.html"
    file.write_text(f"<!DOCTYPE html><body>{''.join(frames)}<script>{SCRIPT}</script></body>", encoding="utf-8")
    assert BROWSER is not None
    command = [BROWSER, *OPTIONS.split(), f"--user-data-dir={tmp_path / 'profile'}", file.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    result = re.findall(r'<pre id="result">(.*?)</pre>', done.stdout, re.DOTALL)
    assert result, done.stdout[:500]
    assert json.loads(html.unescape(result[0])) == []
