// SPDX-License-Identifier: Apache-2.0
#include "services/forum/markdown/highlight.h"

#include <algorithm>

#include "services/forum/markdown/languages.h"
#include "services/forum/markdown/text.h"

namespace forium::markdown {
namespace {

struct Alias {
  std::string_view name, language;
};
constexpr Alias kAliases[] = {{"#c++", "cpp"},       {"angelcode", "angelscript"},
                              {"as", "angelscript"}, {"c#", "csharp"},
                              {"c++", "cpp"},        {"cc", "cpp"},
                              {"cs", "csharp"},      {"cxx", "cpp"},
                              {"golang", "go"},      {"h", "cpp"},
                              {"hlsl", "glsl"},      {"hpp", "cpp"},
                              {"htm", "html"},       {"js", "javascript"},
                              {"json5", "json"},     {"jsonc", "json"},
                              {"jsx", "javascript"}, {"kotlin", "java"},
                              {"mysql", "sql"},      {"node", "javascript"},
                              {"postgres", "sql"},   {"postgresql", "sql"},
                              {"py", "python"},      {"python3", "python"},
                              {"rs", "rust"},        {"scss", "css"},
                              {"sh", "bash"},        {"shell", "bash"},
                              {"sqlite", "sql"},     {"svg", "xml"},
                              {"ts", "typescript"},  {"tsx", "typescript"},
                              {"vue", "html"},       {"yml", "yaml"},
                              {"zsh", "bash"}};

class Highlighter {
 public:
  Highlighter(const Language& language, std::string_view code, std::string* html)
      : language_(language),
        code_(code),
        html_(html),
        start_(html->size()),
        limit_(code.size() * kMaxGrowth + 256) {}

  // False when the spans grow too many.
  bool Run() {
    while (at_ < code_.size()) {
      if (html_->size() - start_ > limit_) return false;
      language_.markup ? MarkupToken() : Token();
    }
    Plain(at_);
    return true;
  }

 private:
  void Token() {
    const std::string_view rest = code_.substr(at_);
    const char c = rest[0];
    if (Comment(rest)) return;
    if (language_.triple_quotes && (rest.starts_with("\"\"\"") || rest.starts_with("'''")))
      return Span("tok-s", EndOf(rest.substr(0, 3), at_ + 3));
    if (language_.short_chars && c == '\'') return ShortCharacter(rest);
    if (language_.string_quotes.find(c) != std::string_view::npos)
      return Span("tok-s", StringEnd(c, false));
    if (language_.text_quotes.find(c) != std::string_view::npos)
      return Span("tok-s", StringEnd(c, true));
    if (language_.preprocessor && c == '#' && AtLineStart()) {
      size_t end = at_ + 1;
      while (end < code_.size() && (IsLetter(code_[end]) || IsBlank(code_[end]))) ++end;
      while (IsBlank(code_[end - 1])) --end;
      return Span("tok-k", end);
    }
    if (IsDigit(c)) return Span("tok-n", NumberEnd());
    if (IsWordStart(c)) return Word();
    ++at_;
  }

  bool Comment(std::string_view rest) {
    if (!language_.comment_open.empty() && rest.starts_with(language_.comment_open)) {
      Span("tok-c", EndOf(language_.comment_close, at_ + language_.comment_open.size()));
      return true;
    }
    if (language_.line_comment.empty() || !rest.starts_with(language_.line_comment)) return false;
    // In shells "#" begins a comment only at the start of a word.
    if (language_.line_comment == "#" && at_ > 0 && !IsSpace(code_[at_ - 1])) return false;
    Span("tok-c", std::min(code_.find('\n', at_), code_.size()));
    return true;
  }

  void ShortCharacter(std::string_view rest) {
    const size_t close = rest.substr(0, 12).find('\'', 2);
    const bool is_character = close != std::string_view::npos && (rest[1] == '\\' || close <= 5) &&
                              rest.find('\n') > close;
    if (!is_character ||
        (close > 2 && rest[1] != '\\' && static_cast<unsigned char>(rest[1]) < 0x80)) {
      ++at_;
    } else {
      Span("tok-s", at_ + close + 1);
    }
  }

  void Word() {
    size_t end = at_;
    while (end < code_.size() && (IsWordStart(code_[end]) || IsDigit(code_[end]))) ++end;
    const std::string_view word = code_.substr(at_, end - at_);
    const bool keyword =
        word.size() <= 24 && (language_.ignore_case ? language_.keywords.contains(ToLower(word))
                                                    : language_.keywords.contains(word));
    if (keyword) {
      Span("tok-k", end);
    } else {
      at_ = end;
    }
  }

