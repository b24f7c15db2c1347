// SPDX-License-Identifier: Apache-2.0
// The few places where SQL text differs between the engines: what README.md beside this calls
// portable is turned into the words of each. Run once per statement and connection, when it is
// prepared.
#pragma once

#include <string>
#include <string_view>

namespace forium::database {

// IN_LIST($n) and COLLATE "C".
std::string StatementForSqlite(std::string_view sql);
std::string StatementForPostgres(std::string_view sql);

// The same, and the types BYTES_TYPE, BIGINT PRIMARY KEY and INTEGER.
std::string MigrationForSqlite(std::string_view sql);
std::string MigrationForPostgres(std::string_view sql);

}  // namespace forium::database
