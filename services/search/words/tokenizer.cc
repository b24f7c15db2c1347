// SPDX-License-Identifier: Apache-2.0
// https://www.sqlite.org/fts5.html#custom_tokenizers
#include "services/search/words/tokenizer.h"

#include <sqlite3.h>

#include <exception>
#include <memory>

#include "services/search/words/store_fts5.h"
#include "services/search/words/words.h"

namespace forium::search {
namespace {

// At the start of a column's value, or in a row: control characters, which separate words anyway.
constexpr char kMarkSign = '\x1d';      // marks, with spaces between
constexpr char kLanguageSign = '\x1e';  // one letter follows: the language
constexpr char kTokenSeparator = '\x1f';
constexpr char kFirstLanguage = 'A';

using Give = int (*)(void*, int, const char*, int, int, int);

// Where FTS5 wants the tokens to.
struct Receiver {
  void* context;
  Give give;
  int status = SQLITE_OK;
  int last_position = -1;

  void Take(std::string_view token, int position, size_t begin, size_t end) {
    if (status != SQLITE_OK || token.empty()) return;
    const int flags = position == last_position ? FTS5_TOKEN_COLOCATED : 0;
    last_position = position;
    status = give(context, flags, token.data(), static_cast<int>(token.size()),
                  static_cast<int>(begin), static_cast<int>(end));
  }
};

void TakeSeparated(std::string_view text, char separator, Receiver& receiver) {
  int position = 0;
  for (size_t begin = 0; begin <= text.size(); ++position) {
    const size_t end = std::min(text.find(separator, begin), text.size());
    receiver.Take(text.substr(begin, end - begin), position, begin, end);
    begin = end + 1;
  }
}

void TakeText(std::string_view text, Words& words, Receiver& receiver) {
  size_t header = 0;
  Language language = Language::kNone;
  if (text.size() >= 2 && text[0] == kLanguageSign) {
    const int number = text[1] - kFirstLanguage;
    if (number >= 0 && number <= static_cast<int>(Language::kTurkish)) {
      language = static_cast<Language>(number);
    }
    header = 2;
  }
  words.Split(text.substr(header), language, [&](const Token& token) {
    receiver.Take(token.text, token.position, token.begin + header, token.end + header);
  });
}

int Create(void*, const char**, int, Fts5Tokenizer** out) {
  try {
    *out = reinterpret_cast<Fts5Tokenizer*>(new Words());
    return SQLITE_OK;
  } catch (const std::exception&) {
    return SQLITE_NOMEM;
  }
}

void Delete(Fts5Tokenizer* tokenizer) { delete reinterpret_cast<Words*>(tokenizer); }

int Tokenize(Fts5Tokenizer* tokenizer, void* context, int reason, const char* bytes, int size,
             Give give) {
  if (!bytes || size <= 0) return SQLITE_OK;
  const std::string_view text(bytes, static_cast<size_t>(size));
  Receiver receiver{context, give};
  try {
    if (reason & FTS5_TOKENIZE_QUERY) {
      TakeSeparated(text, kTokenSeparator, receiver);
    } else if (text[0] == kMarkSign) {
      TakeSeparated(text, ' ', receiver);
    } else {
      TakeText(text, *reinterpret_cast<Words*>(tokenizer), receiver);
    }
  } catch (const std::exception&) {
    return SQLITE_NOMEM;
  }
  return receiver.status;
}

int RegisterOn(sqlite3* connection, char**, const sqlite3_api_routines*) {
  fts5_api* const api = Fts5Of(connection);
  if (api == nullptr) return SQLITE_ERROR;
  fts5_tokenizer tokenizer{Create, Delete, Tokenize};
  return api->xCreateTokenizer(api, "forium", nullptr, &tokenizer, nullptr);
}

}  // namespace

void RegisterTokenizer() {
  // The extension is given as a function of no type; SQLite knows the one it has.
  sqlite3_auto_extension(reinterpret_cast<void (*)()>(RegisterOn));
}

std::string InLanguage(Language language, std::string_view text) {
  std::string value;
  value.reserve(text.size() + 2);
  value += kLanguageSign;
  value += static_cast<char>(kFirstLanguage + static_cast<int>(language));
  value += text;
  return value;
}

std::string Quoted(const std::vector<std::string>& tokens) {
  std::string quoted = "\"";
  for (const std::string& token : tokens) {
    if (quoted.size() > 1) quoted += kTokenSeparator;
    for (char c : token) {
      if (c == '\0' || c == kTokenSeparator) continue;
      if (c == '"') quoted += '"';
      quoted += c;
    }
  }
  quoted += '"';
  return quoted;
}

std::string Mark(std::string_view text) {
  std::string mark(1, kMarkSign);
  for (char c : text) {
    if (c == kMarkSign || c == '\0' || c == kTokenSeparator) continue;
    mark += c == ' ' ? '_' : c;
  }
  return mark;
}

}  // namespace forium::search
