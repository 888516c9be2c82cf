"""Benchmarks: each module exposes ``TITLE`` and ``run() -> Table``; ``make bench`` runs them all."""
