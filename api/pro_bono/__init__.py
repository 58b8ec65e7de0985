"""Pro-bono help: hours that providers promise, redemptions of credits for them, and proof of the help given."""
