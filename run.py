"""Runs and inspects lottery-ticket experiments: `python run.py --gin_file=gin/mnist_lt.gin`."""

from lth_keras.commands.main import main

if __name__ == "__main__":
    raise SystemExit(main())
