// SPDX-License-Identifier: Apache-2.0
// FTS5's interface of a connection, by which tokenizers and functions join it:
// https://www.sqlite.org/fts5.html, section 7.
#pragma once

struct sqlite3;
struct fts5_api;

namespace forium::search {

// Null: the connection has no FTS5, or is not usable.
fts5_api* Fts5Of(sqlite3* connection);

}  // namespace forium::search
