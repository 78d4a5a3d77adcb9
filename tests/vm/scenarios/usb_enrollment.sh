# kernel: amd64
# The whole main job on USB, in three accounts: the seat's, whose key comes late and is pulled out at
# each step; the group's; and one that may not open it. Nothing tells this key from a real one.
. /verbs.sh
. /desk.sh
. /terminal.sh
. /accounts.sh
. /removals.sh
node=/dev/hidraw0
plug_again() { plug_usb --touch signal; }
plug_usb() { plug_key --usb --state /tmp/key --aaguid 2fc0579f-8113-47ea-b116-bb5a8db9202a "$@"; }

modprobe -a usbhid vhci_hcd
check "a desk is opened" open_desk seated
check "a pass is issued" issue_pass seated
sit_down seated lee "$passcode"
check "without a key one is asked for" see_event insert_key

udevadm monitor --udev --subsystem-match=hidraw >/tmp/udev &
monitor=$!
plug_again
check "plugged in, it is found" see_event key_inserted
read -r found _ </proc/uptime
kill $monitor
ready=$(sed -n 's/^UDEV *\[\([0-9.]*\)\] add .*/\1/p' /tmp/udev)
told=$(awk "BEGIN { print $found - $ready }")
echo "measured: the key is told $told s after udevd was done with it"
check "within 5 s of udevd, on an emulated processor" test "${told%.*}" -lt 5

check "its first PIN is asked for" hear choose_pin
survives_removals
gives_up_proof seated

plug_usb
check "the key is back" plugged $node
key_options="--device $node"
enrolls member pin_needed
is_told_why stranger
pull_key
finish
