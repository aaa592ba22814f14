"""Workloads whose figures the project reports, runnable. Tests of correctness belong to `tests`."""
