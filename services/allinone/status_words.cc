// SPDX-License-Identifier: Apache-2.0
// The status in words: a line or two a subject; what is quiet is left out.
#include <boost/json.hpp>
#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "services/allinone/status.h"

namespace forium::allinone {
namespace {
namespace json = boost::json;

constexpr size_t kRoutes = 8;

// A member of a document that may be of another version: what is missing reads as nothing.
const json::value& At(const json::value& value, std::string_view key) {
  static const json::value* const nothing = new json::value();
  if (!value.is_object()) return *nothing;
  const json::value* found = value.get_object().if_contains({key.data(), key.size()});
  return found == nullptr ? *nothing : *found;
}

double Number(const json::value& value) {
  boost::system::error_code error;
  const auto number = value.to_number<double>(error);
  return error ? 0 : number;
}

int64_t Whole(const json::value& value) { return static_cast<int64_t>(Number(value)); }

std::string Text(const json::value& value) {
  return value.is_string() ? std::string(value.get_string().c_str()) : std::string();
}

const json::array& List(const json::value& value) {
  static const json::array* const nothing = new json::array();
  return value.is_array() ? value.get_array() : *nothing;
}

std::string Duration(int64_t seconds) {
  if (seconds < 90) return absl::StrCat(seconds, " s");
  if (seconds < 90 * 60) return absl::StrCat(seconds / 60, " min");
  if (seconds < 48 * 3600) return absl::StrCat(seconds / 3600, " h ", seconds / 60 % 60, " min");
  return absl::StrCat(seconds / 86400, " days ", seconds / 3600 % 24, " h");
}

std::string Megabytes(const json::value& bytes) {
  return absl::StrFormat("%.1f MB", Number(bytes) / 1e6);
}

// A line with its subject in front.
std::string Line(std::string_view subject, std::string_view text) {
  return absl::StrFormat("%-14s%s\n", absl::string_view(subject.data(), subject.size()),
                         absl::string_view(text.data(), text.size()));
}

// `page 12 (3 in the last minute)` of those that happened at all.
std::string Happened(const json::value& classes) {
  std::vector<std::string> words;
  for (const json::value& it : List(classes)) {
    if (Whole(At(it, "total")) == 0) continue;
    words.push_back(absl::StrCat(Text(At(it, "name")), " ", Whole(At(it, "total")), " (",
                                 Whole(At(it, "lastMinute")), " in the last minute)"));
  }
  return words.empty() ? "none" : absl::StrJoin(words, ", ");
}

std::string Certificates(const json::value& status) {
  std::string lines;
  for (const json::value& it : List(At(status, "certificates"))) {
    std::vector<std::string> hosts;
    for (const json::value& host : List(At(it, "hosts"))) hosts.push_back(Text(host));
    std::string words = absl::StrCat(absl::StrJoin(hosts, ", "), ": ", Text(At(it, "state")));
    if (At(it, "notAfter").is_string()) {
      absl::StrAppend(&words, ", ends ", Text(At(it, "notAfter")), " (in ",
                      Whole(At(it, "daysLeft")), " days)");
    }
    absl::StrAppend(&words, ", by ", Text(At(it, "source")));
    if (At(it, "nextAttempt").is_string()) {
      absl::StrAppend(&words, ", renewal ", Text(At(it, "nextAttempt")));
    }
    if (const std::string error = Text(At(it, "lastError")); !error.empty()) {
      absl::StrAppend(&words, ", last error: ", error);
    }
    lines += Line(lines.empty() ? "certificates" : "", words);
  }
  return lines.empty() ? Line("certificates", "none") : lines;
}

std::string Routes(const json::value& status) {
  std::string lines;
  size_t told = 0;
  for (const json::value& it : List(At(status, "routes"))) {
    if (told++ == kRoutes) break;
    if (lines.empty()) {
      absl::StrAppendFormat(&lines, "\n%8s %10s %10s %7s  route, last minute\n", "requests",
                            "mean ms", "p95 ms", "failed");
    }
    absl::StrAppendFormat(&lines, "%8d %10.1f %10.1f %7d  %s %s\n", Whole(At(it, "requests")),
                          Number(At(it, "meanMilliseconds")), Number(At(it, "p95Milliseconds")),
                          Whole(At(it, "failures")), Text(At(it, "method")),
                          Text(At(it, "pattern")));
  }
  return lines;
}

std::string Sites(const json::value& status) {
  std::string lines;
  for (const json::value& it : List(At(status, "sites"))) {
    std::vector<std::string> upstreams;
    for (const json::value& upstream : List(At(it, "upstreams"))) {
      const json::value& well = At(upstream, "well");
      upstreams.push_back(absl::StrCat(Text(At(upstream, "url")),
                                       well.is_bool() && well.get_bool() ? " well" : " away"));
    }
    lines += Line(lines.empty() ? "sites" : "",
                  absl::StrCat(Text(At(it, "host")), ": ",
                               upstreams.empty() ? "a folder" : absl::StrJoin(upstreams, ", ")));
  }
  return lines;
}

bool Is(const json::value& value) { return value.is_bool() && value.get_bool(); }

}  // namespace

absl::StatusOr<std::string> StatusInWords(std::string_view text) {
  boost::system::error_code error;
  const json::value status = json::parse({text.data(), text.size()}, error);
  if (error || !status.is_object()) {
    return absl::InternalError("The server did not tell its status in a way that is known here.");
  }
  const json::value& connections = At(status, "connections");
  const json::value& requests = At(status, "requests");
  const json::value& cache = At(status, "cache");
  const json::value& ratio = At(At(cache, "lastMinute"), "hitRatio");
  const json::value& queue = At(status, "queue");
  const json::value& live = At(status, "realtime");
  const json::value& failed = At(At(requests, "byStatus"), "5xx");
  std::string words = Line(
      absl::StrCat("Forium ", Text(At(status, "version"))),
      absl::StrCat("up ", Duration(Whole(At(status, "uptimeSeconds"))), ", ",
                   Megabytes(At(status, "memoryBytes")), " of memory",
                   Is(At(status, "eventBusConnected")) ? "" : ", NOT connected to the event bus"));
  words +=
      Line("connections",
           absl::StrCat(Whole(At(connections, "open")), " of ", Whole(At(connections, "limit")),
                        " (", Whole(At(connections, "http1")), " HTTP/1.1, ",
                        Whole(At(connections, "http2")), " HTTP/2, ", Whole(At(connections, "tls")),
                        " over TLS); ", Whole(At(connections, "refused")), " refused, ",
                        Whole(At(connections, "denied")), " denied"));
  words +=
      Line("requests",
           absl::StrFormat("%.1f a second; %d in the last minute, %d of them failed; %d since "
                           "the start",
                           Number(At(requests, "perSecond")), Whole(At(requests, "lastMinute")),
                           Whole(At(failed, "lastMinute")), Whole(At(requests, "total"))));
  words += Line("queue", absl::StrCat(Whole(At(queue, "inFlight")), " worked on, ",
                                      Whole(At(queue, "waiting")), " waiting, limit ",
                                      Whole(At(queue, "limit")),
                                      Is(At(queue, "underAttack")) ? "; UNDER ATTACK" : ""));
  words += Line("turned away", Happened(At(queue, "shed")));
  words += Line("over a rate", Happened(At(At(status, "limits"), "classes")));
  words += Line("page cache",
                absl::StrCat(Whole(At(cache, "pages")), " pages, ", Megabytes(At(cache, "bytes")),
                             " of ", Megabytes(At(cache, "maxBytes")), "; ",
                             ratio.is_null() ? "nothing asked"
                                             : absl::StrFormat("%.0f%% hits", 100 * Number(ratio)),
                             " in the last minute"));
  words += Line("live", absl::StrCat(Whole(At(live, "connections")), " connections, ",
                                     Whole(At(live, "subscriptions")), " subscriptions, ",
                                     Whole(At(live, "droppedSlow")), " dropped as too slow"));
  words += Certificates(status);
  words += Sites(status);
  words += Routes(status);
  words.pop_back();  // the last line's end
  return words;
}

}  // namespace forium::allinone
