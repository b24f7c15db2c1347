// SPDX-License-Identifier: Apache-2.0
#include "gateway/sites/static_site.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gateway/http/byte_stream.h"
#include "gateway/http/conditional.h"
#include "gateway/http/encoding.h"
#include "gateway/http/offload.h"
#include "gateway/http/url.h"
#include "gateway/sites/byte_range.h"
#include "gateway/sites/media_types.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;

constexpr size_t kBlock = 128 << 10;
// Smaller files go out in one piece.
constexpr int64_t kAtOnce = 256 << 10;

struct OpenFile {
  int descriptor = -1;
  struct stat facts = {};
  OpenFile() = default;
  OpenFile(int descriptor, const struct stat& facts) : descriptor(descriptor), facts(facts) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (descriptor >= 0) close(descriptor);
  }
  bool is_file() const { return descriptor >= 0 && S_ISREG(facts.st_mode); }
  bool is_folder() const { return descriptor >= 0 && S_ISDIR(facts.st_mode); }
};

// The kernel itself keeps the way inside the folder.
std::shared_ptr<OpenFile> OpenBeneath(int folder, const std::string& path) {
  open_how how = {};
  how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  const auto descriptor = static_cast<int>(
      syscall(SYS_openat2, folder, path.empty() ? "." : path.c_str(), &how, sizeof(how)));
  if (descriptor < 0) return std::make_shared<OpenFile>();
  struct stat facts;
  if (fstat(descriptor, &facts) != 0) facts = {};
  return std::make_shared<OpenFile>(descriptor, facts);
}

// Relative, or nullopt: not a path of files, or one with a hidden part.
std::optional<std::string> PathOf(std::string_view target) {
  const auto decoded = PercentDecode(target);
  if (!decoded.has_value() || decoded->find('\\') != std::string::npos) return std::nullopt;
  std::string path;
  size_t at = 0;
  while (at < decoded->size()) {
    const size_t end = std::min(decoded->find('/', at), decoded->size());
    const std::string_view part = std::string_view(*decoded).substr(at, end - at);
    at = end + 1;
    if (part.empty()) continue;
    if (part.front() == '.' && part != ".well-known") return std::nullopt;
    absl::StrAppend(&path, path.empty() ? "" : "/", absl::string_view(part.data(), part.size()));
  }
  return path;
}

std::string ReadAll(int file, int64_t first, int64_t length) {
  std::string bytes(static_cast<size_t>(length), '\0');
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = pread(file, bytes.data() + done, bytes.size() - done,
                                static_cast<off_t>(first) + static_cast<off_t>(done));
    if (count <= 0) break;
    done += static_cast<size_t>(count);
  }
  bytes.resize(done);
  return bytes;
}

// Larger files: a block at a time, read on the pool.
auto Sender(asio::thread_pool& pool, std::shared_ptr<OpenFile> file, int64_t first,
            int64_t length) {
  return [&pool, file = std::move(file), first, length](ByteStream& body) -> asio::awaitable<bool> {
    int64_t at = first;
    const int64_t end = first + length;
    while (at < end) {
      const int64_t size = std::min<int64_t>(kBlock, end - at);
      const auto read = [&file, at, size] { return ReadAll(file->descriptor, at, size); };
      const std::string block = co_await Offload(pool, read);
      if (static_cast<int64_t>(block.size()) != size) co_return false;  // it became shorter
      const std::string_view parts[] = {block};
      if (!co_await body.Write(parts)) co_return false;
      at += size;
    }
    co_return true;
  };
}

struct Chosen {
  std::shared_ptr<OpenFile> file;
  std::string coding;
  bool varies = false;
};

// The file, or a compressed neighbour that is not older.
Chosen ChooseVariant(int folder, const std::string& path, std::shared_ptr<OpenFile> plain,
                     const Request& request) {
  constexpr std::pair<Encoding, std::string_view> kEndings[] = {
      {Encoding::kBrotli, ".br"}, {Encoding::kZstd, ".zst"}, {Encoding::kGzip, ".gz"}};
  std::vector<Encoding> offered;
  std::vector<std::shared_ptr<OpenFile>> files;
  for (const auto& [encoding, ending] : kEndings) {
    auto file = OpenBeneath(folder, path + std::string(ending));
    if (!file->is_file() || file->facts.st_mtime < plain->facts.st_mtime) continue;
    offered.push_back(encoding);
    files.push_back(std::move(file));
  }
  if (offered.empty()) return {std::move(plain), "", false};
  const Encoding taken = NegotiateEncoding(request.Header("accept-encoding"), offered);
  for (size_t i = 0; i < offered.size(); ++i) {
    if (offered[i] == taken) return {files[i], std::string(EncodingName(taken)), true};
  }
  return {std::move(plain), "", true};
}

