"""What turns the pages, written for GitHub and for a checkout, into a site that needs no internet.

- Equations (GitHub's ``$`...`$`` and ``math`` blocks) become MathML while building; no script draws them.
- Links out of ``docs/`` lead to copies of what they name, under ``repository/``: pages become pages, folders a list of
  their files, and everything else is copied. So a page has one text, which is right on GitHub and in the site.
- The tutorial notebook is run, and its cells and outputs become a page.
- The page of the reference gets an entry for each name in ``zinc_sbml.__all__``.
"""

from __future__ import annotations

import posixpath
import re
import sys
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote

from latex2mathml.converter import convert
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

sys.path.insert(0, str(Path(__file__).parent))
from notebook import notebook_page

ROOT = Path(__file__).resolve().parents[2]
OUTSIDE = "repository"
"""Folder of the site that holds what lies outside of ``docs/``."""

TUTORIAL = "tutorial.ipynb"

_FENCE = re.compile(r"(?ms)^(`{3,})[^\n]*\n.*?^\1[ ]*$")
_LINK = re.compile(r"(?P<before>\]\()(?P<target>[^)\s#]+)?(?P<anchor>#[^)\s]*)?(?P<after>\))")
_MATH_BLOCK = re.compile(r"(?ms)^```math\n(?P<latex>.*?)\n```$")
_MATH = re.compile(r"\$`(?P<latex>[^`\n]+)`\$")
_COMMENT = re.compile(r"(?m)^<!--.*?-->$")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the tutorial and all that pages link to outside of ``docs/``."""
    notebook = files.get_file_from_path(TUTORIAL)
    if notebook is not None:
        text = notebook_page(Path(notebook.abs_src_path or ""))
        files.append(File.generated(config, TUTORIAL.replace(".ipynb", ".md"), content=text))
    waiting = [(file.src_uri, file.content_string) for file in files if file.is_documentation_page()]
    while waiting:
        uri, text = waiting.pop()
        for target in _targets(text, uri):
            new = _outside_uri(target)
            if new is None or files.get_file_from_path(new) is not None:
                continue
            content = _listing(target) if target.is_dir() else None
            if content is not None:
                file = File.generated(config, new, content=content)
            else:
                file = File.generated(config, new, abs_src_path=str(target))
            files.append(file)
            if file.is_documentation_page():
                waiting.append((new, file.content_string))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Rewrite one page: its links, equations and marks."""
    uri = page.file.src_uri
    if uri == "reference.md":
        markdown += _reference()
    # A mark stands directly before a table or a paragraph, which Markdown for Python takes as part of it.
    markdown = _outside_fences(markdown, lambda text: _COMMENT.sub("\n", text))
    markdown = _MATH_BLOCK.sub(lambda found: f"\n{_mathml(found['latex'], 'block')}\n", markdown)
    markdown = _outside_fences(
        markdown,
        lambda text: _LINK.sub(
            lambda found: _moved(found, uri),
            _prepared(text),
        ),
    )
    return markdown


def _prepared(text: str) -> str:
    """Prose for Markdown for Python: inline equations, Markdown inside of details, concentrations side by side."""
    text = _MATH.sub(lambda found: _mathml(found["latex"], "inline"), text)
    # [GSH][GSSG] is a product and no link.
    return text.replace("<details>", '<details markdown="1">').replace("][", "]\\[")


def _mathml(latex: str, display: str) -> str:
    text = re.sub(r"\s*\n\s*", "", convert(latex, display=display))
    return f'<div class="equation" tabindex="0">{text}</div>' if display == "block" else text


def _outside_fences(text: str, change) -> str:
    """Change what stands outside of code blocks."""
    parts, place = [], 0
    for fence in _FENCE.finditer(text):
        parts += [change(text[place : fence.start()]), fence.group()]
        place = fence.end()
    return "".join([*parts, change(text[place:])])


def _place(uri: str) -> Path:
    """Where the source of a page lies in the repository."""
    if uri.startswith(f"{OUTSIDE}/"):
        place = ROOT / uri.removeprefix(f"{OUTSIDE}/")
        return place.with_name("README.md") if place.name == "files.md" else place
    return ROOT / "docs" / uri


def _resolved(target: str, uri: str) -> Path | None:
    """What a relative link of a page names, if it is in the repository."""
    if re.match(r"[a-z]+:", target) or target.startswith("/"):
        return None
    path = Path(posixpath.normpath((_place(uri).parent / unquote(target)).as_posix()))
    return path if path.exists() and path.is_relative_to(ROOT) else None


def _targets(text: str, uri: str) -> list[Path]:
    found: list[Path] = []

    def note(part: str) -> str:
        for link in _LINK.finditer(part):
            path = _resolved(link["target"], uri) if link["target"] else None
            if path is not None:
                found.append(path)
        return part

    _outside_fences(text, note)
    return found


def _outside_uri(path: Path) -> str | None:
    """Place in the site of something outside of ``docs/``; None for what is inside."""
    docs = ROOT / "docs"
    if path.is_relative_to(docs) and (not path.is_dir() or (path / "README.md").is_file()):
        return None
    place = f"{OUTSIDE}/{path.relative_to(ROOT).as_posix()}"
    return f"{place}/files.md" if path.is_dir() else place


def _moved(found: re.Match[str], uri: str) -> str:
    """A link of a page, as it must be in the site."""
    path = _resolved(found["target"], uri) if found["target"] else None
    if path is None:
        return found.group()
    new = _outside_uri(path) or (path / "README.md" if path.is_dir() else path).relative_to(ROOT / "docs").as_posix()
    if new == TUTORIAL:
        new = new.replace(".ipynb", ".md")
    relative = posixpath.relpath(new, posixpath.dirname(uri) or ".")
    return f"{found['before']}{relative}{found['anchor'] or ''}{found['after']}"


def _listing(folder: Path) -> str:
    """A page with the files of a folder; a `README.md` comes first, as on GitHub."""
    name = folder.relative_to(ROOT).as_posix()
    entries = sorted(one for one in folder.iterdir() if not one.name.startswith((".", "__")))
    lines = [f"- [{one.name}{'/' if one.is_dir() else ''}]({one.name})" for one in entries]
    return "\n".join([f"# {name}/", "", *lines, ""])


def _reference() -> str:
    """An entry for each public name, classes first."""
    import zinc_sbml

    def entry(name: str) -> str:
        # Packages and functions share names (findings.compare): the page must name where the thing itself is defined.
        value = getattr(zinc_sbml, name)
        if isinstance(value, ModuleType):
            shown = ", ".join(value.__all__)
            return f"### {name} {{ #{name} }}\n\n::: {value.__name__}\n    options:\n" + (
                f"      show_root_heading: false\n      heading_level: 4\n      members: [{shown}]\n"
            )
        return f"### {name} {{ #{name} }}\n\n::: {value.__module__}.{value.__qualname__}\n    options:\n" + (
            "      show_root_heading: false\n      show_root_toc_entry: false\n      heading_level: 4\n"
        )

    classes = [name for name in zinc_sbml.__all__ if name[0].isupper()]
    verbs = [name for name in zinc_sbml.__all__ if not name[0].isupper()]
    parts = ["\n\n## Functions\n", *map(entry, verbs), "\n## Values and errors\n", *map(entry, classes)]
    return "\n".join(parts)
