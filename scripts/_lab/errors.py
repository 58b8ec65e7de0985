"""What can stop the local lab. Each prints as one line and ends the command with code 1.

::

    LabError
    ├── PortTaken            something else listens where the lab would
    ├── FolderTaken          another lab runs in the folder, or it holds other things
    ├── SettingInvalid       an environment variable holds no port
    ├── ProgramMissing       a program of the lab is not installed
    ├── ProcessEnded         a process of the lab ended by itself
    ├── NotReady             a process did not become ready in time
    ├── RpcError             the node answered with an error
    ├── ApiFailed            the API did not answer, or answered with a problem
    ├── DocumentsDiffer      the documents service refuses what the story wrote, or keeps something else
    ├── ActFailed            a transaction of the story reverted
    ├── WrongClock           the chain's clock is later than the story begins
    ├── BooksDiffer          money, hours or credits do not agree with their books
    └── AnswerDiffers        the API says something else than the contracts
"""

import click


class LabError(click.ClickException):
    """Base of everything that stops the local lab; the message says what is wrong."""


class PortTaken(LabError):
    """Something else listens at a port of ours."""


class FolderTaken(LabError):
    """The folder holds a running lab, or something that is not a lab's."""


class SettingInvalid(LabError):
    """An environment variable has a value that cannot be used."""


class ProgramMissing(LabError):
    """A program is not installed."""


class ProcessEnded(LabError):
    """A process that should run has ended."""


class NotReady(LabError):
    """A process needs longer than it should."""


class RpcError(LabError):
    """The node refused a request."""


class ApiFailed(LabError):
    """The API refused a request."""


class DocumentsDiffer(LabError):
    """The documents service does not keep just what the story wrote."""


class ActFailed(LabError):
    """A transaction reverted."""


class WrongClock(LabError):
    """Time on chain is later than the story's first day."""


class BooksDiffer(LabError):
    """Money, hours or credits do not agree with their books."""


class AnswerDiffers(LabError):
    """The API's answer is not the contracts'."""
