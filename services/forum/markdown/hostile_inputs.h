// SPDX-License-Identifier: Apache-2.0
#pragma once

// Inputs that make Markdown parsers slow, deep or verbose; each fills a given number of bytes.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace forium::markdown {

struct HostileInput {
  std::string name;
  std::string text;
};

inline std::string Fill(std::string_view unit, size_t bytes) {
  std::string out;
  out.reserve(bytes + unit.size());
  while (out.size() + unit.size() <= bytes) out += unit;
  return out;
}

// `head` repeated over the first half, `tail` over the second.
inline std::string Halves(std::string_view head, std::string_view tail, size_t bytes) {
  return Fill(head, bytes / 2) + Fill(tail, bytes - bytes / 2);
}

inline std::string Numbered(size_t bytes, const std::function<std::string(int)>& line) {
  std::string out;
  for (int i = 0;; ++i) {
    std::string next = line(i);
    if (out.size() + next.size() > bytes) return out;
    out += next;
  }
}

// Bytes drawn from `alphabet` by a fixed generator, so that a failure repeats.
inline std::string Noise(std::string_view alphabet, size_t bytes, uint64_t seed) {
  std::string out;
  out.reserve(bytes);
  uint64_t state = seed * 2862933555777941757u + 3037000493u;
  while (out.size() < bytes) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    out += alphabet[(state >> 33) % alphabet.size()];
  }
  return out;
}

