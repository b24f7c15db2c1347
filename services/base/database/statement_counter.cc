// SPDX-License-Identifier: Apache-2.0
#include "services/base/database/database.h"

namespace forium::database {
namespace {

thread_local StatementCounter* current = nullptr;

}  // namespace

StatementCounter::StatementCounter() : previous_(std::exchange(current, this)) {}
StatementCounter::~StatementCounter() { current = previous_; }
StatementCounter* StatementCounter::Current() { return current; }

}  // namespace forium::database
