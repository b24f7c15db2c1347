// SPDX-License-Identifier: Apache-2.0
#include "services/forum/markdown/languages.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"

namespace forium::markdown {
namespace {

constexpr std::string_view kC =
    "auto break case char const continue default do double else enum extern float for goto if "
    "inline int long "
    "register return short signed sizeof static struct switch typedef union unsigned void volatile "
    "while bool true "
    "false NULL int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t size_t";
constexpr std::string_view kCpp =
    " alignas alignof and catch class co_await co_return co_yield concept const_cast consteval "
    "constexpr constinit "
    "decltype delete dynamic_cast explicit export final friend mutable namespace new noexcept not "
    "nullptr operator or "
    "override private protected public reinterpret_cast requires static_assert static_cast "
    "template this thread_local "
    "throw try typeid typename using virtual wchar_t";
constexpr std::string_view kJava =
    "abstract assert boolean break byte case catch char class const continue default do double "
    "else enum extends final "
    "finally float for if implements import instanceof int interface long native new null package "
    "private protected "
    "public record return sealed short static super switch synchronized this throw throws "
    "transient true false try var "
    "void volatile while";
constexpr std::string_view kCsharp =
    " as base checked decimal delegate event explicit extern fixed foreach get implicit in "
    "internal is lock namespace "
    "object operator out override params partial readonly ref sbyte set sizeof string struct uint "
    "ulong unsafe ushort "
    "using virtual where async await";
constexpr std::string_view kScript =
    "any as async await break case catch class const continue debugger default delete do else enum "
    "export extends false "
    "finally for from function get if implements import in instanceof interface let new null "
    "number of private "
    "protected public readonly return set static string boolean super switch this throw true try "
    "type typeof undefined "
    "var void while with yield";
constexpr std::string_view kPython =
    "False None True and as assert async await break class continue def del elif else except "
    "finally for from global if "
    "import in is lambda match nonlocal not or pass raise return self try while with yield";
constexpr std::string_view kShell =
    "case do done elif else esac export fi for function if in local return select set shift source "
    "then trap unset "
    "until while echo cd exit sudo";
constexpr std::string_view kSql =
    "add all alter and any as asc begin between bigint boolean by case cast char check column "
    "commit constraint create "
    "cross database default delete desc distinct drop else end exists foreign from full group "
    "having if in index inner "
    "insert int integer into is join key left like limit not null numeric offset on or order outer "
    "primary references "
    "returning right rollback select set table text then timestamp to transaction trigger union "
    "unique update using "
    "values varchar view when where with";
constexpr std::string_view kRust =
    "as async await break const continue crate dyn else enum extern false fn for if impl in let "
    "loop match mod move mut "
    "pub ref return self Self static struct super trait true type unsafe use where while bool char "
    "f32 f64 i8 i16 i32 "
    "i64 i128 isize str u8 u16 u32 u64 u128 usize Option Result String Vec Some None Ok Err";
constexpr std::string_view kGo =
    "break case chan const continue default defer else fallthrough for func go goto if import "
    "interface map package "
    "range return select struct switch type var bool byte error float32 float64 int int8 int16 "
    "int32 int64 rune string "
    "uint uint8 uint16 uint32 uint64 uintptr any true false nil iota append cap close copy delete "
    "len make new panic";
constexpr std::string_view kLua =
    "and break do else elseif end false for function goto if in local nil not or repeat return "
    "self then true until while";
constexpr std::string_view kShader =
    " attribute varying uniform in out inout discard layout precision highp mediump lowp vec2 vec3 "
    "vec4 ivec2 ivec3 "
    "ivec4 mat2 mat3 mat4 sampler2D samplerCube sampler3D float2 float3 float4 float3x3 float4x4 "
    "cbuffer";
constexpr std::string_view kAngelScript =
    "and auto bool break case cast class const continue default do double else enum false float "
    "for from funcdef get if "
    "import in inout int int8 int16 int32 int64 interface is mixin namespace not null or out "
    "override private protected "
    "return set shared super switch this true typedef uint uint8 uint16 uint32 uint64 void while "
    "xor String Array";
constexpr std::string_view kCmake =
    "add_executable add_library add_subdirectory cmake_minimum_required else elseif endforeach "
    "endfunction endif "
    "endmacro find_package foreach function if include macro option project set "
    "target_include_directories "
    "target_link_libraries PRIVATE PUBLIC INTERFACE REQUIRED AND OR NOT ON OFF";
constexpr std::string_view kCss =
    "important media import font-face keyframes supports from to inherit initial none auto";
constexpr std::string_view kYaml = "true false null yes no on off";

absl::flat_hash_set<std::string_view> Words(std::string_view first, std::string_view more = {}) {
  absl::flat_hash_set<std::string_view> words;
  for (std::string_view list : {first, more}) {
    while (!list.empty()) {
      const size_t end = std::min(list.find(' '), list.size());
      if (end > 0) words.insert(list.substr(0, end));
      list.remove_prefix(std::min(end + 1, list.size()));
    }
  }
  return words;
}

Language SlashLanguage(absl::flat_hash_set<std::string_view> keywords) {
  Language language;
  language.keywords = std::move(keywords);
  language.line_comment = "//";
  language.comment_open = "/*";
  language.comment_close = "*/";
  language.string_quotes = "\"'";
  return language;
}

Language HashLanguage(absl::flat_hash_set<std::string_view> keywords) {
  Language language;
  language.keywords = std::move(keywords);
  language.line_comment = "#";
  language.string_quotes = "\"'";
  return language;
}

absl::flat_hash_map<std::string_view, Language> MakeLanguages() {
  absl::flat_hash_map<std::string_view, Language> all;
  all["c"] = SlashLanguage(Words(kC));
  all["c"].preprocessor = true;
  all["cpp"] = SlashLanguage(Words(kC, kCpp));
  all["cpp"].preprocessor = true;
  all["glsl"] = SlashLanguage(Words(kC, kShader));
  all["glsl"].preprocessor = true;
  all["java"] = SlashLanguage(Words(kJava));
  all["csharp"] = SlashLanguage(Words(kJava, kCsharp));
  all["csharp"].preprocessor = true;
  all["angelscript"] = SlashLanguage(Words(kAngelScript));
  all["angelscript"].preprocessor = true;
  Language script = SlashLanguage(Words(kScript));
  script.text_quotes = "`";
  all["javascript"] = script;
  all["typescript"] = std::move(script);
  all["go"] = SlashLanguage(Words(kGo));
  all["go"].text_quotes = "`";
  all["rust"] = SlashLanguage(Words(kRust));
  all["rust"].string_quotes = "";
  all["rust"].text_quotes = "\"";
  all["rust"].short_chars = true;
  all["css"] = SlashLanguage(Words(kCss));
  all["css"].line_comment = {};
  all["json"] = SlashLanguage(Words("true false null"));
  all["json"].string_quotes = "\"";
  all["python"] = HashLanguage(Words(kPython));
  all["python"].triple_quotes = true;
  all["bash"] = HashLanguage(Words(kShell));
  all["bash"].string_quotes = "";
  all["bash"].text_quotes = "\"'`";
  all["cmake"] = HashLanguage(Words(kCmake));
  all["cmake"].string_quotes = "\"";
  all["yaml"] = HashLanguage(Words(kYaml));
  all["sql"] = SlashLanguage(Words(kSql));
  all["sql"].line_comment = "--";
  all["sql"].ignore_case = true;
  Language lua;
  lua.keywords = Words(kLua);
  lua.line_comment = "--";
  lua.comment_open = "--[[";
  lua.comment_close = "]]";
  lua.string_quotes = "\"'";
  all["lua"] = std::move(lua);
  Language markup;
  markup.comment_open = "<!--";
  markup.comment_close = "-->";
  markup.markup = true;
  all["html"] = markup;
  all["xml"] = std::move(markup);
  return all;
}

}  // namespace

const Language* FindLanguage(std::string_view language_class) {
  static const auto* const languages =
      new absl::flat_hash_map<std::string_view, Language>(MakeLanguages());
  const auto found = languages->find(language_class);
  return found == languages->end() ? nullptr : &found->second;
}

}  // namespace forium::markdown