inline std::vector<HostileInput> HostileInputs(size_t bytes) {
  using std::string;
  std::vector<HostileInput> all;
  auto add = [&](string name, string text) {
    text.resize(std::min(text.size(), bytes));
    all.push_back({std::move(name), std::move(text)});
  };
  // The same short unit over and over.
  const std::vector<string> units = {">",
                                     "> ",
                                     ">\n",
                                     "> a\n",
                                     "[",
                                     "]",
                                     "![",
                                     "*",
                                     "_",
                                     "`",
                                     "~",
                                     "~~",
                                     "|",
                                     "||",
                                     "\\",
                                     "<",
                                     "&",
                                     "!",
                                     "#",
                                     "-",
                                     "- ",
                                     "* ",
                                     "+ ",
                                     "1. ",
                                     "1) ",
                                     "\n",
                                     " \n",
                                     "\t",
                                     " ",
                                     "a",
                                     "a ",
                                     "a\n",
                                     "a\n\n",
                                     "é",
                                     "**a ",
                                     "*a ",
                                     "_a ",
                                     "a* ",
                                     "a** ",
                                     "*a_ ",
                                     "**a *a ",
                                     "*a **a ",
                                     "a**b",
                                     "a*_~~",
                                     "***a ",
                                     "~~a ",
                                     "a~~ ",
                                     "~a~ ",
                                     "[a](",
                                     "[a](b",
                                     "[a](<b",
                                     "[a]()",
                                     "[a](b) ",
                                     "[a][",
                                     "[a][b]",
                                     "[a] ",
                                     "[a]: b\n",
                                     "[a]:\n",
                                     "![a](b)",
                                     "![a](b \"",
                                     "[a](b 'c' ",
                                     "[[a]",
                                     "[](",
                                     "](",
                                     "[(](",
                                     "[\\",
                                     "![[",
                                     "[a](b \\\"",
                                     "[a]: <b\n",
                                     "[a]: b \"\n",
                                     "[^a]",
                                     "[^a]: b\n",
                                     "`a",
                                     "`a``",
                                     "``a` ",
                                     "`` ` ",
                                     "```\n",
                                     "```a\n",
                                     "~~~\n~~~\n",
                                     "    a\n",
                                     "    ",
                                     "\ta\n",
                                     "<a",
                                     "<a ",
                                     "<a>",
                                     "<b>",
                                     "<b></b>",
                                     "</b>",
                                     "<!--",
                                     "<!-- -->",
                                     "<?",
                                     "<!A",
                                     "<![CDATA[",
                                     "<a b=\"",
                                     "<a b=c ",
                                     "<a@b",
                                     "<http:",
                                     "<div>\n",
                                     "<br>",
                                     "<sub>",
                                     "<kbd>a",
                                     "<i><b>",
                                     "<script>",
                                     "&amp;",
                                     "&#0;",
                                     "&#x110000;",
                                     "&CounterClockwiseContourIntegral;",
                                     "&nbsp",
                                     "&#",
                                     "&a",
                                     "&lt;",
                                     "&quot;",
                                     "\"",
                                     "'",
                                     "www.a_",
                                     "www.",
                                     "www.a ",
                                     "http://a ",
                                     "http://",
                                     "https://a_",
                                     "http://a(",
                                     "http://a)",
                                     "http://a.b/?c&",
                                     "a@b.c ",
                                     "a@b",
                                     "@",
                                     "a.b.",
                                     "a@",
                                     "a+",
                                     "mailto:a@b ",
                                     "@a ",
                                     "@a",
                                     "@",
                                     "@a\n",
                                     ":smile:",
                                     ":smile: ",
                                     ":",
                                     ":+1:",
                                     ":a",
                                     ":family_man_woman_girl_boy:",
                                     ":)",
                                     "||a||",
                                     "||a",
                                     "|| ",
                                     "[spoiler]",
                                     "[/spoiler]",
                                     "[spoiler]a[/spoiler]",
                                     "[spoiler]\n",
                                     "[spoiler]\na\n[/spoiler]\n",
                                     "[quote]\n",
                                     "[quote]",
                                     "[/quote]\n",
                                     "[quote]a[/quote]",
                                     "[quote=\"a, post:1, topic:2\"]\n",
                                     "[quote=\"a, post:1, topic:2\"]\na\n[/quote]\n",
                                     "[quote=\"",
                                     "[quote=\"\n",
                                     "[details=a]\n",
                                     "|a\n",
                                     "|-",
                                     "|-|-\n",
                                     "a|b\n-|-\n",
                                     "a|b\n-|-\nc|d\n\n",
                                     "|||\n|-|-|\n",
                                     "-|\n",
                                     "\\|",
                                     "- [ ] a\n",
                                     "- [x",
                                     "- - - a\n",
                                     "1. 2. 3. ",
                                     "- a\n  - b\n",
                                     "* a\n* b\n\n",
                                     "> - ",
                                     "> > a\n",
                                     "- > ",
                                     "-\n",
                                     "1.\n",
                                     "#\n",
                                     "# a\n",
                                     "a\n=\n",
                                     "a\n-\n",
                                     "---\n",
                                     "***\n",
                                     "======\n",
                                     "\r",
                                     "\r\n",
                                     string("\0", 1),
                                     string("a\0", 2),
                                     "\xff",
                                     "\xc3",
                                     "\xe2\x80",
                                     "\xf0\x9f\x98\x80",
                                     "\xe2\x80\x8b",
                                     "\xc2\xa0",
                                     "\xe2\x80\xae",
                                     "\xef\xbb\xbf",
                                     "\xcc\x81",
                                     "\xed\xa0\x80",
                                     "![a|1x1](b)",
                                     "![a|99999999999x1](b)",
                                     "![a](upload://b)",
                                     "a  \n",
                                     "a\\\n",
                                     "x ^ ",
                                     "$a$",
                                     "==a",
                                     "^^a^^",
                                     "++a++"};
  for (const string& unit : units) add("repeat " + unit, Fill(unit, bytes));
  // One kind of mark first, the other kind after.
  const std::vector<std::pair<string, string>> halves = {{"[", "]"},
                                                         {"[", "](b)"},
                                                         {"![", "](b)"},
                                                         {"[", "a]"},
                                                         {"(", ")"},
                                                         {"*", "a*"},
                                                         {"*a ", "a* "},
                                                         {"**a ", "a** "},
                                                         {"_a ", "a_ "},
                                                         {"*a **a ", "a** a* "},
                                                         {"*a ", "_a "},
                                                         {"*_", "_*"},
                                                         {"**x", "x**"},
                                                         {"~~a ", "a~~ "},
                                                         {"`", "a"},
                                                         {"[spoiler]\n", "[/spoiler]\n"},
                                                         {"[spoiler]", "[/spoiler]"},
                                                         {"[quote]\n", "[/quote]\n"},
                                                         {"[quote]", "[/quote]"},
                                                         {"||a ", "a|| "},
                                                         {"<b>", "</b>"},
                                                         {"<i><b>", "</b></i>"},
                                                         {"> ", "a\n"},
                                                         {">", "\n"},
                                                         {"> ", "\na"},
                                                         {"- ", "a\n"},
                                                         {"- ", "\n"},
                                                         {"1. ", "a\n"},
                                                         {"[a](", ")"},
                                                         {"<", ">"},
                                                         {"&", ";"},
                                                         {"\\", "*"},
                                                         {"http://", "("},
                                                         {"a", "@"},
                                                         {"[a", "](b)"},
                                                         {"[a](b ", "\""},
                                                         {"a|", "-|"},
                                                         {"|", "\n|-"},
                                                         {" ", "a"},
                                                         {"a\n", "===\n"},
                                                         {"```\n", "a\n"},
                                                         {"*", "]"},
                                                         {"_", "*"},
                                                         {"**", "**a"},
                                                         {"[a]: b\n", "[a]"}};
  for (const auto& [head, tail] : halves)
    add("halves " + head + " / " + tail, Halves(head, tail, bytes));
  // Repeats with a head, so that the unit is met in another state.
  const std::vector<std::pair<string, string>> headed = {
      {"a|b\n-|-\n", "a\n"},
      {"a|b\n-|-\n", "|"},
      {"a|b\n-|-\n", "a|b\n"},
      {"a|b\n-|-\n", "|\n"},
      {"> ", "a\n"},
      {"- ", "a\n"},
      {"- a\n", "\n"},
      {"- a\n", "  b\n\n"},
      {"```cpp\n", "a"},
      {"```cpp\n", "\""},
      {"```cpp\n", "/*"},
      {"```cpp\n", "if "},
      {"```cpp\n", "1 "},
      {"```cpp\n", "R\"("},
      {"```html\n", "<a b='"},
      {"```json\n", "{\"a\":1,"},
      {"```python\n", "\"\"\""},
      {"```lua\n", "[["},
      {"```js\n", "`${"},
      {"```js\n", "/a"},
      {"```bash\n", "$(("},
      {"```rust\n", "r#\""},
      {"```sql\n", "--\n"},
      {"```bash\n", "<<A\n"},
      {"```go\n", "`"},
      {"[a](<", "b "},
      {"[a](", "("},
      {"<!--", "-"},
      {"<!--", "a\n"},
      {"<a ", "b=c "},
      {"[quote=\"", "a"},
      {"[quote=\"a, ", "post:1, "},
      {"[a](b \"", "c\n"},
      {"[a]: b '", "c\n"},
      {"http://a", "&a"},
      {"http://a", "("},
      {"http://a", ")"},
      {"http://a", "."},
      {"www.a.b", "_"},
      {"[", "a\n"},
      {"`", "a\n"},
      {"![", "![a"},
      {"[a]: b\n\n", "[a]"},
      {"[a]: " + string(bytes / 64, 'b') + "\n\n", "[a]"},
      {"[a]: b '" + string(bytes / 64, '"') + "'\n\n", "[a]"},
      {"[" + string(900, 'a') + "]: b\n\n", "[" + string(900, 'a') + "]\n"},
      {"# ", "#"},
      {"# a ", "# "},
      {"a\n", "="},
      {"a\n", "-"},
      {"@", "a"},
      {":", "a"},
      {"||", "a"}};
  for (const auto& [head, unit] : headed)
    add("head " + head.substr(0, 24) + " then " + unit.substr(0, 24),
        head + Fill(unit, bytes - head.size()));
  // Shapes that need their own writing.
  add("wide table", "|" + Fill("a|", bytes / 2) + "\n|" + Fill("-|", bytes / 2 - 8) + "\n");
  {
    string columns = Fill("a|", bytes / 4), rule = Fill("-|", bytes / 4);
    add("wide table, empty rows", "|" + columns + "\n|" + rule + "\n" +
                                      Fill("|\n", bytes - columns.size() - rule.size() - 8));
    columns = Fill("a|", 600), rule = Fill("-|", 600);
    add("table of 300 columns, empty rows",
        "|" + columns + "\n|" + rule + "\n" + Fill("|\n", bytes - 1300));
    columns = Fill("a|", 130), rule = Fill("-|", 130);
    add("many tables of 65 columns, empty rows",
        Fill("|" + columns + "\n|" + rule + "\n" + Fill("a\n", 200) + "\n", bytes));
  }
  add("growing backtick runs", Numbered(bytes, [](int i) { return "e" + string(i, '`'); }));
  add("growing star runs", Numbered(bytes, [](int i) { return "e" + string(i % 300, '*'); }));
  add("growing quotes", Numbered(bytes, [](int i) { return string(i, '>') + "a\n"; }));
  add("growing indent", Numbered(bytes, [](int i) { return string(i, ' ') + "- a\n"; }));
  add("growing list", Numbered(bytes, [](int i) { return Fill("- ", 2 * i) + "a\n"; }));
  add("nested indent list", Numbered(bytes, [](int i) { return string(2 * i, ' ') + "* a\n"; }));
  add("deep list, then blank lines", Fill("- ", bytes / 2) + "a" + Fill("\n", bytes / 2));
  add("deep quote, then lazy lines", Fill("> ", bytes / 2) + "a\n" + Fill("b\n", bytes / 2));
  add("deep list, then deep lines", Numbered(bytes, [](int i) {
        return Fill("- ", 200) + "a\n" + string(i % 200, ' ') + "b\n";
      }));
  add("reference bomb", "[a]: /" + string(3000, 'u') + "\n\n" + Fill("[a] ", bytes - 3100));
  add("reference title bomb",
      "[a]: b '" + string(bytes / 2, 't') + "'\n\n" + Fill("[a]", bytes / 2 - 20));
  add("many references", Numbered(bytes, [](int i) { return "[" + std::to_string(i) + "]: b\n"; }));
  add("many references, used",
      Numbered(bytes / 2, [](int i) { return "[" + std::to_string(i) + "]: b\n"; }) + "\n" +
          Numbered(bytes / 2, [](int i) { return "[" + std::to_string(i) + "]"; }));
  add("references of one letter case",
      Numbered(bytes, [](int i) { return "[\xe1\xba\x9e" + std::to_string(i % 7) + "]: b\n"; }));
  add("one long reference label",
      "[" + string(bytes / 2, 'a') + "]: b\n\n[" + string(bytes / 2 - 20, 'a') + "]");
  add("reference without end", "[a]: " + Fill("b 'c\n", bytes - 6));
  add("different mentions", Numbered(bytes, [](int i) { return "@u" + std::to_string(i) + " "; }));
  add("different quotes", Numbered(bytes, [](int i) {
        return "[quote=\"u" + std::to_string(i) + ", post:1, topic:2\"]\na\n[/quote]\n\n";
      }));
  add("quotes nested in lists",
      Numbered(bytes, [](int i) { return string(2 * (i % 40), ' ') + "- [quote]\n"; }));
  add("fences unclosed", Numbered(bytes, [](int i) { return string(3 + i % 200, '`') + "\n"; }));
  add("angle link bomb", Fill("<http://a", bytes));
  add("html comment starts", Fill("<!-- a -", bytes));
  add("no spaces", string(bytes, 'x'));
  add("bracket then star noise", Noise("[]()*_", bytes, 1));
  const std::vector<string> alphabets = {"*_a ",
                                         "[]()!a",
                                         "`~a\n",
                                         ">-+ 1.a\n",
                                         "|-\n a:",
                                         "<>/ab=\"' \n!-?",
                                         "&#;xa1",
                                         "\\*_[]`",
                                         "@:/.wha ",
                                         "*_[]()`<>&|~:@\\!\n a#-+=\"'",
                                         "[]/quotespir=\"\n",
                                         "|a\n ",
                                         string("\0\xff\xc3\xa9 *_[](\n", 12),
                                         "\n -*>1.",
                                         "=-\na",
                                         "~*_",
                                         "[a]:\n b'"};
  for (size_t i = 0; i < alphabets.size(); ++i)
    for (uint64_t seed = 1; seed <= 2; ++seed)
      add("noise " + std::to_string(i) + "/" + std::to_string(seed),
          Noise(alphabets[i], bytes, seed));
  string every_byte;
  for (int i = 0; i < 256; ++i) every_byte += static_cast<char>(i);
  add("every byte", Noise(every_byte, bytes, 3));
  return all;
}

}  // namespace forium::markdown
