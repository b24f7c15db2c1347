// SPDX-License-Identifier: Apache-2.0
#include "services/auth/passwords.h"

#include <argon2.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <sys/mman.h>

#include <cstdlib>
#include <optional>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "services/auth/names.h"
#include "services/auth/text.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::auth {
namespace {

constexpr size_t kSaltBytes = 16;
constexpr size_t kHashBytes = 32;
// A stored hash that asks for more than this is broken; it must not take the machine down.
constexpr uint32_t kMaxMemoryKib = 1 << 20;
constexpr uint32_t kMaxPasses = 64;

struct Encoded {
  uint32_t memory_kib = 0;
  uint32_t passes = 0;
  uint32_t lanes = 0;
  std::string salt;
  std::string hash;
};

std::string RandomBytes(size_t size) {
  std::string bytes(size, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(size)) != 1) {
    std::abort();
  }
  return bytes;
}

std::string Base64(std::string_view bytes) {
  std::string text = absl::Base64Escape(ForAbseil(bytes));
  while (text.ends_with('=')) text.pop_back();
  return text;
}

std::string Encode(const Encoded& encoded) {
  return absl::StrFormat("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", encoded.memory_kib, encoded.passes,
                         encoded.lanes, Base64(encoded.salt), Base64(encoded.hash));
}

std::optional<uint32_t> Parameter(std::string_view text, std::string_view prefix) {
  uint32_t value = 0;
  if (!text.starts_with(prefix)) return std::nullopt;
  if (!absl::SimpleAtoi(ForAbseil(text.substr(prefix.size())), &value)) return std::nullopt;
  return value;
}

std::optional<Encoded> Decode(std::string_view text) {
  const std::vector<std::string_view> parts = Split(text, '$');
  if (parts.size() != 6 || parts[1] != "argon2id" || parts[2] != "v=19") return std::nullopt;
  const std::vector<std::string_view> parameters = Split(parts[3], ',');
  if (parameters.size() != 3) return std::nullopt;
  const auto memory = Parameter(parameters[0], "m=");
  const auto passes = Parameter(parameters[1], "t=");
  const auto lanes = Parameter(parameters[2], "p=");
  Encoded encoded;
  if (!memory || !passes || !lanes || *memory > kMaxMemoryKib || *passes > kMaxPasses ||
      !absl::Base64Unescape(ForAbseil(parts[4]), &encoded.salt) ||
      !absl::Base64Unescape(ForAbseil(parts[5]), &encoded.hash) ||
      encoded.hash.size() < kHashBytes) {
    return std::nullopt;
  }
  encoded.memory_kib = *memory;
  encoded.passes = *passes;
  encoded.lanes = *lanes;
  return encoded;
}

// Straight from the system and back to it: malloc would keep such blocks in its arenas.
int Allocate(uint8_t** memory, size_t bytes) {
  void* block = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (block == MAP_FAILED) return ARGON2_MEMORY_ALLOCATION_ERROR;
  *memory = static_cast<uint8_t*>(block);
  return ARGON2_OK;
}

void Free(uint8_t* memory, size_t bytes) { munmap(memory, bytes); }

// The raw hash of a password with the parameters and the salt of `encoded`.
absl::StatusOr<std::string> Compute(std::string password, const Encoded& encoded, size_t size) {
  std::string hash(size, '\0');
  std::string salt = encoded.salt;
  argon2_context context = {};
  context.out = reinterpret_cast<uint8_t*>(hash.data());
  context.outlen = static_cast<uint32_t>(hash.size());
  context.pwd = reinterpret_cast<uint8_t*>(password.data());
  context.pwdlen = static_cast<uint32_t>(password.size());
  context.salt = reinterpret_cast<uint8_t*>(salt.data());
  context.saltlen = static_cast<uint32_t>(salt.size());
  context.t_cost = encoded.passes;
  context.m_cost = encoded.memory_kib;
  context.lanes = encoded.lanes;
  context.threads = 1;
  context.version = ARGON2_VERSION_13;
  context.allocate_cbk = Allocate;
  context.free_cbk = Free;
  context.flags = ARGON2_FLAG_CLEAR_PASSWORD;
  const int result = argon2id_ctx(&context);
  if (result != ARGON2_OK) return status::Internal(argon2_error_message(result));
  return hash;
}

}  // namespace

