# A key pulled out and plugged in again at each step of an enrollment. Read after terminal.sh. The key
# is touched by touch_key alone and keeps its state in a file.

# survives_removals: an enrollment that has heard key_inserted and choose_pin goes on to its end.
survives_removals() {
  replug_key
  check "pulled while its first PIN is asked for" hear key_removed insert_key
  check "it is asked for again" hear key_inserted choose_pin
  check "the PIN is set" choose_pin
  check "a touch is wanted" hear pin_set touch_needed
  replug_key
  check "pulled while a touch is wanted" hear key_removed insert_key
  check "the PIN was forgotten, and is asked for" hear key_inserted pin_needed
  replug_key
  check "pulled while the PIN is asked for" hear key_removed insert_key
  check "it is asked for again" hear key_inserted pin_needed
  type_line $pin
  check "a touch is wanted again" hear touch_needed
  touch_key
  check "the credential is made" hear verifying
  pull_key
  check "pulled before its verdict or its proof, it is needed once more" see_event proof_needed
  plug_again
  check "the PIN was kept for it, and a touch is wanted" hear key_inserted proving touch_needed
  replug_key
  check "pulled during the proof" hear key_removed proof_needed
  check "the PIN is not kept twice" hear key_inserted pin_needed
  type_line $pin
  check "a touch is wanted for the proof" hear proving touch_needed
  touch_key
  check "it is proved" hear completed
  type_line n
  check "that is all" hear finished
  check "and well" stand_up
}

# gives_up_proof USER: of Ana's enrollment, whose key was pulled during the proof, nothing is left.
gives_up_proof() {
  sit_down "$1" ana "$first_passcode"
  check "Ana's PIN is asked for" see_event pin_needed
  type_line $pin
  check "a touch is wanted" hear touch_needed
  touch_key
  check "and one for the proof" hear verifying stored proving touch_needed
  pull_key
  check "pulled during the proof" hear key_removed proof_needed
  interrupt
  check "given up, nothing is registered" hear proof_failed withdrawn orphaned cancelled
  check "it was cancelled" fails stand_up
  check "by its person" equals "$status" 130
}
