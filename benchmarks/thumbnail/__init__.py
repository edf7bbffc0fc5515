"""One JPEG becomes one smaller JPEG: a file for each way of doing it.

Each has `run(task)`, which returns the JPEG, and `version()`.
"""
