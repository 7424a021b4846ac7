"""Write the data dictionary: every table, every column, from the schema."""

from pathlib import Path

from fentanyl_study.schema import TABLES

BEGIN, END = "<!-- dictionary: begin -->", "<!-- dictionary: end -->"


def format_dictionary():
    """Give the data dictionary as Markdown: a heading and a table of columns for every table."""
    return "\n".join(_format_table(table) for table in TABLES)


def _format_table(table):
    head = f"### `{table.path}`\n\nOne row is {table.row}. Key: {', '.join(table.key)}.\n"
    rows = [f"| `{c.name}` | {c.meaning} | {c.describe_values()} |".replace("\n", " ") for c in table.columns]
    return "\n".join([head, "| column | what it holds | values |", "|---|---|---|", *rows, ""])


def write_dictionary(path):
    """Put the dictionary between its two marks in a Markdown file, leaving the rest as it is.

    Raises
    ------
    ValueError
        The file lacks the marks.
    """
    text = Path(path).read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{path}: expected the marks {BEGIN} and {END}")
    text = f"{before}{BEGIN}\n\n{format_dictionary()}\n{END}{after}"
    Path(path).write_text(text, encoding="utf-8", newline="\n")
