// SPDX-License-Identifier: Apache-2.0
#include "gateway/limits/proxy_protocol.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "gateway/http/ascii.h"

namespace forium::gateway {
namespace {

using State = ProxyHeader::State;

constexpr std::string_view kFirst = "PROXY ";
constexpr size_t kLongestFirst = 107;  // with CRLF
constexpr std::string_view kSecond("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr size_t kFixedSecond = 16;
constexpr uint8_t kTypeChecksum = 0x03;

ProxyHeader Malformed(std::string_view mistake) {
  ProxyHeader header;
  header.state = State::kMalformed;
  header.mistake = mistake;
  return header;
}

ProxyHeader OwnAddresses(size_t length) {
  ProxyHeader header;
  header.state = State::kComplete;
  header.length = length;
  header.own_addresses = true;
  return header;
}

std::optional<uint16_t> ParsePort(std::string_view text) {
  uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (text.size() > 1 && text[0] == '0') return std::nullopt;
  return port;
}

ProxyHeader ParseFirst(std::string_view bytes) {
  const size_t end = bytes.substr(0, kLongestFirst).find('\n');
  if (end == std::string_view::npos) {
    return bytes.size() >= kLongestFirst ? Malformed("line too long") : ProxyHeader();
  }
  if (bytes[end - 1] != '\r') return Malformed("line feed without carriage return");
  std::string_view line = bytes.substr(kFirst.size(), end - 1 - kFirst.size());
  if (line.find('\r') != std::string_view::npos) return Malformed("carriage return in the line");
  const std::string_view family = TakeUntil(line, ' ');
  // What follows UNKNOWN is to be ignored.
  if (family == "UNKNOWN") return OwnAddresses(end + 1);
  if (family != "TCP4" && family != "TCP6") return Malformed("unknown family");
  ProxyHeader header;
  const bool six = family == "TCP6";
  const auto address = [&line, six](IpAddress& into) {
    const std::string_view text = TakeUntil(line, ' ');
    const auto parsed = ParseIp(text);
    if (!parsed.has_value() || (text.find(':') != std::string_view::npos) != six) return false;
    into = *parsed;
    return true;
  };
  if (!address(header.source) || !address(header.destination)) return Malformed("no address");
  const auto source_port = ParsePort(TakeUntil(line, ' '));
  const auto destination_port = ParsePort(line);
  if (!source_port.has_value() || !destination_port.has_value()) return Malformed("no port");
  header.source_port = *source_port;
  header.destination_port = *destination_port;
  header.state = State::kComplete;
  header.length = end + 1;
  return header;
}

uint8_t At(std::string_view bytes, size_t index) { return static_cast<uint8_t>(bytes[index]); }

uint16_t Pair(std::string_view bytes, size_t index) {
  return static_cast<uint16_t>(At(bytes, index) << 8 | At(bytes, index + 1));
}

// CRC32c (RFC 3720, appendix B.4), a byte at a time: headers are short.
constexpr std::array<uint32_t, 256> kChecksumTable = [] {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < table.size(); ++i) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0x82F63B78u : 0);
    table[i] = value;
  }
  return table;
}();

// Of the header with the four bytes of the checksum itself as zeros.
uint32_t ChecksumOf(std::string_view header, size_t checksum_at) {
  uint32_t value = 0xFFFFFFFFu;
  for (size_t i = 0; i < header.size(); ++i) {
    const uint8_t byte = i - checksum_at < 4 ? 0 : At(header, i);
    value = kChecksumTable[(value ^ byte) & 0xFF] ^ (value >> 8);
  }
  return ~value;
}

// Walks over the fields behind the addresses; what is wrong with them, or nothing.
std::string_view MistakeOfFields(std::string_view header, size_t at) {
  bool checked = false;
  while (at < header.size()) {
    if (header.size() - at < 3) return "field cut short";
    const uint8_t type = At(header, at);
    const size_t length = Pair(header, at + 1);
    at += 3;
    if (header.size() - at < length) return "field cut short";
    if (type == kTypeChecksum) {
      if (length != 4 || checked) return "checksum of a wrong form";
      checked = true;
      const uint32_t told = static_cast<uint32_t>(Pair(header, at)) << 16 | Pair(header, at + 2);
      if (told != ChecksumOf(header, at)) return "checksum does not fit";
    }
    at += length;
  }
  return {};
}

IpAddress SixAt(std::string_view bytes, size_t index) {
  return IpAddress::FromBytes(reinterpret_cast<const unsigned char*>(bytes.data()) + index);
}

IpAddress FourAt(std::string_view bytes, size_t index) {
  return IpAddress::FromIPv4(static_cast<uint32_t>(Pair(bytes, index)) << 16 |
                             Pair(bytes, index + 2));
}

ProxyHeader ParseSecond(std::string_view bytes) {
  enum : uint8_t { kUnspecified = 0x0, kSix = 0x2, kUnix = 0x3 };
  constexpr size_t kAddresses[] = {0, 12, 36, 216};
  if (bytes.size() > kSecond.size()) {
    if (At(bytes, 12) >> 4 != 2) return Malformed("unknown version");
    if ((At(bytes, 12) & 0xF) > 1) return Malformed("unknown command");
  }
  if (bytes.size() < kFixedSecond) return ProxyHeader();
  const bool local = (At(bytes, 12) & 0xF) == 0;
  const uint8_t family = At(bytes, 13) >> 4;
  const uint8_t transport = At(bytes, 13) & 0xF;
  const size_t length = kFixedSecond + Pair(bytes, 14);
  if (length > kLongestProxyHeader) return Malformed("header too long");
  if (!local && (family > kUnix || transport > 2)) return Malformed("unknown family");
  if (!local && transport == 2) return Malformed("datagrams in a stream");
  // Else nothing tells where the fields begin: all of it is skipped.
  const bool specified = !local && family != kUnspecified && transport != 0;
  const size_t fields = kFixedSecond + (specified ? kAddresses[family] : 0);
  if (length < fields) return Malformed("too short for its addresses");
  if (bytes.size() < length) return ProxyHeader();
  if (!specified) return OwnAddresses(length);
  const std::string_view mistake = MistakeOfFields(bytes.substr(0, length), fields);
  if (!mistake.empty()) return Malformed(mistake);
  if (family == kUnix) return OwnAddresses(length);
  ProxyHeader header;
  header.state = State::kComplete;
  header.length = length;
  const bool six = family == kSix;
  header.source = six ? SixAt(bytes, 16) : FourAt(bytes, 16);
  header.destination = six ? SixAt(bytes, 32) : FourAt(bytes, 20);
  header.source_port = Pair(bytes, six ? 48 : 24);
  header.destination_port = Pair(bytes, six ? 50 : 26);
  return header;
}

bool Begins(std::string_view bytes, std::string_view with) {
  const size_t shared = std::min(bytes.size(), with.size());
  return bytes.substr(0, shared) == with.substr(0, shared);
}

}  // namespace

ProxyHeader ParseProxyHeader(std::string_view bytes) {
  if (Begins(bytes, kFirst)) {
    return bytes.size() < kFirst.size() ? ProxyHeader() : ParseFirst(bytes);
  }
  if (Begins(bytes, kSecond)) {
    return bytes.size() < kSecond.size() ? ProxyHeader() : ParseSecond(bytes);
  }
  return Malformed("no PROXY header");
}

}  // namespace forium::gateway
