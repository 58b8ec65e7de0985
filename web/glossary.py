"""The words of the lab, as docs/glossary.md has them, for people who read pages."""

from typing import Final

from web.words import N_

GLOSSARY: Final = (
    (
        N_("People and roles"),
        (
            (N_("Entity"), N_("Anyone in the registry, with a number that stays and an account that acts for it.")),
            (N_("Social economy entity"), N_("A cooperative, association, mutual or social enterprise.")),
            (N_("Public body"), N_("An entity of a public administration.")),
            (N_("Provider"), N_("An entity that offers hours of help.")),
            (N_("Member"), N_("A natural person in the registry. Counts once in each campaign.")),
            (N_("Organizer"), N_("The entity that runs a campaign.")),
            (N_("Backer"), N_("An account with a pledge in a campaign.")),
            (N_("Payout account"), N_("The account to which a campaign's money is paid. Only it can name another.")),
            (N_("Beneficiary"), N_("The entity that is helped with pro-bono hours.")),
            (N_("Funder"), N_("A public body that put money into a pool.")),
            (N_("Registrar"), N_("The role that verifies, refuses and suspends entities and starts recoveries.")),
            (N_("Reviewer"), N_("The role that approves or rejects campaigns before they open.")),
            (N_("Treasurer"), N_("The role that accepts currencies and opens credit programmes, with a delay.")),
            (N_("Arbiter"), N_("The role that rules where people disagree. Nobody rules on an own case.")),
            (N_("Guardian"), N_("The role that may pause new business for 72 hours, and never a way out.")),
        ),
    ),
    (
        N_("Campaigns"),
        (
            (N_("Campaign"), N_("What is funded: fixed terms, a plan of milestones, pledges, a phase.")),
            (N_("Pledge"), N_("One account's commitment of money to one campaign, paid in when it is made.")),
            (N_("Goal"), N_("The amount below which a campaign fails and everybody gets everything back.")),
            (N_("Stretch goal"), N_("The amount at which pledging stops.")),
            (N_("Deadline"), N_("The time at which a campaign stops being open for pledges and withdrawals.")),
            (N_("Extension"), N_("Time after the deadline in which a campaign above its goal still takes pledges.")),
            (N_("Milestone"), N_("A part of a campaign's plan with a share of the money, a due date and a document.")),
            (N_("Claim"), N_("The organizer's statement, with evidence, that a milestone is reached.")),
            (N_("Objection"), N_("A backer's statement that a claim is without merit. Enough of them stop it.")),
            (N_("Ruling"), N_("An arbiter's decision on a stopped claim, with reasons: release or reject.")),
            (N_("Release"), N_("Booking a milestone's share for the organizer. Anyone may do it when it is due.")),
            (N_("Collect"), N_("Paying what is booked to the payout account.")),
            (N_("Withdrawal"), N_("A backer takes the whole pledge back while the campaign is open.")),
            (N_("Refund"), N_("A pledge, or the part of it that was not released, goes back to its backer.")),
            (N_("Termination"), N_("The end of delivery for good; backers get back their part of what is left.")),
            (N_("Escrow"), N_("Money held by the contract until release or refund. No role can move it.")),
        ),
    ),
    (
        N_("Public money"),
        (
            (N_("Match"), N_("Public money added to a pledge by a rule.")),
            (N_("Pool"), N_("Public money with a rule, a time and limits, from one or several public bodies.")),
            (N_("Call"), N_("Of a pledge: have public money reserved. What was called is the match.")),
            (N_("Reservation"), N_("What a pool owes a campaign. Nobody can take it back while it is owed.")),
            (N_("Quote"), N_("What a pledge would call now. You sign for the least that you accept.")),
            (N_("Provenance"), N_("Of public money: which pledge called it, and which milestone spent it.")),
        ),
    ),
    (
        N_("Credits and help"),
        (
            (N_("Credit"), N_("One hour of pro-bono help. Earned or granted, never bought, never cashed out.")),
            (N_("Programme"), N_("A source of credits: one issuer, a limit, a time.")),
            (N_("Coverage"), N_("The hours that providers promise, beside the credits that exist.")),
            (N_("Offer"), N_("Hours a provider promises until a time.")),
            (N_("Redemption"), N_("The exchange of credits for help, and the record of it.")),
            (N_("Attestation"), N_("The proof of help given: who helped whom, for how many hours.")),
        ),
    ),
    (
        N_("Marketplace"),
        (
            (N_("Listing"), N_("What a seller offers: terms, prices, stock.")),
            (N_("Order"), N_("One item, once it is paid into escrow.")),
            (
                N_("Delivery address"),
                N_(
                    "Where an order goes. Sealed between buyer and seller: the chain has a hash of it that can't be "
                    "guessed, and no server sees it."
                ),
            ),
            (N_("Leg"), N_("What an order pays in one means: money or credits. A refund mirrors both.")),
            (N_("Settlement"), N_("What both parties signed to end an order or a redemption, with a share.")),
        ),
    ),
    (
        N_("Proofs"),
        (
            (N_("Block"), N_("A page of the public ledger. Once it is final it is never replaced.")),
            (N_("Final"), N_("Of a record: its block can't be replaced any more.")),
            (N_("Proof"), N_("A file that shows that a record is in a block, to whoever knows the block's hash.")),
            (N_("Journal"), N_("A contract's count of its records, so that nobody can leave one out unnoticed.")),
            (N_("Reconciliation"), N_("Comparing this server's copy with what the contracts say.")),
        ),
    ),
)
"""Headings, each with its terms and what they mean."""