Response Plain(int status, std::string text) { return Response::Text(std::move(text), status); }

}  // namespace

absl::StatusOr<std::unique_ptr<StaticSite>> StaticSite::Open(const std::string& folder,
                                                             asio::thread_pool& pool) {
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("`sites`: the folder ", folder, " cannot be read: ", strerror(errno), "."));
  }
  return std::unique_ptr<StaticSite>(new StaticSite(descriptor, pool));
}

StaticSite::~StaticSite() { close(folder_); }

asio::awaitable<Response> StaticSite::Answer(const Request& request) const {
  if (request.method != Method::kGet) {
    Response response = Plain(405, "This site is read only.\n");
    response.Set("Allow", "GET, HEAD");
    co_return response;
  }
  const auto find = [this, &request] { return Find(request); };
  co_return co_await Offload(pool_, find);
}

Response StaticSite::Find(const Request& request) const {
  const auto path = PathOf(request.path);
  std::shared_ptr<OpenFile> file =
      path.has_value() ? OpenBeneath(folder_, *path) : std::make_shared<OpenFile>();
  std::string name = path.value_or("");
  int status = 200;
  if (file->is_folder()) {
    if (!request.path.ends_with('/')) {
      return Response::Redirect(std::string(request.path) + "/", 301);
    }
    name = name.empty() ? "index.html" : name + "/index.html";
    file = OpenBeneath(folder_, name);
  } else if (file->is_file() && request.path.ends_with('/')) {
    file = std::make_shared<OpenFile>();  // `page.html/` is nothing
  }
  if (!file->is_file()) {
    status = 404;
    name = "404.html";
    file = OpenBeneath(folder_, name);
    if (!file->is_file()) return Plain(404, "There is nothing at this address.\n");
  }

  const Chosen chosen = ChooseVariant(folder_, name, std::move(file), request);
  const int64_t size = chosen.file->facts.st_size;
  const auto& changed = chosen.file->facts.st_mtim;
  Response response;
  response.status = status;
  response.Set("Content-Type", std::string(MediaTypeOf(name)));
  response.Set("Cache-Control", "no-cache");
  if (chosen.varies) response.Set("Vary", "Accept-Encoding");
  if (!chosen.coding.empty()) response.Set("Content-Encoding", chosen.coding);
  ByteRange range{ByteRange::Kind::kWhole, 0, size - 1};
  if (status == 200) {
    const std::string etag = absl::StrCat("\"", absl::Hex(changed.tv_sec), "-",
                                          absl::Hex(changed.tv_nsec), "-", absl::Hex(size), "\"");
    const std::string modified = HttpDate(absl::FromTimeT(changed.tv_sec));
    response.Set("ETag", etag);
    response.Set("Last-Modified", modified);
    response.Set("Accept-Ranges", "bytes");
    if (IsUnchanged({request.Header("if-none-match"), request.Header("if-modified-since")},
                    {etag, modified})) {
      response.status = 304;
      return response;
    }
    const std::string_view condition = request.Header("if-range");
    if (condition.empty() || condition == etag) range = ParseRange(request.Header("range"), size);
  }
  if (range.kind == ByteRange::Kind::kUnsatisfiable) {
    response = Plain(416, "The file is shorter than that.\n");
    response.Set("Content-Range", absl::StrCat("bytes */", size));
    return response;
  }
  if (range.kind == ByteRange::Kind::kPart) {
    response.status = 206;
    response.Set("Content-Range", absl::StrCat("bytes ", range.first, "-", range.last, "/", size));
  }
  const int64_t length = range.last - range.first + 1;
  if (length <= kAtOnce) {
    response.body = ReadAll(chosen.file->descriptor, range.first, length);
  } else {
    response.Set("Content-Length", absl::StrCat(length));
    response.stream = Sender(pool_, chosen.file, range.first, length);
  }
  return response;
}

}  // namespace forium::gateway
