# kernel: cloud
# A key on /dev/uhid: the group's account and whoever has the seat can open it, nobody else can, and
# that holds again after it was pulled out and plugged in.
. /verbs.sh
node=/dev/hidraw0

# access_is_right WHEN
access_is_right() {
  check "$1: the node belongs to the group" equals "$(mode_of $node)" "root firstkey 660"
  check "$1: the ACL names who has the seat and nobody else" equals "$(acl_users $node)" "seated rw-"
  check "$1: the group's account opens it" can_open member $node
  check "$1: who has the seat opens it" can_open seated $node
  check "$1: anybody else does not" is_denied stranger $node
}

modprobe uhid
plug_key --uhid
check "the key gets a node" plugged $node
access_is_right "plugged in"

replug_key
check "pulled out, the node goes" unplugged $node
check "plugged in, it comes back" plugged $node
access_is_right "plugged in again"

pull_key
check "pulled out for good, the node goes" unplugged $node
finish