// One of the few hashes at a time, from construction to destruction, if admitted().
class Passwords::Turn {
 public:
  explicit Turn(Passwords& passwords) : passwords_(passwords) {
    absl::MutexLock lock(&passwords_.mutex_);
    if (passwords_.running_ >= passwords_.options_.at_once &&
        passwords_.waiting_ >= passwords_.options_.waiting) {
      return;
    }
    ++passwords_.waiting_;
    passwords_.mutex_.Await(absl::Condition(this, &Turn::IsFree));
    --passwords_.waiting_;
    ++passwords_.running_;
    admitted_ = true;
  }
  ~Turn() {
    if (!admitted_) return;
    absl::MutexLock lock(&passwords_.mutex_);
    --passwords_.running_;
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  absl::Status admitted() const {
    if (admitted_) return absl::OkStatus();
    status::ErrorDetail detail;
    detail.set_reason(type::v1::TOO_MANY_REQUESTS);
    detail.set_retry_after(2);
    return status::Error(absl::StatusCode::kUnavailable, detail,
                         "Too many people are signing in right now. Try again in a moment.");
  }

 private:
  bool IsFree() const ABSL_NO_THREAD_SAFETY_ANALYSIS {
    return passwords_.running_ < passwords_.options_.at_once;
  }
  Passwords& passwords_;
  bool admitted_ = false;
};

Passwords::Passwords(PasswordOptions options)
    : options_(options),
      nobody_(Encode({.memory_kib = static_cast<uint32_t>(options.memory_kib),
                      .passes = static_cast<uint32_t>(options.passes),
                      .lanes = static_cast<uint32_t>(options.lanes),
                      .salt = RandomBytes(kSaltBytes),
                      .hash = RandomBytes(kHashBytes)})) {}

absl::Status Passwords::Check(std::string_view password, std::string_view field,
                              std::initializer_list<std::string_view> names) {
  const int characters = CountCharacters(password);
  if (characters < kMinCharacters) {
    return status::InvalidField(
        field, absl::StrCat("Choose a password of at least ", kMinCharacters, " characters."));
  }
  if (characters > kMaxCharacters) {
    return status::InvalidField(
        field, absl::StrCat("Choose a password of at most ", kMaxCharacters, " characters."));
  }
  const std::string folded = Fold(password);
  for (const std::string_view name : names) {
    if (!name.empty() && folded == Fold(name)) {
      return status::InvalidField(
          field, "Choose a password that is not your name and not your e-mail address.");
    }
  }
  if (password.find_first_not_of(password[0]) == std::string_view::npos) {
    return status::InvalidField(field, "Choose a password of more than one repeated character.");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> Passwords::Hash(std::string_view password) {
  Encoded encoded{.memory_kib = static_cast<uint32_t>(options_.memory_kib),
                  .passes = static_cast<uint32_t>(options_.passes),
                  .lanes = static_cast<uint32_t>(options_.lanes),
                  .salt = RandomBytes(kSaltBytes),
                  .hash = {}};
  const Turn turn(*this);
  RETURN_IF_ERROR(turn.admitted());
  ASSIGN_OR_RETURN(encoded.hash, Compute(Compose(password), encoded, kHashBytes));
  return Encode(encoded);
}

absl::StatusOr<bool> Passwords::Verify(std::string_view password, std::string_view encoded) {
  const std::optional<Encoded> wanted = Decode(encoded.empty() ? nobody_ : encoded);
  if (!wanted) return status::Internal("a stored password hash does not parse");
  // An endless password must not buy endless work; none of that length was ever accepted.
  if (password.size() > 4 * kMaxCharacters) password = password.substr(0, 4 * kMaxCharacters + 1);
  const Turn turn(*this);
  RETURN_IF_ERROR(turn.admitted());
  ASSIGN_OR_RETURN(const std::string hash,
                   Compute(Compose(password), *wanted, wanted->hash.size()));
  const bool fits = CRYPTO_memcmp(hash.data(), wanted->hash.data(), hash.size()) == 0;
  return fits && !encoded.empty();
}

bool Passwords::IsOutdated(std::string_view encoded) const {
  const std::optional<Encoded> made = Decode(encoded);
  return !made || made->memory_kib != static_cast<uint32_t>(options_.memory_kib) ||
         made->passes != static_cast<uint32_t>(options_.passes) ||
         made->lanes != static_cast<uint32_t>(options_.lanes);
}

}  // namespace forium::auth
