// SPDX-License-Identifier: Apache-2.0
// A feed as feed readers take it: Atom (RFC 4287, pages by RFC 5005) and JSON Feed 1.1
// (https://www.jsonfeed.org/version/1.1/). Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/timestamp.pb.h"

namespace forium::gateway {

struct FeedEntry {
  // Never changes, whatever happens to titles and slugs.
  std::string id = {};
  std::string address = {};
  std::string title = {};
  std::string author = {};          // shown name; empty: the account is gone
  std::string author_address = {};  // empty: none
  std::string html = {};            // all of it, links absolute; empty: only `summary`
  std::string summary = {};
  google::protobuf::Timestamp published = {};
  google::protobuf::Timestamp updated = {};
  std::vector<std::string> categories = {};
};

// All addresses are absolute.
struct FeedDocument {
  std::string self = {};
  std::string page = {};  // what shows the same to people
  std::string title = {};
  std::string subtitle = {};
  std::string language = {};  // BCP 47; empty: not known
  std::string next = {};      // the page after this; empty: none
  std::vector<FeedEntry> entries = {};
};

inline constexpr char kAtomType[] = "application/atom+xml; charset=utf-8";
inline constexpr char kJsonFeedType[] = "application/feed+json; charset=utf-8";

std::string AtomOf(const FeedDocument& feed);
std::string JsonFeedOf(const FeedDocument& feed);

}  // namespace forium::gateway
