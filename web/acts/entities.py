"""Who takes part: registering, one's own entity and its account, and the registrar's acts."""

from dataclasses import replace
from typing import Final

from api.entities import KIND_BITS
from web.acts.delayed import announcement
from web.acts.model import Act, Field, Kind, given, salt, sealed, typed
from web.acts.texts import LANGUAGE, LINE, LINKED, LINKS, REASON, REASON_FIELDS, translations, written
from web.words import N_

REGISTRY: Final = "EntityRegistry"
NOBODY: Final = "0x0000000000000000000000000000000000000000"
SSE, PUBLIC_BODY, PROVIDER, MEMBER = KIND_BITS.values()
KINDS: Final = (
    (str(SSE), N_("Social and solidarity economy entity: runs campaigns, sells, asks for help")),
    (str(PUBLIC_BODY), N_("Public body: runs campaigns, adds public money")),
    (str(PROVIDER), N_("Provider: gives hours of pro-bono help")),
)
"""What an organisation is; several may hold."""
ANY_KIND: Final = (*KINDS, (str(MEMBER), N_("Member: a natural person, and nothing else")))

ABOUT: Final = Field(
    name="about",
    label=N_("Who you are and what you do"),
    kind=Kind.PROSE,
    hint=N_("Plain text; everybody can read it."),
)
PROFILE_FIELDS: Final = (
    LANGUAGE,
    Field(name="name", label=N_("Name"), most=LINE, autocomplete="organization"),
    Field(name="place", label=N_("Town or region"), most=LINE, required=False),
    ABOUT,
    translations(ABOUT),
    LINKS,
)
PROFILE: Final = written("profile", lines=("about",), name=typed("name"), place=typed("place"), links=LINKED)

REGISTER: Final = Act(
    contract=REGISTRY,
    function="register",
    args=(typed("kinds"), PROFILE),
    title=N_("Register an organisation"),
    says=N_("Your wallet's account will act for it. The registrar then checks that you are who you say."),
    fields=(Field(name="kinds", label=N_("What it is"), kind=Kind.FLAGS, choices=KINDS), *PROFILE_FIELDS),
    button=N_("Register"),
    then=N_("The registrar sees it and verifies or refuses it. “My entity” shows how far it is."),
    draft=True,
)
REGISTER_MEMBER: Final = Act(
    contract=REGISTRY,
    function="register",
    args=(MEMBER, sealed({"type": "member-profile", "salt": salt("profile")})),
    title=N_("Register as a member"),
    says=N_(
        "A member is a natural person, counted once where people decide. Nothing about you is written down here or on "
        "the chain, only that this account is a member's; the registrar meets you elsewhere."
    ),
    button=N_("Register as a member"),
    then=N_("The registrar verifies you once you have met. “My entity” shows how far it is."),
)
UPDATE_PROFILE: Final = Act(
    contract=REGISTRY,
    function="updateProfile",
    args=(PROFILE,),
    title=N_("Write the profile anew"),
    says=N_("The new text takes the place of the old one. That there was one stays on the record."),
    fields=PROFILE_FIELDS,
    button=N_("Publish the profile"),
    then=N_("The entity's page shows the new profile."),
    draft=True,
)
PROPOSE_ACCOUNT: Final = Act(
    contract=REGISTRY,
    function="proposeAccount",
    args=(typed("account"),),
    title=N_("Hand the entity to another account"),
    says=N_(
        "Name the account that takes over; it has to accept. Money does not move: pledges and payments stay with the "
        "accounts that made them or were named for them."
    ),
    fields=(Field(name="account", label=N_("Account that takes over"), kind=Kind.ADDRESS),),
    button=N_("Propose this account"),
    then=N_("The other account now accepts on its page “My entity”. Until then nothing has changed."),
)
WITHDRAW_PROPOSAL: Final = Act(
    contract=REGISTRY,
    function="proposeAccount",
    args=(NOBODY,),
    title=N_("Take the proposal back"),
    says=N_("The proposed account can't take over any more."),
    button=N_("Take the proposal back"),
    then=N_("Only this account acts for the entity."),
)
ACCEPT_ACCOUNT: Final = Act(
    contract=REGISTRY,
    function="acceptAccount",
    args=(given("entity"),),
    title=N_("Take over"),
    says=N_("From then on this account acts for the entity, and the old one no longer does."),
    button=N_("Accept"),
    then=N_("This account acts for the entity."),
)
VETO_RECOVERY: Final = Act(
    contract=REGISTRY,
    function="vetoRecovery",
    args=(given("entity"),),
    title=N_("Stop the recovery"),
    says=N_("You still have the key, so nobody needs to recover the entity. No other recovery can start for 90 days."),
    button=N_("Stop it"),
    then=N_("The recovery is stopped. If you did not ask for it, tell the lab."),
)
FINISH_RECOVERY: Final = Act(
    contract=REGISTRY,
    function="finishRecovery",
    args=(given("entity"),),
    title=N_("Finish the recovery"),
    says=N_("Nobody stopped it in 30 days. Anybody may send this; the new account then acts for the entity."),
    button=N_("Finish it"),
    then=N_("The new account acts for the entity. No money moved."),
)

