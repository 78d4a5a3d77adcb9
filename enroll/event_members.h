#pragma once
// The JSON members of an event, for events.cpp and event_stream.cpp, so that both write them alike.

#include <boost/json/object.hpp>

#include "enroll/events.h"

namespace firstkey::enroll {

/// Its name first, under "event".
[[nodiscard]] boost::json::object members_of(const Event& event);

}  // namespace firstkey::enroll
