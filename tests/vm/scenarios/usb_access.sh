# kernel: amd64
# A key on USB: rights as on any bus, and Debian's own libfido2 finds it, names it and talks to it, in
# the accounts that may.
. /verbs.sh
node=/dev/hidraw0

lists_key() { as "$1" fido2-token -L; }

modprobe -a usbhid vhci_hcd
plug_key --usb
check "the key gets a node" plugged $node
check "the node belongs to the group" equals "$(mode_of $node)" "root firstkey 660"
check "the ACL names who has the seat and nobody else" equals "$(acl_users $node)" "seated rw-"
check "USB tells who made it" contains "$(lists_key member)" "(firstkey firstkey software key)"
check "who has the seat finds it" contains "$(lists_key seated)" "$node: vendor=0x1209"
check "libfido2 hides it from anybody else" equals "$(lists_key stranger)" ""
check "anybody else does not open it" is_denied stranger $node
check "libfido2 talks to it" contains "$(as member fido2-token -I $node)" "FIDO_2_1"

replug_key
check "pulled out, the node goes" unplugged $node
check "plugged in, it comes back" plugged $node
check "libfido2 talks to it again" contains "$(as seated fido2-token -I $node)" "FIDO_2_1"

pull_key
check "pulled out for good, the node goes" unplugged $node
finish
