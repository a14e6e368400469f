"""python -m cxr_app."""

import sys

try:
    from cxr_app.cli import main

    status = main()
except KeyboardInterrupt:  # while the libraries were still being loaded
    status = 130
sys.exit(status)
