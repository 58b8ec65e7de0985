"""Where the header and the footer of every page lead: path below the language, and what it is called."""

from typing import Final

from web.words import N_

HEADER: Final = (("/campaigns", N_("Campaigns")),)
FOOTER: Final[tuple[tuple[str, str], ...]] = ()
