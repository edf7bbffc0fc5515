"""The service under load, beside other services: python -m benchmarks.service"""
