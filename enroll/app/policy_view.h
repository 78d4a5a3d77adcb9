#pragma once
// The policies as people read them.

#include "core/key_policy.h"
#include "core/policy.h"
#include "enroll/app/output.h"

namespace firstkey::enroll {

/// Both, as text and as one object.
void show_policies(const core::PassPolicy& passes,
                   const core::KeyPolicy& keys,
                   const Output& output);

}  // namespace firstkey::enroll
