"""What the scripts of pages with acts say: web/wallet/ names each by its key, and puts values in the places `{so}`.

Keys that end with `_what` and `_next` belong together: what happened, and what to do.
"""

from typing import Final

from web.words import N_

STATES: Final = {
    "connecting": N_("Waiting for your wallet: {wallet} asks whether this page may see your account."),
    "choose": N_("Choose the wallet to use."),
    "checking": N_("Checking what the contract says. Nothing is signed yet."),
    "ask_permit": N_("Waiting for your wallet: {wallet} asks to allow exactly {amount}, once. This costs nothing."),
    "ask_approval": N_("Waiting for your wallet: {wallet} asks to allow exactly {amount}, once. This costs gas."),
    "ask_signature": N_("Waiting for your wallet: {wallet} asks you to sign the settlement. This costs nothing."),
    "ask_request": N_("Waiting for your wallet: {wallet} asks you to sign the act itself. This costs nothing."),
    "ask_transaction": N_("Waiting for your wallet: {wallet} asks you to send the act. This costs gas."),
    "relay_waiting": N_("The lab's relay is still bringing your last act to the chain. This one follows by itself."),
    "relaying": N_("Signed. The lab's relay is bringing it to the chain."),
    "sent": N_("Sent. Waiting for a block. You may leave this page; nothing more is needed from you."),
    "in_block": N_("In block {block}. It becomes final within minutes."),
    "final": N_("Final, in block {block}. Nothing can undo it."),
    "back": N_("The chain took that block back. Your act waits for another block; nothing is lost."),
}
"""Where an act is, in the live region of its form."""

FAILURES: Final = {
    "no_wallet": (
        N_("This browser has no wallet."),
        N_("Open this page in your wallet's own browser, by the link or the picture below."),
    ),
    "rejected": (
        N_("You said no in your wallet. Nothing was sent."),
        N_("What you typed is still here. Send it again when you want to."),
    ),
    "locked": (
        N_("Your wallet is locked, or shows this page no account."),
        N_("Unlock the wallet, allow an account for this page, and send again."),
    ),
    "asking": (
        N_("Your wallet is already asking you something."),
        N_("Open the wallet, answer what it asks, and send again."),
    ),
    "wrong_chain": (
        N_("Your wallet is on another chain than this lab, {chain}."),
        N_("Switch the chain by the button here or in the wallet. What you typed is still here."),
    ),
    "balance_low": (
        N_("The account holds {held}, and {needed} are needed. Nothing was signed."),
        N_("Choose a smaller amount, or another account in your wallet."),
    ),
    "quote_fell": (
        N_("The public money for your pledge fell from {was} to {now} while you were here. Nothing was signed."),
        N_("Look at the new figure, and send again if you still want to."),
    ),
    "not_kept": (
        N_("This browser keeps nothing for pages, so that it would forget what only it may know. Nothing was signed."),
        N_("Allow this page to keep data in the browser's settings, or use another browser."),
    ),
    "not_party": (
        N_("This account is neither the seller's nor the buyer's. Nothing was signed."),
        N_("Choose the account of one of them in your wallet."),
    ),
    "needs_gas": (
        N_("{currency} needs gas: it can't be moved by a signature alone."),
        N_(
            "Send it from your wallet, which then pays the gas, and asks you for the leave first and for the act after."
        ),
    ),
    "relay_down": (
        N_("The lab's relay, which pays the gas for you, does not answer. Nothing was sent."),
        N_("Send it from your own wallet, which then pays the gas, or try again later."),
    ),
    "relay_busy": (
        N_("The lab's relay is still about another act of yours. Nothing of this one was sent."),
        N_("Send it again in a few minutes, or from your own wallet, which then pays the gas."),
    ),
    "relay_silent": (
        N_("The lab's relay was given your act, and does not answer any more. It may still bring it to the chain."),
        N_("Look at “My page” in a few minutes, or send what you signed from your wallet: it is done only once."),
    ),
    "carried": (
        N_("What you signed was carried to the chain meanwhile, or another act of yours came before it."),
        N_("Look at “My page”. If it is not there, fill in the form once more."),
    ),
    "relay_refused": (
        N_("The lab's relay does not carry this. Nothing was sent."),
        N_("Its reason stands below. You can send it from your own wallet, which then pays the gas."),
    ),
    "node_down": (
        N_("The node that your wallet uses does not answer."),
        N_("Nothing was sent. Try again in a minute, or choose another node in the wallet's settings."),
    ),
    "index_down": (
        N_("Our own index does not answer, so that we can't see what became of it."),
        N_("Your act is not lost by that. Look at this page again in a minute."),
    ),
    "refused": (
        N_("The contract refused, and gave a reason that this page does not know. Nothing was sent."),
        N_("Load the page again; if it stays like this, tell the lab the code below."),
    ),
    "reverted": (
        N_("The chain took it, and the contract refused. No money moved."),
        N_("Load the page again and look whether it is still possible."),
    ),
    "not_stored": (
        N_("It is on the chain, but the document {name} could not be stored. {reason}"),
        N_("This browser keeps it. On any page with your wallet you can try again, or save it as a file."),
    ),
    "unexpected": (
        N_("Your wallet answered with something that this page does not know. Probably nothing was sent."),
        N_("Look into the wallet's own list of acts, then try again."),
    ),
}
"""What stopped an act."""

FAULTS: Final = {
    "missing": N_("“{label}” is empty: fill it in."),
    "not_amount": N_("“{label}” is no amount: write digits, and one point or comma before the parts of a unit."),
    "too_fine": N_("“{label}” has more than {decimals} digits after the point: leave some out."),
    "too_small": N_("“{label}” is too small: at least {min}."),
    "too_large": N_("“{label}” is too large: at most {max}."),
    "too_long": N_("“{label}” is too long: at most {max} letters."),
    "not_integer": N_("“{label}” is no whole number: write digits only."),
    "not_address": N_("“{label}” is no account: write 0x and 40 digits or letters from a to f."),
    "not_bytes": N_(
        "“{label}” is no signature: it begins with 0x, and digits and letters from a to f follow in pairs."
    ),
    "not_hash": N_("“{label}” is no hash: write 0x and 64 digits or letters from a to f."),
    "not_link": N_("“{label}” is no link: it begins with https:// and has no spaces in it."),
    "not_time": N_("“{label}” is no date: choose one."),
    "not_code": N_("“{label}” is no code: at most {length} letters and digits."),
    "not_picture": N_("“{label}” is no picture that can be taken: choose a PNG, JPEG or WebP."),
    "picture_broken": N_("“{label}” is damaged or cut off: save or send it anew, and choose it again."),
    "picture_moves": N_("“{label}” moves: choose a still picture."),
    "file_too_large": N_("“{label}” is too large: at most {max} KB."),
}
"""What is wrong with a field."""

PARTS: Final = {
    "connected": N_("{wallet}, account {account}"),
    "use": N_("Use {wallet}"),
    "switch": N_("Switch to {chain}"),
    "send_directly": N_("Send it from my wallet"),
    "send_signed": N_("Send what I signed from my wallet"),
    "store": N_("Store it now"),
    "storing": N_("Storing…"),
    "stored": N_("is stored."),
    "save": N_("Save it as a file"),
    "forget": N_("Forget it"),
    "days": N_("{count} days"),
    "hours": N_("{count} hours"),
}

WORDS: Final[dict[str, str]] = {
    **STATES,
    **{f"{key}_what": what for key, (what, _) in FAILURES.items()},
    **{f"{key}_next": to_do for key, (_, to_do) in FAILURES.items()},
    **FAULTS,
    **PARTS,
}
"""All of them, by key."""