  // Tags, attribute values, comments and references.
  void MarkupToken() {
    const std::string_view rest = code_.substr(at_);
    if (Comment(rest)) return;
    if (in_tag_ && (rest[0] == '"' || rest[0] == '\''))
      return Span("tok-s", EndOf(rest.substr(0, 1), at_ + 1));
    if (rest[0] == '>') in_tag_ = false;
    if (rest[0] == '<' && rest.size() > 1 &&
        (IsLetter(rest[1]) || rest[1] == '/' || rest[1] == '?' || rest[1] == '!')) {
      in_tag_ = true;
      ++at_;
      if (rest[1] == '/' || rest[1] == '?' || rest[1] == '!') ++at_;
      size_t end = at_;
      while (end < code_.size() &&
             (IsAlnum(code_[end]) || code_[end] == '-' || code_[end] == ':' || code_[end] == '_'))
        ++end;
      if (end > at_) Span("tok-k", end);
      return;
    }
    ++at_;
  }

  static bool IsWordStart(char c) { return IsWord(c) ? !IsDigit(c) : c == '_'; }

  bool AtLineStart() const {
    size_t i = at_;
    while (i > 0 && IsBlank(code_[i - 1])) --i;
    return i == 0 || code_[i - 1] == '\n';
  }

  // Behind the next `close`, or the end of the code.
  size_t EndOf(std::string_view close, size_t from) const {
    const size_t end = code_.find(close, from);
    return end == std::string_view::npos ? code_.size() : end + close.size();
  }

  size_t StringEnd(char quote, bool over_lines) const {
    size_t end = at_ + 1;
    for (; end < code_.size() && (over_lines || code_[end] != '\n'); ++end) {
      if (code_[end] == '\\') {
        if (end + 1 < code_.size() && (over_lines || code_[end + 1] != '\n')) ++end;
      } else if (code_[end] == quote) {
        return end + 1;
      }
    }
    return std::min(end, code_.size());
  }

  size_t NumberEnd() const {
    size_t end = at_;
    while (end < code_.size()) {
      const char c = code_[end], before = end > at_ ? Lower(code_[end - 1]) : ' ';
      const bool joint =
          c == '\'' && end + 1 < code_.size() && IsAlnum(code_[end + 1]) && language_.preprocessor;
      const bool exponent = (c == '-' || c == '+') && (before == 'e' || before == 'p') &&
                            code_.substr(at_, 2) != "0x";
      if (!IsAlnum(c) && c != '.' && c != '_' && !joint && !exponent) break;
      ++end;
    }
    return end;
  }

  void Plain(size_t end) {
    AppendEscaped(code_.substr(plain_, end - plain_), html_);
    plain_ = end;
  }

  void Span(std::string_view token, size_t end) {
    Plain(at_);
    html_->append("<span class=\"").append(token).append("\">");
    AppendEscaped(code_.substr(at_, end - at_), html_);
    html_->append("</span>");
    at_ = plain_ = end;
  }

  const Language& language_;
  const std::string_view code_;
  std::string* const html_;
  const size_t start_, limit_;
  size_t at_ = 0, plain_ = 0;  // code before plain_ is written
  bool in_tag_ = false;
};

}  // namespace

std::string LanguageClass(std::string_view name) {
  name = name.substr(0, name.find_first_of(" \t,{"));
  if (name.empty() || name.size() > 24) return {};
  std::string lower = ToLower(name);
  const auto* alias =
      std::lower_bound(std::begin(kAliases), std::end(kAliases), lower,
                       [](const Alias& a, const std::string& b) { return a.name < b; });
  if (alias != std::end(kAliases) && alias->name == lower) return std::string(alias->language);
  const bool plain = std::all_of(lower.begin(), lower.end(),
                                 [](char c) { return IsAlnum(c) || c == '-' || c == '_'; });
  return plain && IsLetter(lower[0]) ? lower : std::string();
}

void AppendHighlighted(std::string_view language_class, std::string_view code, std::string* html) {
  const size_t start = html->size();
  if (const Language* language = FindLanguage(language_class)) {
    if (Highlighter(*language, code, html).Run()) return;
    html->resize(start);
  }
  AppendEscaped(code, html);
}

}  // namespace forium::markdown