VERIFY: Final = Act(
    contract=REGISTRY,
    function="verify",
    args=(given("entity"), typed("kinds"), typed("until")),
    title=N_("Verify"),
    says=N_("You have checked that it is who it says. A verified entity may act until the day below."),
    fields=(
        Field(name="kinds", label=N_("As what"), kind=Kind.FLAGS, choices=ANY_KIND),
        Field(name="until", label=N_("Verified until"), kind=Kind.DATE, hint=N_("The beginning of this day, in UTC.")),
    ),
    button=N_("Verify"),
    then=N_("It may act now, and renews here before the day comes."),
    gasless=False,
)
REFUSE: Final = Act(
    contract=REGISTRY,
    function="refuse",
    args=(given("entity"), REASON),
    title=N_("Refuse"),
    says=N_("This registration ends for good. The account may register again."),
    fields=REASON_FIELDS,
    button=N_("Refuse"),
    then=N_("The entity's page shows the reasons."),
    gasless=False,
)
SUSPEND: Final = Act(
    contract=REGISTRY,
    function="suspend",
    args=(given("entity"), typed("until"), REASON),
    title=N_("Suspend"),
    says=N_(
        "For a day at least, and at most 60 of any 180 days. It ends by itself. Entry acts stop; what is promised can "
        "still be delivered, and everybody's way out stays open."
    ),
    fields=(Field(name="until", label=N_("Until"), kind=Kind.TIME, hint=N_("In UTC.")), *REASON_FIELDS),
    button=N_("Suspend"),
    then=N_("It may start nothing new until then. Its page shows the reasons."),
    gasless=False,
)
REVOKE: Final = Act(
    contract=REGISTRY,
    function="revoke",
    args=(given("entity"), REASON),
    title=N_("Revoke"),
    says=N_("The entity ends for good; its campaigns that are not at work yet are canceled."),
    fields=REASON_FIELDS,
    button=N_("Revoke"),
    then=N_("The entity is revoked. What it owes to others stays due, and every refund stays possible."),
    gasless=False,
)
ANNOUNCE_REVOCATION: Final = replace(announcement(REVOKE), title=N_("Announce that it will be revoked"))
START_RECOVERY: Final = Act(
    contract=REGISTRY,
    function="startRecovery",
    args=(given("entity"), typed("account")),
    title=N_("Start a recovery"),
    says=N_(
        "For an entity whose key is lost. Its present account has 30 days to stop it; then anybody may finish it. No "
        "money moves."
    ),
    fields=(Field(name="account", label=N_("Account that takes over"), kind=Kind.ADDRESS),),
    button=N_("Start the recovery"),
    then=N_("Every page of the entity now says so loudly, until it is stopped or finished."),
    gasless=False,
)

ACTS: Final = (
    *(REGISTER, REGISTER_MEMBER, UPDATE_PROFILE, PROPOSE_ACCOUNT, WITHDRAW_PROPOSAL, ACCEPT_ACCOUNT),
    *(VETO_RECOVERY, FINISH_RECOVERY, VERIFY, REFUSE, SUSPEND, REVOKE, ANNOUNCE_REVOCATION, START_RECOVERY),
)
