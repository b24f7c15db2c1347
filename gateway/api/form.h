// SPDX-License-Identifier: Apache-2.0
// Forms of browsers without JavaScript. Beside the call's fields a form may say `_method` (PUT,
// PATCH or DELETE instead of POST), `_next` (where to go on success; `{topic_id}` in it is filled
// from the answer) and `_page` (the page that posted, shown again with what was typed when the call
// fails).
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "gateway/http/message.h"
#include "google/protobuf/message.h"

namespace forium::gateway {

// Decodes the body of a form post into `request.form` and lets `_method` override the method.
absl::Status ReadForm(Request& request);
// A control field's value, empty when absent.
std::string_view FormControl(const Request& request, std::string_view name);
bool IsFormControl(std::string_view name);

// `_next` with its placeholders filled; `/` if it leads off the site.
std::string NextPath(std::string_view next, const google::protobuf::Message& answer);
// {values, error} for props.form; secrets are left out of the values.
std::string FailedForm(const Request& request, const absl::Status& error);

}  // namespace forium::gateway
