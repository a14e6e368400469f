"""``python -m cxr_app.decoding``: a decoder process; started by `cxr_app.decoding.pool` alone."""

from cxr_app.decoding.process import main

if __name__ == "__main__":
    main()
