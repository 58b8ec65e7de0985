"""The one command. Each group lives in its own package and is imported only when it is asked for.

So `eranos api` never loads the indexer, and the auditor's tool runs where no service is installed.
"""

from importlib import import_module
from typing import Final

import click

GROUPS: Final = {
    "api": ("api.cli:api", "Serve the read-only HTTP API."),
    "audit": ("audit.cli:audit", "Check records against the chain, trusting a block hash only."),
    "documents": ("documents.cli:documents", "Keep the documents behind hashes on chain."),
    "index": ("indexer.cli:index", "Mirror the chain into SQL."),
    "relay": ("relay.cli:relay", "Pay the gas of signed requests to the contracts."),
    "web": ("web.cli:web", "Serve the pages, and the API beside them."),
}
"""Command -> (module:attribute, line of help). The line stands here so that `--help` imports no package."""


class LazyGroup(click.Group):
    """A group whose commands are imported on first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, loaded or not."""
        return sorted({*super().list_commands(ctx), *GROUPS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command `cmd_name`, or return None where there is none of that name."""
        if cmd_name not in GROUPS:
            return super().get_command(ctx, cmd_name)
        module, attribute = GROUPS[cmd_name][0].split(":")
        command = getattr(import_module(module), attribute)
        if not isinstance(command, click.Command):
            message = f"{module}.{attribute} is not a click command"
            raise TypeError(message)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from `GROUPS`, without loading them."""
        rows = [(name, GROUPS[name][1]) for name in sorted(GROUPS)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="eranos", prog_name="eranos")
def main() -> None:
    """Eranos: crowdfunding and innovation credits for the public interest."""


if __name__ == "__main__":
    main(prog_name="eranos")
