"""Benchmarks, runnable by anyone: `make bench-save`. Figures are ratios taken in one run."""
