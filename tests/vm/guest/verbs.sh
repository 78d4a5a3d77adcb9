# The words scenarios are written in. A check that fails is told and counted, and the scenario goes
# on; `finish` at its end turns the count into the result.
failures=0
patience=60  # seconds; only a scenario that fails waits as long

# check SENTENCE COMMAND...: the command must succeed.
check() {
  sentence=$1
  shift
  if "$@" >/tmp/check.out 2>&1; then
    echo "ok: $sentence"
  else
    echo "FAILED: $sentence: $*"
    sed 's/^/    /' /tmp/check.out
    failures=$((failures + 1))
  fi
}

# as USER COMMAND...: in that account, with its groups. The words come through unchanged.
as() {
  user=$1
  shift
  su -s /bin/sh "$user" -c 'exec "$@"' -- sh "$@"
}

# can_open USER NODE: for reading and writing.
can_open() { as "$1" sh -c ': <>"$0"' "$2"; }
# is_denied USER NODE: for want of permission and nothing else.
is_denied() { contains "$(can_open "$1" "$2" 2>&1)" "Permission denied"; }

# mode_of NODE: "root firstkey 660"; acl_users NODE: who is named in its ACL, and with what.
mode_of() { stat -c '%U %G %a' "$1"; }
acl_users() { getfacl -p -c "$1" 2>/dev/null | sed -n 's/^user:\([^:][^:]*\):\(...\).*/\1 \2/p'; }

equals() {
  [ "$1" = "$2" ] && return 0
  echo "is '$1', wanted '$2'"
  return 1
}
contains() {
  case $1 in *"$2"*) return 0 ;; esac
  echo "'$1' lacks '$2'"
  return 1
}

lacks() { ! contains "$1" "$2" >/dev/null || { echo "'$1' has '$2'"; return 1; }; }
fails() { ! "$@"; }

# plugged NODE, unplugged NODE: as udev tells it, rules and all.
plugged() { udevadm wait --timeout=$patience "$1"; }
unplugged() { udevadm wait --timeout=$patience --removed "$1"; }

# plug_key OPTION...: starts the software key in the background, its process in $key.
plug_key() {
  firstkey-softkey "$@" >/tmp/key.log 2>&1 &
  key=$!
}
# pull_key: ends it, which is pulling it out for good.
pull_key() {
  kill -TERM "$key"
  wait "$key"
}
# replug_key: out, and in again after a second.
replug_key() { kill -USR2 "$key"; }

finish() {
  [ "$failures" -eq 0 ] || sed 's/^/key: /' /tmp/key.log
  exit "$failures"
}
