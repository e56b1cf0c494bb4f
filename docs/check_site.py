"""Check a built site: `python docs/check_site.py build/docs`.

Every link inside it must lead to a page, a file and an anchor that exist, and no page may load anything from another
host: no script, style, font, picture or frame. One line a fault; the exit code is 1 if there is any.
"""

import re
import sys
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADED = {"src", "srcset", "poster", "data"}
"""Attributes whose address a browser fetches by itself; so it does with the `href` of a `link`."""

NOT_FETCHED = {"canonical", "next", "prev", "index", "search", "author", "help", "license"}
"""What a `link` may be without being fetched."""

IN_STYLES = re.compile(r"(?:@import\s+|url\()\s*['\"]?((?:https?:)?//[^'\")\s]+)", re.IGNORECASE)


class Page(HTMLParser):
    """The addresses of a page: what it links to, what it loads, and where it can be linked to."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.anchors: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag refers to."""
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        self.loads += [given[name] for name in LOADED if name in given and tag != "meta"]
        self.loads += IN_STYLES.findall(given.get("style", ""))
        if "href" in given and tag == "link" and given.get("rel", "") not in NOT_FETCHED:
            self.loads.append(given["href"])
        elif "href" in given:
            self.links.append(given["href"])


@cache
def read(file: Path) -> Page:
    """A page of the site."""
    page = Page()
    text = file.read_text(encoding="utf-8")
    page.feed(text)
    for style in re.findall(r"<style[^>]*>(.*?)</style>", text, re.DOTALL):
        page.loads += IN_STYLES.findall(style)
    return page


def _leads_nowhere(file: Path, link: str) -> bool:
    """Whether a link inside the site has no target."""
    parts = urlsplit(link)
    target = file if not parts.path else (file.parent / unquote(parts.path))
    if target.is_dir():
        target /= "index.html"
    if not target.is_file():
        return True
    return bool(parts.fragment) and target.suffix == ".html" and unquote(parts.fragment) not in read(target).anchors


def _outside(address: str) -> bool:
    return bool(urlsplit(address).netloc)


def faults(site: Path) -> list[str]:
    """What is wrong with a built site, a line each."""
    found = []
    for file in sorted(site.rglob("*.html")):
        name, page = file.relative_to(site), read(file)
        found += [f"{name}: loads {address} from another host" for address in page.loads if _outside(address)]
        inside = [
            link
            for link in page.links + page.loads
            if not _outside(link) and urlsplit(link).scheme == "" and not link.startswith("data:")
        ]
        found += [f"{name}: {link} leads nowhere" for link in sorted(set(inside)) if _leads_nowhere(file, link)]
    for file in sorted(site.rglob("*.css")):
        addresses = IN_STYLES.findall(file.read_text(encoding="utf-8"))
        found += [f"{file.relative_to(site)}: loads {address} from another host" for address in addresses]
    return found


def main() -> int:
    """Check the site that the first argument names."""
    site = Path(sys.argv[1])
    if not (site / "index.html").is_file():
        print(f"{site} holds no site; build it with `make docs`", file=sys.stderr)
        return 2
    found = faults(site)
    print("\n".join(found) if found else f"{len(list(site.rglob('*.html')))} pages: every link leads somewhere")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
