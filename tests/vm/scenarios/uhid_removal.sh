# kernel: cloud
# A key on /dev/uhid pulled out and plugged in again at each step of an enrollment.
. /verbs.sh
. /desk.sh
. /terminal.sh
. /removals.sh
node=/dev/hidraw0
key_options="--device $node"  # made by a program, it counts as simulated, and those are named
plug_again() { plug_key --uhid --state /tmp/key --touch signal; }

modprobe uhid
plug_again
check "the key gets a node" plugged $node
check "a desk is opened" open_desk member
check "a pass is issued" issue_pass member
sit_down member lee "$passcode"
check "the first PIN is asked for" hear key_inserted choose_pin
survives_removals
gives_up_proof member
finish
