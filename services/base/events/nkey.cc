// SPDX-License-Identifier: Apache-2.0
// The format: base32 of prefix, key and a CRC-16 (XMODEM, little-endian). A seed has a prefix of
// two bytes that says "seed" and whose it is.
#include "services/base/events/nkey.h"

#include <openssl/evp.h>

#include <cstdint>
#include <fstream>
#include <memory>

#include "services/base/status/macros.h"

namespace forium::events {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr unsigned kSeed = 18 << 3;  // 'S'
constexpr unsigned kUser = 20 << 3;  // 'U'
constexpr size_t kKey = 32;

uint16_t Crc16(std::string_view bytes) {
  uint16_t crc = 0;
  for (const char byte : bytes) {
    crc ^= static_cast<uint16_t>(static_cast<unsigned char>(byte) << 8);
    for (int bit = 0; bit < 8; ++bit)
      crc = static_cast<uint16_t>((crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1);
  }
  return crc;
}

std::string Encode(std::string bytes) {
  const uint16_t crc = Crc16(bytes);
  bytes += static_cast<char>(crc & 0xff);
  bytes += static_cast<char>(crc >> 8);
  std::string text;
  uint32_t bits = 0;
  int count = 0;
  for (const char byte : bytes) {
    bits = (bits << 8) | static_cast<unsigned char>(byte);
    for (count += 8; count >= 5; count -= 5) text += kAlphabet[(bits >> (count - 5)) & 31];
  }
  if (count > 0) text += kAlphabet[(bits << (5 - count)) & 31];
  return text;
}

// Without the checksum; empty: not such a text.
std::string Decode(std::string_view text) {
  std::string bytes;
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) return "";
    bits = (bits << 5) | static_cast<uint32_t>(value);
    count += 5;
    if (count >= 8) bytes += static_cast<char>((bits >> (count -= 8)) & 0xff);
  }
  if (bytes.size() < 3) return "";
  const std::string body = bytes.substr(0, bytes.size() - 2);
  const uint16_t crc = Crc16(body);
  const bool intact = bytes[body.size()] == static_cast<char>(crc & 0xff) &&
                      bytes[body.size() + 1] == static_cast<char>(crc >> 8);
  return intact ? body : "";
}

}  // namespace

absl::StatusOr<std::string> PublicKeyOfSeed(std::string_view seed) {
  const std::string bytes = Decode(seed);
  if (bytes.size() != 2 + kKey || (static_cast<unsigned char>(bytes[0]) & 0xf8) != kSeed)
    return absl::InvalidArgumentError("not the seed of an nkey");
  const unsigned prefix = ((static_cast<unsigned char>(bytes[0]) & 7u) << 5) |
                          ((static_cast<unsigned char>(bytes[1]) & 0xf8u) >> 3);
  if (prefix != kUser) return absl::InvalidArgumentError("not the seed of a user's nkey (SU…)");
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr,
                                   reinterpret_cast<const unsigned char*>(bytes.data()) + 2, kKey),
      &EVP_PKEY_free);
  unsigned char raw[kKey];
  size_t size = kKey;
  if (key == nullptr || EVP_PKEY_get_raw_public_key(key.get(), raw, &size) != 1)
    return absl::InvalidArgumentError("the nkey's seed makes no key");
  std::string named(1, static_cast<char>(kUser));
  named.append(reinterpret_cast<const char*>(raw), kKey);
  return Encode(named);
}

absl::StatusOr<std::string> PublicKeyOfSeedFile(const std::string& path) {
  std::ifstream file(path);
  std::string word;
  while (file >> word) {
    if (word.starts_with("SU")) return PublicKeyOfSeed(word);
  }
  return absl::InvalidArgumentError("no seed of a user's nkey (SU…) in the file");
}

std::string SeedOf(std::string_view secret) {
  std::string bytes;
  bytes += static_cast<char>(kSeed | (kUser >> 5));
  bytes += static_cast<char>((kUser & 31) << 3);
  return Encode(bytes + std::string(secret));
}

}  // namespace forium::events
