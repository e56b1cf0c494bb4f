"""What checks the JavaScript: pinned, and from any registry."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_tools_are_pinned_by_version_and_hash():
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    assert package["private"] is True
    assert "dependencies" not in package
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in package["devDependencies"].values())
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    assert lock["packages"][""]["devDependencies"] == package["devDependencies"]
    others = {name: one for name, one in lock["packages"].items() if name}
    assert all(one["integrity"].startswith("sha512-") for one in others.values())
    assert not any("resolved" in one for one in others.values())  # no registry's address


def test_types_are_checked_strictly_in_the_page_and_the_engine():
    text = (ROOT / "tsconfig.json").read_text(encoding="utf-8")
    config = json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE))
    assert all(config["compilerOptions"][name] is True for name in ("allowJs", "checkJs", "strict"))
    assert config["include"][:2] == ["src/kickitout/web/static/engine", "src/kickitout/web/static/page"]
    scripts = [*(ROOT / "src/kickitout/web/static/page").rglob("*.js")]
    scripts += (ROOT / "src/kickitout/web/static/engine").rglob("*.js")
    for script in scripts:
        words = script.read_text(encoding="utf-8")
        assert not re.search(r"@ts-(ignore|nocheck|expect-error)|eslint-disable", words), script
