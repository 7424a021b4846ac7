"""The report: the same bytes twice, links that resolve, nothing from anywhere else, text that stays text."""

import re
import shutil
from html import unescape
from urllib.parse import unquote

import pytest

from fentanyl_study.corpus import REPOSITORY
from fentanyl_study.report import write_report


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """The report of the shipped corpus, written to a folder of its own."""
    folder = tmp_path_factory.mktemp("report")
    shutil.copytree(REPOSITORY / "figures", folder / "figures")
    (folder / "reports").mkdir()
    for name in ("claims.csv", "methods.md"):
        shutil.copy(REPOSITORY / "reports" / name, folder / "reports")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FENTANYL_STUDY_OUT", str(folder))
        write_report()
        first = read_pages(folder)
        write_report()
    assert read_pages(folder) == first
    return folder / "reports"


def read_pages(folder):
    return {path: path.read_bytes() for path in sorted((folder / "reports").rglob("*.html"))}


def read_links(text):
    return [unescape(link) for link in re.findall(r'<a\b[^>]*?href="([^"]*)"', text)]


def test_all_pages_are_there(report):
    pages = {path.relative_to(report).as_posix() for path in report.rglob("*.html")}
    assert {"index.html", "methods.html", "codebook.html", "dictionary.html"} <= pages
    for notebook in REPOSITORY.glob("notebooks/*.ipynb"):
        assert {f"notebooks/{notebook.stem}.html", f"notebooks/{notebook.stem}-code.html"} <= pages
    for text in REPOSITORY.glob("data/raw/texts/*.txt"):
        assert f"reading/{text.stem}.html" in pages


def test_links_resolve(report):
    for path in report.rglob("*.html"):
        for link in read_links(path.read_text(encoding="utf-8")):
            target, _, anchor = unquote(link).partition("#")
            if not target.startswith(("http:", "https:", "mailto:")):
                page = (path.parent / target).resolve() if target else path
                assert page.exists(), f"{path.name}: {link}"
                if anchor and page.suffix == ".html":
                    assert f'id="{anchor}"' in page.read_text(encoding="utf-8"), f"{path.name}: {link}"


def test_nothing_is_loaded_from_elsewhere(report):
    for path in report.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        loaded = re.findall(r'<(?:img|script|link|iframe|source)\b[^>]*?(?:src|href)="([^"]*)"', text)
        assert all(source.startswith("data:") for source in loaded), path.name
        assert not re.search(r"url\((?!['\"]?(?:data:|#))|@import", text), path.name
        assert "<script" not in text


def test_images_have_alternative_text(report):
    for path in report.rglob("*.html"):
        for image in re.findall(r"<img\b[^>]*>", path.read_text(encoding="utf-8")):
            assert re.search(r'alt="[^"]{5,}"', image), path.name
