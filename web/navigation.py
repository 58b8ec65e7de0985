"""Where the header and the footer of every page lead: path below the language, and what it is called."""

from typing import Final

from web.words import N_

HEADER: Final = (
    ("/campaigns", N_("Campaigns")),
    ("/pools", N_("Public money")),
    ("/listings", N_("Marketplace")),
    ("/offers", N_("Pro-bono help")),
    ("/books", N_("Open books")),
    ("/my", N_("My page")),
)
FOOTER: Final = (
    ("/help", N_("Help")),
    ("/glossary", N_("Glossary")),
    ("/entities", N_("Who takes part")),
    ("/register", N_("Take part")),
    ("/desks", N_("Desks")),
    ("/credits", N_("Credits of an account")),
    ("/accessibility", N_("Accessibility")),
)
DESKS: Final = (
    ("/register", N_("Take part"), N_("Register an organisation, or yourself as a member.")),
    ("/desks/entity", N_("My entity"), N_("Its verification, its profile, its account, and recoveries.")),
    ("/start", N_("Start a campaign"), N_("One form; what you type stays in your browser until you send it.")),
    ("/desks/campaigns", N_("My campaigns"), N_("What is next in each of them, and by when.")),
    ("/desks/pools", N_("My pools"), N_("Public money: who asks for it, what is reserved, what comes back.")),
    ("/desks/help", N_("My help"), N_("Hours that you offer or ask for, and what is next in each request.")),
    ("/sell", N_("List something"), N_("Goods or services for money, for credits, or for both.")),
    ("/desks/shop", N_("My shop"), N_("Orders that wait for you, and your listings.")),
    ("/basket", N_("Basket"), N_("Things of several sellers, ordered with one signature.")),
    ("/desks/orders", N_("My orders"), N_("What you ordered, what is next in it, and by when.")),
    ("/recoveries", N_("Recoveries under way"), N_("Entities that another account is about to take over.")),
    ("/desks/registrar", N_("Registrar's desk"), N_("Who waits to be verified.")),
    ("/desks/reviewer", N_("Reviewer's desk"), N_("Campaigns that wait for a review.")),
    ("/desks/issuer", N_("Issuing credits"), N_("Its programmes, and how many credits promised hours cover.")),
    ("/desks/arbiter", N_("Arbiter's desk"), N_("Stopped milestones, disputed orders and contested help.")),
    ("/desks/treasurer", N_("Treasurer's desk"), N_("Currencies, programmes of credits, and what is announced.")),
    ("/desks/guardian", N_("Guardian's desk"), N_("Pauses of new business, and their end.")),
)
"""Where people do their work: path, name, and what for."""
