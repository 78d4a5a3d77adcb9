#pragma once
// The commands of audit that are about whether the trail is whole: verify, sign and key.

#include "enroll/app/commands.h"

namespace firstkey::enroll {

void add_audit_head_commands(CLI::App& audit, Invocation& invocation);

}  // namespace firstkey::enroll
