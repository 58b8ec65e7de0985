# Prints the targets of a Makefile that have a `##` comment, under the headings of its `##@` lines.
BEGIN { FS = ":.*## " }
/^##@ / { printf "\n%s\n", substr($0, 5); next }
/^[a-z][a-z-]*:.*## / { printf "  make %-12s %s\n", $1, $2 }
