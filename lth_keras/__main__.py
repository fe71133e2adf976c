"""`python -m lth_keras`: the same as the command `lth-keras`."""

from lth_keras.commands.main import main

if __name__ == "__main__":
    raise SystemExit(main())
