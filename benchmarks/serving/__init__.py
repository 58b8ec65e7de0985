"""Requests per second of the API, beside those of a constant object of the same size on the same server."""
