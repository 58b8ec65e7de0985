"""The one command, `eranos`."""
