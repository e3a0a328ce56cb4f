from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: What pyproject.toml names as dependencies, and what these import; names with an underscore are parts of Python
#: and of compiled modules.
ALLOWED = {
    "annotated_types",
    "carepath",
    "cython_runtime",
    "durable_rules_engine",
    "networkx",
    "pydantic",
    "pydantic_core",
    "typing_extensions",
    "typing_inspection",
    "yaml",
}

SCRIPT = """
import sys
before = set(sys.modules)
import carepath
from carepath.cli import main
made = carepath.assess({"age_years": 50, "wpn_class": 4}, pathway="spine", at="2026-03-02")
made.to_json(), made.report("nl"), made.missing, made.next_questions, made._repr_mimebundle_()
made.why_not("imsr_assessment"), made.what_would_change("imsr_assessment"), carepath.compare(made, made)
main(["check"])
main(["show", "spine"])
main(["assess", "examples/low_back_pain_wpn4.yaml"])
main(["why-not", "examples/low_back_pain_wpn4.yaml", "escalate"])
found = {name.partition(".")[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names)
print("found", *sorted(name for name in found if not name.startswith("_")))
"""


def test_the_core_and_its_commands_import_nothing_but_its_own_dependencies() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    found = set(done.stdout.splitlines()[-1].split()[1:])
    assert {"carepath", "networkx", "pydantic", "yaml"} <= found
    assert found <= ALLOWED
