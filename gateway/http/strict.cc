// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/strict.h"

#include <array>
#include <cstdint>

#include "gateway/http/ascii.h"

namespace forium::gateway {
namespace {

// Browsers and proxies send at most about forty.
constexpr int kMaxFields = 100;

// By byte: whether a token may have it (RFC 9110, 5.6.2).
constexpr std::array<bool, 256> kTokenBytes = [] {
  std::array<bool, 256> bytes = {};
  constexpr std::string_view kAll =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~";
  for (const char c : kAll) bytes[static_cast<uint8_t>(c)] = true;
  return bytes;
}();

bool IsToken(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text) {
    if (!kTokenBytes[static_cast<uint8_t>(c)]) return false;
  }
  return true;
}

bool IsHex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool IsPath(std::string_view path) {
  for (size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '\\') return false;
    if (path[i] != '%') continue;
    if (i + 2 >= path.size() || !IsHex(path[i + 1]) || !IsHex(path[i + 2])) return false;
    if (path[i + 1] == '0' && path[i + 2] == '0') return false;
  }
  // No `.` and `..` as segments, however they are spelled: nothing here lies in folders.
  while (!path.empty()) {
    std::string_view segment = TakeUntil(path, '/');
    int dots = 0;
    while (!segment.empty()) {
      if (segment[0] == '.') {
        segment.remove_prefix(1);
      } else if (segment.size() >= 3 && segment[0] == '%' && segment[1] == '2' &&
                 (segment[2] | 0x20) == 'e') {
        segment.remove_prefix(3);
      } else {
        break;
      }
      ++dots;
    }
    if (segment.empty() && (dots == 1 || dots == 2)) return false;
  }
  return true;
}

bool IsFieldValue(std::string_view value) {
  for (const char c : value) {
    if ((static_cast<uint8_t>(c) < 0x20 && c != '\t') || c == 0x7F) return false;
  }
  return true;
}

std::string_view TakeLine(std::string_view& block) {
  const size_t end = block.find("\r\n");
  const std::string_view line = block.substr(0, end);
  block = end == std::string_view::npos ? std::string_view() : block.substr(end + 2);
  return line;
}

}  // namespace

bool IsHost(std::string_view host) {
  if (host.empty() || host.size() > 255) return false;
  std::string_view port;
  if (host[0] == '[') {
    const size_t end = host.find(']');
    if (end == std::string_view::npos || end < 3) return false;
    for (const char c : host.substr(1, end - 1)) {
      if (!IsHex(c) && c != ':' && c != '.') return false;
    }
    port = host.substr(end + 1);
  } else {
    const size_t colon = host.find(':');
    const std::string_view name = host.substr(0, colon);
    if (name.empty()) return false;
    for (const char c : name) {
      const bool alphanumeric =
          (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (!alphanumeric && c != '-' && c != '.' && c != '_') return false;
    }
    if (colon != std::string_view::npos) port = host.substr(colon);
  }
  if (port.empty()) return true;
  if (port[0] != ':' || port.size() > 6) return false;
  return port.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

bool IsTarget(std::string_view target, std::string_view method) {
  for (const char c : target) {
    if (static_cast<uint8_t>(c) <= 0x20 || static_cast<uint8_t>(c) >= 0x7F || c == '#')
      return false;
  }
  if (target == "*") return method == "OPTIONS";
  if (!target.starts_with('/')) {
    const size_t authority = target.starts_with("http://")    ? 7
                             : target.starts_with("https://") ? 8
                                                              : 0;
    if (authority == 0) return false;
    const size_t path = target.find_first_of("/?", authority);
    if (!IsHost(target.substr(authority, path == std::string_view::npos ? path : path - authority)))
      return false;
    target = path == std::string_view::npos ? "/" : target.substr(path);
  }
  return IsPath(target.substr(0, target.find('?')));
}

std::optional<Breach> FindBreach(std::string_view block) {
  std::string_view line = TakeLine(block);
  const std::string_view method = TakeUntil(line, ' ');
  const std::string_view target = TakeUntil(line, ' ');
  if (!IsToken(method)) return Breach{400, "The request line is malformed."};
  if (!line.starts_with("HTTP/") || line.size() != 8 || line[6] != '.') {
    return Breach{400, "The request line is malformed."};
  }
  if (line[5] != '1' || (line[7] != '0' && line[7] != '1')) {
    return Breach{505, "Only HTTP/1.0 and HTTP/1.1 are spoken here."};
  }
  const bool old = line[7] == '0';
  if (!IsTarget(target, method)) return Breach{400, "The request target is malformed."};

  int fields = 0, hosts = 0, lengths = 0, encodings = 0;
  while (true) {
    std::string_view field = TakeLine(block);
    if (field.empty()) break;
    if (++fields > kMaxFields) return Breach{431, "The request has too many header fields."};
    if (field[0] == ' ' || field[0] == '\t')
      return Breach{400, "A header field is folded over lines."};
    const size_t colon = field.find(':');
    if (colon == std::string_view::npos) return Breach{400, "A header field has no colon."};
    const std::string_view name = field.substr(0, colon);
    const std::string_view value = Trim(field.substr(colon + 1));
    if (!IsToken(name)) return Breach{400, "A header field's name is malformed."};
    if (!IsFieldValue(value)) return Breach{400, "A header field has control characters."};
    if (EqualsIgnoreCase(name, "host")) {
      if (++hosts > 1 || !IsHost(value))
        return Breach{400, "The Host field is malformed, or there are two."};
    } else if (EqualsIgnoreCase(name, "content-length")) {
      if (++lengths > 1 || value.empty() || value.size() > 18 ||
          value.find_first_not_of("0123456789") != std::string_view::npos) {
        return Breach{400, "The Content-Length field is malformed, or there are two."};
      }
    } else if (EqualsIgnoreCase(name, "transfer-encoding")) {
      ++encodings;
      if (!EqualsIgnoreCase(value, "chunked"))
        return Breach{501, "The only transfer encoding here is chunked."};
    }
  }
  if (hosts == 0 && !old) return Breach{400, "The Host field is missing."};
  if (encodings > 1 || (encodings == 1 && (lengths > 0 || old))) {
    return Breach{400, "The length of the body is ambiguous."};
  }
  return std::nullopt;
}

}  // namespace forium::gateway
