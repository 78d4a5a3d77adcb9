# One enrollment at a terminal, heard event by event. Debian's script gives the terminal; what is
# typed goes through one pipe, what is shown comes through another. Read after desk.sh.

# sit_down USER WHOSE PASSCODE: starts `firstkey enroll` in that account and enters the passcode.
sit_down() {
  mkfifo /tmp/typed /tmp/shown
  as "$1" env FIRSTKEY_STORE="/tmp/desk-$1/firstkey.db" TERM=dumb script -qefc \
    "firstkey enroll $2@example.org --events $key_options" /dev/null </tmp/typed >/tmp/shown 2>&1 &
  person=$!
  exec 3>/tmp/typed 4</tmp/shown
  is_lost=
  type_line "$3"
}
type_line() { printf '%s\n' "$1" >&3; }
interrupt() { printf '\003' >&3; }

# see TEXT: reads on to a line with TEXT in it, which is $line then. Once one was missing all that is
# looked for later fails at once, or each would wait for it.
see() {
  [ -z "$is_lost" ] || { echo "not looked for: the story had gone another way"; return 1; }
  while read -r -t "$patience" line <&4; do
    echo "$line"
    case $line in *"$1"*) return 0 ;; esac
  done
  is_lost=yes
  echo "'$1' did not come"
  return 1
}
# see_event EVENT: sooner or later. hear EVENT...: they come next, and none between them.
see_event() { see '"event":"'"$1"'"'; }
hear() {
  for wanted; do
    see '"event":"' || return 1
    [ "$(member_of "$line" event)" = "$wanted" ] && continue
    is_lost=yes
    echo "wanted $wanted"
    return 1
  done
}
# choose_pin: enters it twice, the second time once the first was taken.
choose_pin() {
  type_line $pin
  see "New PIN" && type_line $pin
}
# stand_up: waits for the end of the enrollment; its exit status.
stand_up() {
  [ -z "$is_lost" ] || interrupt
  exec 3>&-
  cat <&4
  exec 4<&-
  wait "$person"
  status=$?
  rm /tmp/typed /tmp/shown
  return "$status"
}
touch_key() { kill -USR1 "$key"; }
