"""Let ``python -m fentanyl_study`` do what the command fentanyl-study does."""

import sys

from fentanyl_study.cli import main

sys.exit(main())
