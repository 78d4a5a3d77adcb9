#pragma once
// What people and scripts see of FIDO metadata: lines and tables, or one object with --json.

#include <vector>

#include "core/administration/metadata_registry.h"
#include "enroll/app/output.h"

namespace firstkey::enroll {

void tell_state(const core::MetadataState& state, const Output& output);
void tell_models(const std::vector<core::KnownModel>& models, const Output& output);
void tell_model(const core::KnownModel& model, const Output& output);
void tell_comparison(const core::MetadataComparison& comparison, const Output& output);

}  // namespace firstkey::enroll
