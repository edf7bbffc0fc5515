"""Pictures of what filters and libraries make of the same charts: python -m benchmarks.gallery"""
