// SPDX-License-Identifier: Apache-2.0
// RETURN_IF_ERROR / ASSIGN_OR_RETURN for absl::Status, and their twins for coroutines.
#pragma once

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define FORIUM_CONCAT_INNER(a, b) a##b
#define FORIUM_CONCAT(a, b) FORIUM_CONCAT_INNER(a, b)

#define RETURN_IF_ERROR(expression)                                           \
  do {                                                                        \
    if (::absl::Status status_ = (expression); !status_.ok()) return status_; \
  } while (false)

#define ASSIGN_OR_RETURN(declaration, expression) \
  FORIUM_ASSIGN(FORIUM_CONCAT(status_or_, __LINE__), declaration, expression, return )

#define CO_RETURN_IF_ERROR(expression)                                           \
  do {                                                                           \
    if (::absl::Status status_ = (expression); !status_.ok()) co_return status_; \
  } while (false)

#define CO_ASSIGN_OR_RETURN(declaration, expression) \
  FORIUM_ASSIGN(FORIUM_CONCAT(status_or_, __LINE__), declaration, expression, co_return )

#define FORIUM_ASSIGN(temporary, declaration, expression, leave) \
  auto temporary = (expression);                                 \
  if (!temporary.ok()) leave std::move(temporary).status();      \
  declaration = *std::move(temporary)
