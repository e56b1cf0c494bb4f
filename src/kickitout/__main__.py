"""`python -m kickitout` is the same as `kick`."""

from kickitout.cli import main

if __name__ == "__main__":
    main()
