"""Colours and rules of style that drawings and pages share: light and dark, and light on paper."""

from __future__ import annotations

#: Each colour in light and in dark. What a colour says is always said in words or form too.
PALETTE = {
    "paper": ("#ffffff", "#12161c"),
    "panel": ("#f0f3f6", "#1b222b"),
    "ink": ("#1a1f26", "#e8ebef"),
    "soft": ("#4a545f", "#b3bdc8"),
    "rule": ("#5f6b78", "#8f9baa"),
    "accent": ("#0a4f9c", "#8cc2ff"),
    "alarm": ("#9b1111", "#ffa69e"),
    "alarm-panel": ("#fdeceb", "#371616"),
    "choice": ("#6b4100", "#f2c879"),
    "choice-panel": ("#fff3d9", "#2d2310"),
    "conflict": ("#5b2a91", "#d5b4ff"),
    "conflict-panel": ("#f5eefc", "#261a36"),
}
#: The pairs of colours that stand on each other: what is read or seen, and what it stands on.
PAIRS = (
    ("ink", "paper"),
    ("ink", "panel"),
    ("ink", "alarm-panel"),
    ("ink", "choice-panel"),
    ("ink", "conflict-panel"),
    ("soft", "paper"),
    ("soft", "panel"),
    ("soft", "alarm-panel"),
    ("soft", "conflict-panel"),
    ("rule", "paper"),
    ("rule", "panel"),
    ("accent", "paper"),
    ("accent", "panel"),
    ("accent", "alarm-panel"),
    ("accent", "choice-panel"),
    ("accent", "conflict-panel"),
    ("alarm", "paper"),
    ("alarm", "alarm-panel"),
    ("choice", "paper"),
    ("choice", "alarm-panel"),
    ("choice", "choice-panel"),
    ("choice", "conflict-panel"),
    ("conflict", "paper"),
    ("conflict", "conflict-panel"),
    ("paper", "ink"),
    ("paper", "accent"),
    ("paper", "alarm"),
    ("paper", "choice"),
    ("paper", "conflict"),
)
FONT = "'Helvetica Neue',Arial,'Liberation Sans',sans-serif"


def colours(selector: str) -> str:
    """The colours as variables of what a selector means: light, and dark on a screen that asks for it."""
    light = "".join(f"--cp-{name}:{pair[0]};" for name, pair in PALETTE.items())
    dark = "".join(f"--cp-{name}:{pair[1]};" for name, pair in PALETTE.items())
    return (
        f"{selector}{{color-scheme:light dark;{light}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{{selector}{{{dark}}}}}\n"
    )


#: The style of a drawing. The form of a line says its kind; its weight, sign and words say its state.
DRAWING = """\
.cp-drawing{background:var(--cp-paper);color:var(--cp-ink);font-family:FONT;font-size:11px}
.cp-drawing text{fill:currentColor;stroke:none}
.cp-drawing .cp-title{font-size:15px;font-weight:bold}
.cp-drawing .cp-bold{font-weight:bold}
.cp-drawing .cp-soft{fill:var(--cp-soft)}
.cp-drawing .cp-tagtext{font-size:10px;font-weight:bold;text-anchor:middle}
.cp-drawing .cp-inverse{fill:var(--cp-paper)}
.cp-drawing .cp-back{fill:var(--cp-paper)}
.cp-drawing .cp-column{fill:var(--cp-panel)}
.cp-drawing .cp-card{fill:var(--cp-paper);stroke:var(--cp-rule);stroke-width:1.2}
.cp-drawing .cp-here .cp-card{stroke:currentColor;stroke-width:4}
.cp-drawing .cp-possible .cp-card{stroke:currentColor;stroke-width:3;stroke-dasharray:7 4}
.cp-drawing .cp-advised .cp-card{stroke:var(--cp-accent);stroke-width:2.5}
.cp-drawing .cp-band{fill:var(--cp-ink)}
.cp-drawing .cp-advised .cp-band{fill:var(--cp-accent)}
.cp-drawing .cp-rule{stroke:var(--cp-rule);stroke-width:1}
.cp-drawing .cp-line{fill:none;stroke:currentColor;stroke-width:1.6}
.cp-drawing .cp-head{fill:currentColor;stroke:currentColor;stroke-width:1}
.cp-drawing .cp-hollow{fill:none;stroke:currentColor;stroke-width:1.8}
.cp-drawing .cp-deescalate .cp-line{stroke-dasharray:7 4}
.cp-drawing .cp-re_entry .cp-line{stroke-dasharray:2 3.5}
.cp-drawing .cp-matched_care_referral .cp-line{stroke-dasharray:13 4 2.5 4}
.cp-drawing .cp-mdo .cp-line{stroke-width:3.2;stroke-dasharray:3 3}
.cp-drawing .cp-imsr_assessment .cp-line{stroke-width:5.2}
.cp-drawing .cp-inner{fill:none;stroke:var(--cp-paper);stroke-width:2.2}
.cp-drawing .cp-tag{fill:var(--cp-paper);stroke:currentColor;stroke-width:1.1}
.cp-drawing .cp-elsewhere{color:var(--cp-rule)}
.cp-drawing .cp-open,.cp-drawing .cp-open_if{color:var(--cp-accent)}
.cp-drawing .cp-open .cp-line,.cp-drawing .cp-open_if .cp-line{stroke-width:3.4}
.cp-drawing .cp-imsr_assessment.cp-open .cp-line,.cp-drawing .cp-imsr_assessment.cp-open_if .cp-line{stroke-width:7}
.cp-drawing .cp-open .cp-tag,.cp-drawing .cp-open_if .cp-tag{fill:currentColor}
.cp-drawing .cp-open .cp-tagtext,.cp-drawing .cp-open_if .cp-tagtext{fill:var(--cp-paper)}
.cp-drawing .cp-undetermined .cp-line,.cp-drawing .cp-held .cp-line{stroke-width:2.4}
.cp-drawing .cp-undetermined .cp-tag,.cp-drawing .cp-held .cp-tag{stroke-width:1.6;stroke-dasharray:3 2}
.cp-drawing .cp-exit{fill:var(--cp-paper);stroke:currentColor;stroke-width:1.4}
.cp-drawing .cp-alarm{color:var(--cp-alarm)}
.cp-drawing .cp-alarm .cp-exit{stroke-width:2;stroke-dasharray:none}
.cp-drawing .cp-alarm.cp-now .cp-exit{fill:var(--cp-alarm-panel);stroke-width:4}
.cp-drawing .cp-plain{color:var(--cp-ink)}
""".replace("FONT", FONT)
