// SPDX-License-Identifier: Apache-2.0
#include "gateway/realtime/reader.h"

#include <algorithm>

namespace forium::gateway {

ReaderPointer ReaderOf(const Request& request) {
  auto reader = std::make_shared<Reader>();
  reader->tenant = request.tenant;
  reader->host = std::string(request.host);
  const type::v1::Principal& principal = request.identity->principal;
  reader->level = std::clamp(request.identity->level(), 0, kLevels - 1);
  if (principal.user_id() == 0) return reader;
  reader->token = request.session_token;
  reader->bearer = request.bearer;
  reader->user_id = principal.user_id();
  reader->session_id = principal.session_id();
  reader->username = principal.username();
  reader->display_name = principal.display_name();
  return reader;
}

}  // namespace forium::gateway
