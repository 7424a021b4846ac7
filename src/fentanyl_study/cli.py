"""The command fentanyl-study: build a corpus, execute the notebooks."""

import argparse
import os
import sys
from pathlib import Path

from fentanyl_study.schema import InputError


def main(arguments=None):
    """Run a command; give its exit code: 0 done, 1 findings, 2 wrong use or a fault in the input, 130 interrupted."""
    options = _make_parser().parse_args(arguments)
    try:
        return options.run(options) or 0
    except InputError as error:
        print(f"fentanyl-study: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("fentanyl-study: interrupted", file=sys.stderr)
        return 130


def _make_parser():
    parser = argparse.ArgumentParser(
        prog="fentanyl-study", description="Who says what about fentanyl, sentence by sentence."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    build = _add_command(commands, "build", _build, "rebuild processed/ from raw/ and coding/", "--data my-corpus")
    build.add_argument("--jobs", type=_read_number, metavar="N", help="processes; as many as cores by default")
    build.add_argument("--scheduler", metavar="ADDRESS", help="Dask scheduler to work on instead: tcp://host:8786")
    _add_command(commands, "dictionary", _write_dictionary, "write the data dictionary into README.md", "--data data")
    notebooks = _add_command(commands, "notebooks", _run_notebooks, "execute the notebooks", "--out build/notebooks")
    notebooks.add_argument("--out", type=Path, help="folder for the executed notebooks; in place by default")
    _add_command(commands, "ledger", _update_ledger, "write reports/claims.csv and the findings", "--data my-corpus")
    _add_command(commands, "report", _write_report, "write reports/index.html", "--data my-corpus")
    return parser


def _add_command(commands, name, run, what, example):
    parser = commands.add_parser(name, help=what, description=what, epilog=f"example: fentanyl-study {name} {example}")
    parser.add_argument("--data", type=Path, metavar="DIR", help="corpus folder; the repository's data/ by default")
    parser.set_defaults(run=run)
    return parser


def _read_number(text):
    if not (text.isascii() and text.isdigit() and int(text)):
        raise argparse.ArgumentTypeError(f"expected a whole number, 1 or more, not {text!r}")
    return int(text)


def _build(options):
    from fentanyl_study.build import build_corpus

    build_corpus(options.data, jobs=options.jobs, scheduler=options.scheduler)


def _write_dictionary(options):
    from fentanyl_study.corpus import get_data_dir
    from fentanyl_study.dictionary import write_dictionary

    write_dictionary((options.data or get_data_dir()) / "README.md")


def _use_corpus(options):
    """Let all that is read and written be of this corpus; the notebooks' kernels must know it too."""
    if options.data:
        os.environ["FENTANYL_STUDY_DATA"] = str(options.data.absolute())


def _run_notebooks(options):
    from fentanyl_study.notebooks import run_notebooks

    _use_corpus(options)
    run_notebooks(options.out)


def _update_ledger(options):
    from fentanyl_study.ledger import update_ledger

    _use_corpus(options)
    update_ledger()


def _write_report(options):
    from fentanyl_study.report import write_report

    _use_corpus(options)
    print(write_report())


if __name__ == "__main__":
    sys.exit(main())
