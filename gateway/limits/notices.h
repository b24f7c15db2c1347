// SPDX-License-Identifier: Apache-2.0
// The files of notices/, in the binary. They stand apart from the web application's files, since
// they must be there when nothing else can be answered.
#pragma once

#include <string_view>

namespace forium::gateway {

extern const std::string_view kNoticeCss;
extern const std::string_view kChallengeJs;
// With {{token}} and {{version}} to fill in.
extern const std::string_view kChallengeEnHtml;
extern const std::string_view kChallengeDeHtml;
extern const std::string_view kBusyEnHtml;
extern const std::string_view kBusyDeHtml;
// With {{style}}, {{who}}, {{when}} and {{next}} to fill in.
extern const std::string_view kLimitedEnHtml;
extern const std::string_view kLimitedDeHtml;

}  // namespace forium::gateway
