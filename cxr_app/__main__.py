"""python -m cxr_app."""

import sys

from cxr_app.cli import main

sys.exit(main())
