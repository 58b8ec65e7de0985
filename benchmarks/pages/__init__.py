"""Server time of each page, beside that of an empty page of the same server."""
