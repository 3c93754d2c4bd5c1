"""`python -m aleator`: the same as the `aleator` command."""

from aleator.cli.app import main

if __name__ == "__main__":
    main()
