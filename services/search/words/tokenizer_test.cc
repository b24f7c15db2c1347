// SPDX-License-Identifier: Apache-2.0
#include "services/search/words/tokenizer.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <string>

#include "services/search/words/words.h"

namespace forium::search {
namespace {

class TokenizerTest : public testing::Test {
 protected:
  TokenizerTest() {
    RegisterTokenizer();
    RegisterTokenizer();
    EXPECT_EQ(sqlite3_open(":memory:", &connection_), SQLITE_OK);
    Run("CREATE VIRTUAL TABLE words USING fts5(title, body, marks, content='', columnsize=0, "
        "tokenize='forium')");
  }
  ~TokenizerTest() override { sqlite3_close(connection_); }

  void Run(const std::string& sql) {
    char* error = nullptr;
    EXPECT_EQ(sqlite3_exec(connection_, sql.c_str(), nullptr, nullptr, &error), SQLITE_OK) << error;
  }
  void Bind(sqlite3_stmt* statement, int at, const std::string& text) {
    sqlite3_bind_text(statement, at, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
  }
  void Put(int64_t id, const std::string& title, const std::string& body,
           const std::string& marks = "", bool takes_out = false) {
    sqlite3_stmt* statement = nullptr;
    ASSERT_EQ(sqlite3_prepare_v2(
                  connection_,
                  takes_out ? "INSERT INTO words(words, rowid, title, body, marks) VALUES "
                              "('delete',?1,?2,?3,?4)"
                            : "INSERT INTO words(rowid, title, body, marks) VALUES (?1,?2,?3,?4)",
                  -1, &statement, nullptr),
              SQLITE_OK);
    sqlite3_bind_int64(statement, 1, id);
    Bind(statement, 2, title);
    Bind(statement, 3, body);
    Bind(statement, 4, marks);
    EXPECT_EQ(sqlite3_step(statement), SQLITE_DONE);
    EXPECT_EQ(sqlite3_finalize(statement), SQLITE_OK);
  }
  // Ids that match, with spaces.
  std::string Match(const std::string& expression) {
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(connection_, "SELECT rowid FROM words WHERE words MATCH ?1 ORDER BY rowid",
                       -1, &statement, nullptr);
    Bind(statement, 1, expression);
    std::string ids;
    while (sqlite3_step(statement) == SQLITE_ROW) {
      if (!ids.empty()) ids += ' ';
      ids += std::to_string(sqlite3_column_int64(statement, 0));
    }
    EXPECT_EQ(sqlite3_finalize(statement), SQLITE_OK) << sqlite3_errmsg(connection_);
    return ids;
  }

  sqlite3* connection_ = nullptr;
};

TEST_F(TokenizerTest, WordsStemsAndPhrasesMatch) {
  Put(1, InLanguage(Language::kEnglish, "Runners"),
      InLanguage(Language::kEnglish, "std::vector runs"));
  Put(2, InLanguage(Language::kGerman, "Läufer"), InLanguage(Language::kGerman, "vector std"));
  EXPECT_EQ(Match(Quoted({"=run"})), "1");
  EXPECT_EQ(Match(Quoted({"runner"})), "");
  EXPECT_EQ(Match(Quoted({"=runner"})), "1");
  EXPECT_EQ(Match(Quoted({"std", "vector"})), "1");
  EXPECT_EQ(Match(Quoted({"vector"})), "1 2");
  EXPECT_EQ(Match(Quoted({"std::vector"})), "1");
  EXPECT_EQ(Match(Quoted({"vec"}) + "*"), "1 2");
  EXPECT_EQ(Match("title : " + Quoted({"laufer"})), "2");
  EXPECT_EQ(Match(Quoted({"std::vector", "vector", "runs"})), "1");
}

TEST_F(TokenizerTest, MarksAreFoundWhole) {
  Put(1, "a", "b", Mark("c1") + " " + Mark("gC++ and_more!"));
  Put(2, "a", "b", Mark("c17") + " " + Mark("first"));
  EXPECT_EQ(Match(Quoted({Mark("c1")})), "1");
  EXPECT_EQ(Match(Quoted({"c1"})), "") << "a word that looks like a mark";
  EXPECT_EQ(Match("marks : " + Quoted({Mark("gC++ and_more!")})), "1");
  EXPECT_EQ(Match("marks : " + Quoted({Mark("first")}) + " AND " + Quoted({Mark("c17")})), "2");
}

TEST_F(TokenizerTest, WhatWasPutInIsTakenOut) {
  const std::string text = InLanguage(Language::kEnglish, "Running 東京都 foo_bar 서버를");
  Put(1, text, text, Mark("c1"));
  Put(1, text, text, Mark("c1"), true);
  Run("INSERT INTO words(words) VALUES ('integrity-check')");
  EXPECT_EQ(Match(Quoted({"running"})), "");
  EXPECT_EQ(Match(Quoted({Mark("c1")})), "");
}

TEST_F(TokenizerTest, AnyBytesInATokenAreSafe) {
  Put(1, "a", "b");
  for (const char* token :
       {"\"", "\" OR a", "*", "^a", "NEAR(", "a\" \"b", "\xff", "'", "-a", "{", ""}) {
    EXPECT_EQ(Match(Quoted({token})), "") << token;
    EXPECT_EQ(Match(Quoted({"x", token, "y"})), "") << token;
  }
  EXPECT_EQ(Match(Quoted({std::string("a\0\x1f", 3)})), "1");
}

TEST_F(TokenizerTest, SignsInsideOfATextAreNoSigns) {
  Put(1,
      InLanguage(Language::kEnglish,
                 "\x1d"
                 "c1 x"),
      InLanguage(Language::kEnglish,
                 "\x1e"
                 "Ezz"));
  EXPECT_EQ(Match(Quoted({"c1"})), "1");
  EXPECT_EQ(Match(Quoted({Mark("c1")})), "");
  EXPECT_EQ(Match(Quoted({"ezz"})), "1");
  Put(2, "\x1e", "\x1e\x7fword");
  EXPECT_EQ(Match(Quoted({"word"})), "2");
}

}  // namespace
}  // namespace forium::search
