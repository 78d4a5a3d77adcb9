# The main job, by account. Read after terminal.sh; the key is at $node.

# enrolls USER EVENTS: from `init` to a proved credential, with EVENTS about its PIN.
enrolls() {
  check "$1: the key is there and ready" lacks "$(firstkey_as "$1" key list --json)" NoAccess
  check "$1: it says what it is" contains "$(firstkey_as "$1" key info --json)" '"isFido2":true'
  check "$1: a desk is opened" open_desk "$1"
  check "$1: a pass is issued" issue_pass "$1"
  check "$1: it becomes a registered key" enroll_unattended "$1"
  check "$1: each step is told" equals "$story" \
    "key_inserted $2 verifying stored proving completed finished "
  check "$1: the credential is proved" equals "$(member_of "$report" isProven)" true
}

# is_told_why USER: that the key is there, why it cannot be used and what to do; and no pass is spent.
is_told_why() {
  remedy="join the group firstkey"
  listed=$(firstkey_as "$1" key list --json)
  check "$1: the key is seen" contains "$listed" "\"path\":\"$node\""
  check "$1: why it cannot be used" contains "$listed" '"code":"NoAccess"'
  check "$1: what to do" contains "$listed" "$remedy"
  described=$(firstkey_as "$1" key info --json)
  check "$1: it does not say what it is" equals "$?" 5
  check "$1: for want of access" equals "$(member_of "$described" code)" no_access
  check "$1: a desk is opened" open_desk "$1"
  check "$1: a pass is issued" issue_pass "$1"
  check "$1: a script does not enroll" fails enroll_unattended "$1"
  check "$1: for want of a usable key" equals "$status" 5
  check "$1: which is no access" equals "$(member_of "$report" code)" no_access
  check "$1: what to do is told there too" contains "$report" "$remedy"
}

# is_let_in USER: at a terminal the key is used where it is, once the ACL names the account, as when
# a seat becomes active. No event of udev tells it.
is_let_in() {
  sit_down "$1" lee "$passcode"
  check "$1: at a terminal the obstacle is told" see_event key_obstructed
  check "$1: with what to do" contains "$line" "$remedy"
  setfacl -m "u:$1:rw" $node
  check "$1: the key is found where it is" see_event key_inserted
  check "$1: its PIN is asked for" hear pin_needed
  type_line $pin
  check "$1: it is registered" hear verifying stored proving completed
  type_line n
  check "$1: that is all" hear finished
  check "$1: and well" stand_up
}
