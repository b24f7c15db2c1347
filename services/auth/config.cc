// SPDX-License-Identifier: Apache-2.0
#include "services/auth/config.h"

namespace forium::auth {

void AddSettings(config::Settings& settings, Config* config) {
  settings.Add("session_lifetime", &config->session_lifetime,
               "a session ends when it was not used for so long");
  settings.Add("invitation_lifetime", &config->invitation_lifetime,
               "how long an invitation link works");
  settings.Add("reset_lifetime", &config->reset_lifetime, "how long a password-reset link works");
  settings.Add("password_memory_kib", &config->passwords.memory_kib,
               "memory that one password hash takes (Argon2id)");
  settings.Add("password_passes", &config->passwords.passes, "passes over that memory (Argon2id)");
  settings.Add("password_hashes_at_once", &config->passwords.at_once,
               "password hashes made at once; the rest waits");
  settings.Add("login_failures_per_account", &config->throttle.failures_per_account,
               "wrong passwords for one account in 15 minutes");
  settings.Add("login_failures_per_address", &config->throttle.failures_per_address,
               "wrong passwords from one address in 15 minutes");
  settings.Add("registrations_per_address", &config->throttle.registrations_per_address,
               "new accounts from one address in an hour");
  settings.AddSecret("service_secret", &config->service_secret,
                     "with it other services of the suite act as the system; at least 16 "
                     "characters, empty: none does");
}

}  // namespace forium::auth
