"""Pays the gas of signed requests to the lab's contracts, within published quotas.

It can't alter a request, and anyone else may submit the same one: the forwarder on chain checks the signature.
"""

from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = version("eranos")
except PackageNotFoundError:  # run from a folder that was not installed
    VERSION = "0"
