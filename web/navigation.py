"""Where the header and the footer of every page lead: path below the language, and what it is called."""

from typing import Final

from web.words import N_

HEADER: Final = (
    ("/campaigns", N_("Campaigns")),
    ("/pools", N_("Public money")),
    ("/listings", N_("Marketplace")),
    ("/offers", N_("Pro-bono help")),
    ("/books", N_("Open books")),
)
FOOTER: Final = (
    ("/help", N_("Help")),
    ("/glossary", N_("Glossary")),
    ("/entities", N_("Who takes part")),
    ("/credits", N_("Credits of an account")),
    ("/accessibility", N_("Accessibility")),
)
