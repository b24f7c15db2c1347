// SPDX-License-Identifier: Apache-2.0
// Packs files into one blob and writes the C++ list of what lies where.
//   pack BLOB INDEX.cc [PREFIX=FILE_OR_ROOT//FILE …]
// `/=web/dist/client//assets/x.js` becomes `/assets/x.js`; `/api/docs=docs.html` is taken as it is.
// A file given as `hash:/assets/docs.js=FILE` gets its hash into its name, and
// `{{/assets/docs.js}}` in HTML files becomes that name.
#include <brotli/encode.h>
#include <openssl/sha.h>
#include <zlib.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/assets/packed_file.h"

namespace {

struct Entry {
  std::string path;
  std::string bytes;
  bool immutable = false;
};

[[noreturn]] void Fail(const std::string& message) {
  std::cerr << "pack: " << message << "\n";
  std::exit(1);
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) Fail("cannot read " + path);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

std::string HashOf(const std::string& bytes) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  std::string hash;
  for (int i = 0; i < 10; ++i) {
    char hex[3];
    std::snprintf(hex, sizeof(hex), "%02x", digest[i]);
    hash += hex;
  }
  return hash;
}

std::string ContentType(const std::string& path) {
  static const std::map<std::string, std::string> kTypes = {
      {"html", "text/html; charset=utf-8"},
      {"js", "text/javascript"},  // modules are UTF-8 always (RFC 9239)
      {"mjs", "text/javascript"},
      {"css", "text/css; charset=utf-8"},
      {"json", "application/json"},
      {"map", "application/json"},
      {"svg", "image/svg+xml"},
      {"png", "image/png"},
      {"webp", "image/webp"},
      {"avif", "image/avif"},
      {"ico", "image/x-icon"},
      {"woff2", "font/woff2"},
      {"txt", "text/plain; charset=utf-8"},
      {"webmanifest", "application/manifest+json"},
  };
  const size_t dot = path.rfind('.');
  if (dot == std::string::npos || path.find('/', dot) != std::string::npos)
    return kTypes.at("html");
  const auto found = kTypes.find(path.substr(dot + 1));
  return found == kTypes.end() ? "application/octet-stream" : found->second;
}

std::string Brotli(const std::string& bytes) {
  size_t size = BrotliEncoderMaxCompressedSize(bytes.size());
  std::string out(size, '\0');
  BrotliEncoderCompress(BROTLI_MAX_QUALITY, BROTLI_MAX_WINDOW_BITS, BROTLI_MODE_TEXT, bytes.size(),
                        reinterpret_cast<const uint8_t*>(bytes.data()), &size,
                        reinterpret_cast<uint8_t*>(out.data()));
  out.resize(size);
  return out;
}

std::string Gzip(const std::string& bytes) {
  z_stream stream{};
  constexpr int kGzipWindow = 15 + 16;
  if (deflateInit2(&stream, 9, Z_DEFLATED, kGzipWindow, 9, Z_DEFAULT_STRATEGY) != Z_OK) {
    Fail("no memory");
  }
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

Entry EntryOf(std::string argument, std::map<std::string, std::string>& renamed) {
  const bool hashed = argument.rfind("hash:", 0) == 0;
  if (hashed) argument.erase(0, 5);
  const size_t equals = argument.find('=');
  if (equals == std::string::npos) Fail("no `=` in " + argument);
  Entry entry;
  entry.path = argument.substr(0, equals);
  std::string file = argument.substr(equals + 1);
  if (const size_t root = file.find("//"); root != std::string::npos) {
    entry.path += file.substr(root + 2);
    file.erase(root, 1);
    // What Vite puts there has its hash in its name.
    entry.immutable = entry.path.rfind("/assets/", 0) == 0;
  }
  entry.bytes = ReadFile(file);
  if (hashed) {
    const std::string plain = entry.path;
    entry.path.insert(entry.path.rfind('.'), "-" + HashOf(entry.bytes).substr(0, 8));
    entry.immutable = true;
    renamed[plain] = entry.path;
  }
  return entry;
}

void Rename(std::string& html, const std::map<std::string, std::string>& renamed) {
  for (const auto& [plain, path] : renamed) {
    const std::string mark = "{{" + plain + "}}";
    for (size_t at = html.find(mark); at != std::string::npos; at = html.find(mark, at)) {
      html.replace(at, mark.size(), path);
    }
  }
}

std::string Quoted(const std::string& text) { return "\"" + text + "\""; }

class Blob {
 public:
  explicit Blob(const std::string& path) : file_(path, std::ios::binary) {}
  // Where the bytes lie, as C++.
  std::string Add(const std::string& bytes) {
    file_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    const std::string place =
        "{" + std::to_string(size_) + ", " + std::to_string(bytes.size()) + "}";
    size_ += bytes.size();
    return place;
  }
  // So that there is something to include.
  void Close() { file_.put('\0'); }

 private:
  std::ofstream file_;
  size_t size_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) Fail("usage: pack BLOB INDEX [FILE …]");
  std::map<std::string, std::string> renamed;
  std::vector<Entry> entries;
  for (int i = 3; i < argc; ++i) entries.push_back(EntryOf(argv[i], renamed));
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.path < b.path; });

  Blob blob(argv[1]);
  std::ofstream index(argv[2]);
  index << "// Made by the pack tool.\n#include \"gateway/assets/packed_file.h\"\n\n"
        << "namespace forium::gateway {\nnamespace {\nconst PackedFile kFiles[] = {\n"
        // An array cannot be empty.
        << "    {\"\", \"\", \"\", false, {0, 0}, {0, 0}, {0, 0}},\n";
  for (Entry& entry : entries) {
    const std::string type = ContentType(entry.path);
    if (type.rfind("text/html", 0) == 0) Rename(entry.bytes, renamed);
    const bool is_private = entry.path.rfind(forium::gateway::kPrivatePrefix, 0) == 0;
    const bool compressible =
        !is_private && (type.rfind("text/", 0) == 0 || type == "image/svg+xml" ||
                        type.rfind("application/", 0) == 0);
    const std::string plain = blob.Add(entry.bytes);
    std::string variants[2] = {"{0, 0}", "{0, 0}"};
    if (compressible && entry.bytes.size() > 200) {
      const std::string packed[2] = {Brotli(entry.bytes), Gzip(entry.bytes)};
      for (int i = 0; i < 2; ++i) {
        if (packed[i].size() < entry.bytes.size()) variants[i] = blob.Add(packed[i]);
      }
    }
    index << "    {" << Quoted(entry.path) << ", " << Quoted(type) << ", "
          << Quoted(HashOf(entry.bytes)) << ", " << (entry.immutable ? "true" : "false") << ", "
          << plain << ", " << variants[0] << ", " << variants[1] << "},\n";
  }
  index << "};\n}  // namespace\nconst std::span<const PackedFile> kPackedFiles(kFiles);\n"
        << "}  // namespace forium::gateway\n";
  blob.Close();
  return index.good() ? 0 : 1;
}
