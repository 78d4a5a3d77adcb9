# kernel: cloud
# Where fido_id is missing or masked, our second rule still knows a key by its report descriptor.
. /verbs.sh
node=/dev/hidraw0

ln -s /dev/null /etc/udev/rules.d/60-fido-id.rules
udevadm control --reload
modprobe uhid
plug_key --uhid
check "the key gets a node" plugged $node
check "the node belongs to the group" equals "$(mode_of $node)" "root firstkey 660"
check "the ACL names who has the seat and nobody else" equals "$(acl_users $node)" "seated rw-"
check "it counts as a FIDO key from here on" \
  contains "$(udevadm info --query=property "$node")" "ID_FIDO_TOKEN=1"
check "anybody else does not open it" is_denied stranger $node
pull_key
finish
