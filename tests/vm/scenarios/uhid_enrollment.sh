# kernel: cloud
# The whole main job on a hidraw node of this kernel, in three accounts: the group's, the seat's, and
# one that may not open the key, is told so instead of "no key", and is then let in.
. /verbs.sh
. /desk.sh
. /terminal.sh
. /accounts.sh
node=/dev/hidraw0
key_options="--device $node"  # made by a program, it counts as simulated, and those are named

modprobe uhid
plug_key --uhid
check "the key gets a node" plugged $node
enrolls member "choose_pin pin_set"
enrolls seated pin_needed
is_told_why stranger
is_let_in stranger
pull_key
finish
