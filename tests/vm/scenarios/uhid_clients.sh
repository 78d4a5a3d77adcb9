# kernel: cloud
# A client nobody here wrote, Debian's fido2-tools, on a key of this kernel: it sets and changes the
# PIN, makes credentials and verifies them, signs in and verifies that, manages, configures, resets.
. /verbs.sh
node=/dev/hidraw0
pin=2468
hash=$(head -c 32 /dev/urandom | base64)

# with_pin PIN COMMAND...: in the group's account, the PIN on its standard input.
with_pin() {
  typed=$1
  shift
  printf '%s\n' "$typed" | as member "$@"
}
# says: what the key tells of itself.
says() { as member fido2-token -I $node; }

# makes TYPE [OPTION], signs_in TYPE OPTION...: what the key gives is in /tmp/TYPE.made and TYPE.given.
makes() {
  printf '%s\n' "$hash" example.org "$1" "$(printf '%s' "$1" | base64)" >/tmp/ask
  with_pin $pin fido2-cred -M -rh -c 2 ${2-} -i /tmp/ask -o "/tmp/$1.made" $node "$1"
}
verifies_made() { as member fido2-cred -V -vh -c 2 -i "/tmp/$1.made" -o "/tmp/$1.verified" "$1"; }
signs_in() {
  made=$1
  shift
  printf '%s\n' "$hash" example.org "$(head -n 1 "/tmp/$made.verified")" >/tmp/ask
  tail -n +2 "/tmp/$made.verified" >"/tmp/$made.pem"
  with_pin $pin fido2-assert -G -p "$@" -i /tmp/ask -o "/tmp/$made.given" $node
}
verifies_given() { as member fido2-assert -V -pv -i "/tmp/$1.given" "/tmp/$1.pem" "$1"; }
count_credentials() { with_pin $pin fido2-token -L -k example.org $node | grep -c '^[0-9][0-9]:'; }
# spoil FILE: the hash of other client data, which comes first there.
spoil() { sed -i "1s:.*:$(head -c 32 /dev/urandom | base64):" "$1"; }

modprobe uhid
plug_key --uhid
check "the key gets a node" plugged $node
check "it is listed" contains "$(as member fido2-token -L)" "$node: vendor=0x1209"
check "it has no PIN yet" contains "$(says)" noclientPin
check "a PIN is set" with_pin "1357
1357" fido2-token -S $node
check "and changed" with_pin "1357
$pin
$pin" fido2-token -C $node
check "it has one now" lacks "$(says)" noclientPin
check "the old one is not taken" fails with_pin 1357 fido2-token -L -r $node
check "which costs an attempt" contains "$(says)" "pin retries: 7"

for type in es256 eddsa rs256; do
  check "$type: a credential is made" makes $type -v
  check "$type: its attestation is verified" verifies_made $type
  check "$type: it signs in" signs_in $type -v
  check "$type: the signature is verified" verifies_given $type
done
spoil /tmp/es256.made
check "a credential is not verified with other client data" fails verifies_made es256
spoil /tmp/es256.given
check "nor is an assertion" fails verifies_given es256

printf '%s\n' "$hash" example.org >/tmp/ask
check "it signs in without being told a credential" \
  with_pin $pin fido2-assert -G -r -pv -i /tmp/ask -o /tmp/found $node
check "user verification is always wanted" with_pin $pin fido2-token -S -u $node
check "which it says" lacks "$(says)" noalwaysUv
check "a longer PIN is demanded" with_pin $pin fido2-token -S -l 6 $node
check "which it says as well" contains "$(says)" "minpinlen: 6"

replug_key
check "pulled out, the node goes" unplugged $node
check "plugged in, it comes back" plugged $node
check "it is reset" as member fido2-token -R $node
check "the PIN is gone" contains "$(says)" noclientPin
pull_key
check "pulled out for good, the node goes" unplugged $node

# libfido2 1.12 manages credentials by the number the command had before CTAP 2.1 was final.
plug_key --uhid --preview
check "a key from before then gets a node" plugged $node
check "a PIN is set on it" with_pin "$pin
$pin" fido2-token -S $node
check "a credential is made on it" makes es256
check "and verified" verifies_made es256
check "it signs in" signs_in es256 -t pin=true
check "and that is verified" verifies_given es256
check "its relying party is listed" \
  contains "$(with_pin $pin fido2-token -L -r $node)" example.org
check "it is listed" equals "$(count_credentials)" 1
check "it is deleted" with_pin $pin fido2-token -D -i "$(head -n 1 /tmp/es256.verified)" $node
check "and signs in no more" fails signs_in es256 -t pin=true
pull_key
finish
