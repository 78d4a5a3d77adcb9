#pragma once
// /auditLogs/directoryAudits: the audit trail, the newest row first. Source: Microsoft Graph,
// "directoryAudit".

#include "enroll/graph/reception.h"

namespace firstkey::enroll::graph {

/// `reception` outlives `router`.
void add_audit_routes(http::Router& router, Reception& reception);

}  // namespace firstkey::enroll::graph
