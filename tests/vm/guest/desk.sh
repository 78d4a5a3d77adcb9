# What people do with firstkey, for scenarios. Each account has a store of its own; $key_options says
# how the key is named to firstkey. Read after verbs.sh.
pin=2468
key_options=

# firstkey_as USER ARGUMENT...: on that account's store.
firstkey_as() {
  account=$1
  shift
  as "$account" env FIRSTKEY_STORE="/tmp/desk-$account/firstkey.db" firstkey "$@"
}
# member_of JSON NAME: the text or number it has under that name.
member_of() { echo "$1" | sed -n 's/.*"'"$2"'":"\{0,1\}\([^",}]*\).*/\1/p'; }

# open_desk USER: sets up a store with Lee in it, whose keys may be simulated. Ana set it up; the
# passcode for her own first key is in $first_passcode.
open_desk() {
  echo '{"allowSimulators":true}' >/tmp/key-policy
  as "$1" mkdir -m 700 "/tmp/desk-$1" &&
    first_passcode=$(member_of "$(firstkey_as "$1" --json init --rp-id example.org \
      --user ana@example.org)" temporaryAccessPass) &&
    firstkey_as "$1" user add lee@example.org --name "Lee Osei" &&
    firstkey_as "$1" policy set keys /tmp/key-policy
}
# issue_pass USER: a pass for Lee; its passcode in $passcode.
issue_pass() {
  passcode=$(member_of "$(firstkey_as "$1" --json pass create lee@example.org --one-time)" \
    temporaryAccessPass)
  [ -n "$passcode" ]
}
# enroll_unattended USER: with $passcode and $pin; its status, what it printed in $report and the
# names of its events in $story.
enroll_unattended() {
  # shellcheck disable=SC2086  # options are words
  report=$(printf '%s\n%s\n' "$passcode" "$pin" | firstkey_as "$1" --json enroll lee@example.org \
    --events --passcode-fd 0 --pin-fd 0 $key_options 2>/tmp/events)
  status=$?
  story=$(sed -n 's/.*"event":"\([a-z_]*\)".*/\1/p' /tmp/events | tr '\n' ' ')
  [ "$status" -eq 0 ] || cat /tmp/events
  return "$status"
}
