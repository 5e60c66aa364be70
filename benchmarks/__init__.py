"""How fast Branchweb is, each figure beside its floor: a bare script that does only that one thing.

python -m benchmarks --help

Times depend on the machine and on whoever else uses it. Ratios are taken in one interleaved loop: floor, ours, floor,
ours. docs/performance.md has the goals and what was measured.
"""
