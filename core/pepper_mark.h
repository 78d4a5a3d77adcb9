#pragma once
// Whether a store and a pepper belong together. Programs on several machines share a store, and
// each has its own copy of the pepper's file: one that differs would refuse every pass of the
// others, and count their names as strangers'.

#include "core/pepper.h"
#include "core/store.h"

namespace firstkey::core {

/// Of the key that is current. Errors: kPepperUnreadable.
[[nodiscard]] Result<PepperMark> mark_of(const Pepper& pepper);

/// Errors: kPepperUnreadable: another pepper, or one that lacks the key of the mark.
[[nodiscard]] Result<void> check_mark(const PepperMark& mark, const Pepper& pepper);

/// Holds `pepper` to the mark of `store`. A store without one, which an older firstkey began, gets
/// it here; one that is not initialised yet gets it with that. Errors: kPepperUnreadable, those of
/// Store::write.
[[nodiscard]] Result<void> match_pepper(Store& store, const Pepper& pepper);

}  // namespace firstkey::core
