#!/usr/bin/env bash
# The main job on the offline tenant, each command shown before it runs. `make demo` starts it with
# the environment and the engine on PATH.
set -euo pipefail
cd "$(dirname "$0")/.."

for command in mailgrant pulumi; do
    command -v "$command" >/dev/null || {
        printf 'The demo needs `%s` on PATH: start it with `make demo`, which sets everything up.\n' "$command" >&2
        exit 1
    }
done

step=""
ended() {
    local code=$?
    [ "$code" -eq 0 ] && return
    printf '\nThe demo stopped at: %s (exit code %s).\n' "$step" "$code" >&2
    printf '  What went wrong stands right above.\n' >&2
    printf '  The tenant:       .venv/bin/mailgrant offline status\n' >&2
    printf '  A fresh start:    make clean; make demo\n' >&2
}
# Not ERR: that trap is silent inside functions, and speaks twice with errtrace.
trap ended EXIT

say() { printf '\n==> %s\n' "$*"; }
run() {
    step=$*
    printf '    $ %s\n' "$*"
    "$@"
}

say "Starting the offline tenant: a Microsoft 365 tenant in one process on this machine"
run mailgrant offline start

say "Pointing this shell at it"
step='eval "$(mailgrant offline env)"'
printf '    $ %s\n' "$step"
exports=$(mailgrant offline env)
eval "$exports"

say "Putting into the tenant what stacks/Pulumi.offline.yaml declares"
run pulumi stack select --create offline
# Not interactive: one line an event, which stays readable in a log and when scrolling back.
run pulumi up --yes --skip-preview --non-interactive
changes=$(pulumi stack history --json --page-size 1)
grep -qE '"(create|update|delete|replace)": ' <<<"$changes" ||
    say "Nothing changed: the tenant was already what the stack declares"

say "What the stack holds now"
step="pulumi stack"
printf '    $ pulumi stack      (its outputs stand above)\n'
pulumi stack | sed -n '/TYPE/,/^$/p'

say "Proving it: a token, a real login for each client, mailbox and protocol, and a message sent"
run mailgrant verify --send

cat <<'EOF'

==> What to try next
    eval "$(.venv/bin/mailgrant offline env)"    point your own shell at the tenant, then:
    pulumi preview                      nothing to change
    $EDITOR stacks/Pulumi.offline.yaml  give the client one mailbox more, or take one away
    pulumi preview; pulumi up           one line a mailbox in the difference, one write in Exchange
    mailgrant verify                    the logins again
    pulumi stack output clients         what a program needs to log in   (--show-secrets: the secret, too)
    mailgrant offline stats             every call that the tenant has seen
    pulumi destroy                      takes back what was granted
    mailgrant offline stop              stops the tenant; its state is kept (reset empties it)
EOF
