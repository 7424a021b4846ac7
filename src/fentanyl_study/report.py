"""Write the report: findings, notebooks, articles to read, dictionary and codebook as HTML that needs no network."""

import base64
import re
from pathlib import Path

import nbformat
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from nbconvert import HTMLExporter
from nbconvert.filters import markdown2html
from tqdm import tqdm

from fentanyl_study.corpus import REPOSITORY, get_data_dir, get_out_dir, read_csv, read_documents, read_removed, read_study
from fentanyl_study.ledger import trace_claim
from fentanyl_study.notebooks import NOTEBOOKS
from fentanyl_study.plots import SIDE_LABELS
from fentanyl_study.reading import write_reading

MOST_EVIDENCE = 200  # sentences listed for a claim; beyond that a reader wants the table
PAPERS = {"methods": "Methods", "codebook": "Codebook", "dictionary": "Data dictionary"}
TITLE = "How Chinese and US officials speak of fentanyl"


def write_report(data_dir=None):
    """Write reports/index.html and all it links to.

    Needs built tables, executed notebooks and reports/claims.csv: run `make reproduce` first. Gives the
    path of the index. The same inputs give the same bytes.
    """
    data_dir, folder = Path(data_dir or get_data_dir()), get_out_dir() / "reports"
    sentences, documents = read_study(data_dir)
    claims = read_csv(folder / "claims.csv")
    _write_readings(folder / "reading", sentences, data_dir)
    notebooks = _write_notebooks(folder / "notebooks")
    _write_papers(folder)
    body = _make_environment().get_template("report.html").render(
        summary=f"{len(documents)} articles, {len(sentences)} sentences. A finding is firm, tentative or not supported by "
        "the rule that the methods state; each can be followed to its sentences.",
        claims=[_describe_claim(row, sentences) for row in claims.itertuples()],
        figures=_read_figures(), notebooks=notebooks, documents=documents.to_dict("records"), papers=PAPERS.items(),
    )  # fmt: skip
    return _write_page(folder / "index.html", TITLE, body, home="")


def _make_environment():
    loader = FileSystemLoader(Path(__file__).parent / "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined)


def _write_page(path, title, body, *, home="index.html"):
    from markupsafe import Markup

    page = _make_environment().get_template("index.html").render(title=title, body=Markup(body), home=home)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page + "\n", encoding="utf-8", newline="\n")
    return path


def _write_readings(folder, sentences, data_dir):
    folder.mkdir(parents=True, exist_ok=True)
    removed = read_removed(data_dir).groupby("doc_id")
    by_document = sentences.groupby("doc_id")
    documents = read_documents(data_dir).to_dict("records")
    for document in tqdm(documents, desc="reading", unit="article", disable=None):
        name = document["doc_id"]
        parts = [g.get_group(name) if name in g.groups else g.obj.iloc[:0] for g in (by_document, removed)]
        page = write_reading(document, *parts)
        (folder / f"{name}.html").write_text(page, encoding="utf-8", newline="\n")


def _write_notebooks(folder):
    """Write each notebook without and with code; give name and question of each."""
    folder.mkdir(parents=True, exist_ok=True)
    executed = get_out_dir() / "notebooks"
    rows = []
    for path in sorted((executed if executed.exists() else NOTEBOOKS).glob("[0-9][0-9]-*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        rows.append({"name": path.stem, "question": re.match(r"#\s*(.*)", notebook.cells[0].source)[1]})
        for suffix, hide_code in (("", True), ("-code", False)):
            page = _convert_notebook(notebook, path.stem, hide_code=hide_code)
            (folder / f"{path.stem}{suffix}.html").write_text(page, encoding="utf-8", newline="\n")
    return rows


def _convert_notebook(notebook, name, *, hide_code):
    exporter = HTMLExporter(
        template_name="lab", exclude_input=hide_code, exclude_input_prompt=hide_code, exclude_output_prompt=True,
        mathjax_url="", require_js_url="", mermaid_js_url="", jquery_url="", widget_renderer_url="",
    )  # fmt: skip
    page, _ = exporter.from_notebook_node(notebook, resources={"metadata": {"name": name}})
    page = re.sub(r"<script\b.*?</script>", "", page, flags=re.DOTALL)  # nothing in a page needs one, and some load more
    page = re.sub(r'href="([\w-]+)\.ipynb"', r'href="\1.html"', page).replace("../docs/codebook.md", "../codebook.html")
    return page.replace('alt="No description has been provided for this image"', f'alt="Figure of {name}"')


def _write_papers(folder):
    sources = {"methods": folder / "methods.md", "codebook": REPOSITORY / "docs/codebook.md",
               "dictionary": REPOSITORY / "data/README.md"}  # fmt: skip
    for name, path in sources.items():
        text = re.sub(r"\]\((?!#|https?:)[^)]*codebook\.md\)", "](codebook.html)", path.read_text(encoding="utf-8"))
        tables = markdown2html(text).replace("<table>", '<div class="scroll"><table>').replace("</table>", "</table></div>")
        _write_page(folder / f"{name}.html", PAPERS[name], tables)


def _read_figures():
    paths = sorted((get_out_dir() / "figures").glob("*.png"))
    return [{"alt": f"Figure: {p.stem.replace('-', ' ')} (its numbers stand in figures/{p.stem}.csv)",
             "content": base64.b64encode(p.read_bytes()).decode()} for p in paths]  # fmt: skip


def _describe_claim(row, sentences):
    evidence = trace_claim(row.id, sentences).head(MOST_EVIDENCE)
    interval = "in one article only" if row.interval_kind == "one article" else f"{float(row.low):.2f} to {float(row.high):.2f}"
    return {
        "anchor": re.sub(r"\W+", "-", row.id), "claim": row.claim, "verdict": row.verdict, "method": row.method,
        "figure": f"{float(row.estimate):.2f} ({interval}, {row.interval_kind}); {_count(row.n_focus, row.n_reference)} "
        f"{'uses' if row.id.startswith('term:') else 'sentences'} in {_count(row.docs_focus, row.docs_reference)} articles; "
        f"{100 * float(row.share_agreeing):.0f} % of {row.n_runs} runs agree",
        "notebook": row.notebook.removesuffix(".ipynb"), "cell": row.cell,
        "evidence": [{**r, "name": SIDE_LABELS[r["side"]]} for r in evidence.to_dict("records")],
    }  # fmt: skip


def _count(focus, reference):
    """Name the numbers of both groups, or of the only one."""
    return f"{focus} and {reference}" if reference != "0" else focus
